#include "sql/template.h"

#include "sql/lexer.h"

#include <string.h>

/* All variants together are at most this large, but two are always looked at. */
#define MAX_VARIANTS_BYTES ((size_t)8 * 1024 * 1024)

enum tag_kind {
    TAG_OUTPUT,  /* {{ ... }} */
    TAG_COMMENT, /* {# ... #} */
    TAG_BRANCH,  /* if, for: opens a group of branches */
    TAG_ELSE,    /* elif, else: the next branch */
    TAG_END,     /* endif, endfor */
    TAG_HIDDEN,  /* set x, macro: its body is no SQL of this place */
    TAG_SHOWN,   /* endset, endmacro */
    TAG_OTHER
};

struct sql_template_tag {
    enum tag_kind kind;
    size_t start;
    size_t end;
    size_t from;  /* BRANCH, ELSE: the first variant of its group that shows this branch */
    size_t to;    /* and the one behind the last */
    size_t width; /* BRANCH: variants of the whole group */
};

struct reader {
    struct str text;
    size_t at;
    struct arena *arena;
    struct sql_notes *notes;
    struct sql_template *out;
    bool has_open_raw; /* a raw block without end was met: there are no more ends */
};

/* ---- finding tags ---- */

static bool is_at(const struct reader *reader, const char *literal)
{
    size_t n = strlen(literal);
    return reader->text.n - reader->at >= n &&
           memcmp(reader->text.p + reader->at, literal, n) == 0;
}

/* Moves behind the closer, over strings and braces; false when there is none. */
static bool skip_to_closer(struct reader *reader, const char *closer, bool has_strings)
{
    size_t depth = 0;
    char quote = '\0';
    for (reader->at += 2; reader->at < reader->text.n; reader->at++) {
        char c = reader->text.p[reader->at];
        if (quote != '\0') {
            reader->at += c == '\\' ? 1 : 0;
            quote = c == quote ? '\0' : quote;
        } else if (depth == 0 && is_at(reader, closer)) {
            reader->at += 2;
            return true;
        } else if (has_strings && (c == '\'' || c == '"')) {
            quote = c;
        } else if (has_strings && c == '{') {
            depth++;
        } else if (has_strings && c == '}' && depth > 0) {
            depth--;
        }
    }
    return false;
}

static enum status push_tag(struct reader *reader, enum tag_kind kind, size_t start)
{
    struct sql_template_tag *tag =
        arena_push(reader->arena, &reader->out->tags, &reader->out->tag_count,
                   &reader->out->tag_capacity, sizeof(*reader->out->tags));
    if (tag == NULL) {
        return ERR_NOMEM;
    }
    *tag = (struct sql_template_tag){.kind = kind, .start = start, .end = reader->at};
    return OK;
}

/* The first word of a tag, and what follows it. */
static struct str tag_word(struct str tag, struct str *rest)
{
    size_t at = 2;
    while (at < tag.n && strchr("-+ \t\r\n", tag.p[at]) != NULL) {
        at++;
    }
    size_t end = at;
    while (end < tag.n && ((tag.p[end] >= 'a' && tag.p[end] <= 'z') || tag.p[end] == '_')) {
        end++;
    }
    *rest = str_sub(tag, end, SIZE_MAX);
    return str_sub(tag, at, end - at);
}

static enum tag_kind kind_of(struct str tag)
{
    static const struct {
        const char *word;
        enum tag_kind kind;
    } kinds[] = {
        {"if", TAG_BRANCH},      {"for", TAG_BRANCH}, {"elif", TAG_ELSE},
        {"else", TAG_ELSE},      {"endif", TAG_END},  {"endfor", TAG_END},
        {"macro", TAG_HIDDEN},   {"set", TAG_HIDDEN}, {"endset", TAG_SHOWN},
        {"endmacro", TAG_SHOWN},
    };
    struct str rest;
    struct str word = tag_word(tag, &rest);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_is(word, kinds[i].word)) {
            bool is_inline_set = str_is(word, "set") && str_find(rest, '=') != SIZE_MAX;
            return is_inline_set ? TAG_OTHER : kinds[i].kind;
        }
    }
    return TAG_OTHER;
}

/* {% raw %}: moves to its {% endraw %}, over what looks like tags. */
static void skip_raw(struct reader *reader)
{
    struct str rest;
    size_t start = reader->at;
    for (; reader->at < reader->text.n && !reader->has_open_raw; reader->at++) {
        if (is_at(reader, "{%") &&
            str_is(tag_word(str_sub(reader->text, reader->at, 64), &rest), "endraw")) {
            return;
        }
    }
    reader->has_open_raw = true;
    reader->at = start; /* go on as if it were not there */
}

/* One tag. One that has no end is noted, and ends with its line. */
static enum status read_tag(struct reader *reader)
{
    size_t start = reader->at;
    bool is_output = is_at(reader, "{{");
    bool is_comment = is_at(reader, "{#");
    const char *closer = is_output ? "}}" : "%}";
    if (!skip_to_closer(reader, is_comment ? "#}" : closer, !is_comment)) {
        const char *from = reader->text.p + start;
        const char *line_end = memchr(from, '\n', reader->text.n - start);
        reader->at = line_end != NULL ? (size_t)(line_end - reader->text.p) : reader->text.n;
        enum status status = sql_notes_add(reader->notes, SQL_NOTE_UNTERMINATED, start);
        if (status != OK) {
            return status;
        }
        return push_tag(reader, is_output ? TAG_OUTPUT : TAG_COMMENT, start);
    }
    struct str tag = str_sub(reader->text, start, reader->at - start);
    struct str rest;
    enum tag_kind kind = is_output ? TAG_OUTPUT : TAG_COMMENT;
    kind = is_output || is_comment ? kind : kind_of(tag);
    enum status status = push_tag(reader, kind, start);
    if (kind == TAG_OTHER && str_is(tag_word(tag, &rest), "raw")) {
        skip_raw(reader);
    }
    return status;
}

/* ---- counting variants ---- */

struct group {
    size_t opener;  /* index of its tag */
    size_t branch;  /* index of the tag of its current branch */
    size_t width;   /* of the branches before the current one */
    size_t current; /* of the current one */
};

static void end_branch(struct sql_template_tag *tags, struct group *group)
{
    tags[group->branch].from = group->width;
    group->width += group->current;
    tags[group->branch].to = group->width;
    tags[group->opener].width = group->width;
    group->current = 1;
}

/* How many variants the text has: the widths of nested groups add up along their branches. */
static enum status count_variants(struct reader *reader, size_t *count)
{
    struct sql_template_tag *tags = reader->out->tags;
    struct group *groups =
        arena_array(reader->arena, reader->out->tag_count + 1, sizeof(*groups));
    size_t depth = 0;
    *count = 1;
    if (groups == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i <= reader->out->tag_count; i++) {
        bool is_last = i == reader->out->tag_count;
        enum tag_kind kind = is_last ? TAG_END : tags[i].kind;
        if (kind == TAG_BRANCH) {
            groups[depth++] = (struct group){.opener = i, .branch = i, .current = 1};
        } else if (kind == TAG_ELSE && depth > 0) {
            end_branch(tags, &groups[depth - 1]);
            groups[depth - 1].branch = i;
        }
        while (kind == TAG_END && depth > 0) {
            struct group *group = &groups[--depth];
            size_t *outer = depth > 0 ? &groups[depth - 1].current : count;
            end_branch(tags, group);
            *outer = group->width > *outer ? group->width : *outer;
            if (!is_last) {
                break;
            }
            enum status status =
                sql_notes_add(reader->notes, SQL_NOTE_UNTERMINATED, tags[group->opener].start);
            if (status != OK) {
                return status;
            }
        }
    }
    return OK;
}

enum status sql_template_read(struct str text, struct arena *arena, struct sql_notes *notes,
                              struct sql_template *out)
{
    struct reader reader = {.text = text, .arena = arena, .notes = notes, .out = out};
    enum status status = OK;
    *out = (struct sql_template){.text = text, .variant_count = 1};
    while (reader.at < text.n && status == OK) {
        const char *brace = memchr(text.p + reader.at, '{', text.n - reader.at);
        reader.at = brace != NULL ? (size_t)(brace - text.p) : text.n;
        if (is_at(&reader, "{{") || is_at(&reader, "{%") || is_at(&reader, "{#")) {
            status = read_tag(&reader);
        } else {
            reader.at += reader.at < text.n ? 1 : 0;
        }
    }
    if (status == OK) {
        status = count_variants(&reader, &out->variant_count);
    }
    size_t most = text.n > 0 ? MAX_VARIANTS_BYTES / text.n : 1;
    most = most < 2 ? 2 : most;
    most = most > SQL_TEMPLATE_MAX_VARIANTS ? SQL_TEMPLATE_MAX_VARIANTS : most;
    if (status == OK && out->variant_count > most) {
        status = sql_notes_add(notes, SQL_NOTE_SIZE, out->tags[0].start);
        out->variant_count = most;
    }
    return status;
}

/* ---- writing a variant ---- */

struct level {
    size_t variant; /* of the group */
    size_t from;    /* the first variant of its current branch */
    bool is_shown;  /* its current branch is part of the variant */
    bool is_outer_shown;
};

struct writer {
    char *text;
    struct level *levels;
    size_t depth;
    size_t hidden; /* open set and macro blocks */
};

static bool is_shown(const struct writer *writer)
{
    return writer->hidden == 0 &&
           (writer->depth == 0 || writer->levels[writer->depth - 1].is_shown);
}

static void enter_tag(struct writer *writer, const struct sql_template_tag *tag, size_t variant)
{
    struct level *top = writer->depth > 0 ? &writer->levels[writer->depth - 1] : NULL;
    switch (tag->kind) {
    case TAG_BRANCH:
        writer->levels[writer->depth++] = (struct level){
            .variant = (top != NULL ? top->variant - top->from : variant) % tag->width,
            .is_outer_shown = top == NULL || top->is_shown,
        };
        top = &writer->levels[writer->depth - 1];
        break;
    case TAG_ELSE:
        break;
    case TAG_END:
        writer->depth -= writer->depth > 0 ? 1 : 0;
        return;
    case TAG_HIDDEN:
        writer->hidden++;
        return;
    case TAG_SHOWN:
        writer->hidden -= writer->hidden > 0 ? 1 : 0;
        return;
    case TAG_OUTPUT:
    case TAG_COMMENT:
    case TAG_OTHER:
        return;
    }
    if (top != NULL) {
        top->from = tag->from <= top->variant ? tag->from : top->from;
        top->is_shown =
            top->is_outer_shown && top->variant >= tag->from && top->variant < tag->to;
    }
}

static char filler(enum tag_kind kind, bool is_visible)
{
    if (kind == TAG_OUTPUT && is_visible) {
        return SQL_DYNAMIC_BYTE;
    }
    return kind == TAG_COMMENT || kind == TAG_OUTPUT ? ' ' : SQL_TAG_BYTE;
}

/* A stretch of SQL: as it is, or blank. Bytes that mean tags to the lexer are none here. */
static void write_text(struct writer *writer, size_t start, size_t end)
{
    bool is_visible = is_shown(writer);
    for (size_t i = start; i < end; i++) {
        char c = writer->text[i];
        if (!is_visible || c == SQL_DYNAMIC_BYTE || c == SQL_TAG_BYTE) {
            writer->text[i] = ' ';
        }
    }
}

enum status sql_template_variant(const struct sql_template *template, size_t variant,
                                 struct arena *arena, struct str *out)
{
    struct writer writer = {0};
    size_t at = 0;
    *out = template->text;
    if (template->tag_count == 0) {
        return OK;
    }
    writer.text = arena_cstr(arena, template->text);
    writer.levels = arena_array(arena, template->tag_count, sizeof(*writer.levels));
    if (writer.text == NULL || writer.levels == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < template->tag_count; i++) {
        const struct sql_template_tag *tag = &template->tags[i];
        write_text(&writer, at, tag->start);
        memset(writer.text + tag->start, filler(tag->kind, is_shown(&writer)),
               tag->end - tag->start);
        enter_tag(&writer, tag, variant);
        at = tag->end;
    }
    write_text(&writer, at, template->text.n);
    *out = str_from_n(writer.text, template->text.n);
    return OK;
}
