#include "sql/name.h"

static char fold_byte(char c, bool to_upper)
{
    if (to_upper) {
        return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_exact(const struct sql_part *part, const struct sql_rules *rules)
{
    return part->is_quoted && rules->folding != SQL_FOLDING_BLIND;
}

static bool is_folded(struct str text, bool to_upper)
{
    for (size_t i = 0; i < text.n; i++) {
        if (fold_byte(text.p[i], to_upper) != text.p[i]) {
            return false;
        }
    }
    return true;
}

enum status sql_part_key(const struct sql_part *part, const struct sql_rules *rules,
                         struct arena *arena, struct str *out)
{
    bool to_upper = rules->folding == SQL_FOLDING_UPPER;
    *out = part->text;
    if (is_exact(part, rules) || is_folded(part->text, to_upper)) {
        return OK;
    }
    char *folded = arena_cstr(arena, part->text);
    if (folded == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < part->text.n; i++) {
        folded[i] = fold_byte(folded[i], to_upper);
    }
    out->p = folded;
    return OK;
}

/* Needs quotes in writing: see the header. */
static bool needs_quotes(const struct sql_part *part, const struct sql_rules *rules)
{
    if (sql_has(rules, SQL_TRAIT_DASHED_NAMES)) {
        return false; /* its paths are split at the dots already */
    }
    return str_find(part->text, '.') != SIZE_MAX || str_find(part->text, '"') != SIZE_MAX ||
           (is_exact(part, rules) &&
            !is_folded(part->text, rules->folding == SQL_FOLDING_UPPER));
}

static size_t rendered_size(const struct sql_name *name, const struct sql_rules *rules)
{
    size_t size = name->count;
    for (size_t i = 0; i < name->count; i++) {
        struct str text = name->parts[i].text;
        size += needs_quotes(&name->parts[i], rules) ? 2 * text.n + 2 : text.n;
    }
    return size;
}

enum status sql_name_render(const struct sql_name *name, const struct sql_rules *rules,
                            struct arena *arena, struct str *out)
{
    char *text = arena_alloc(arena, rendered_size(name, rules) + 1);
    size_t n = 0;
    if (text == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < name->count; i++) {
        const struct sql_part *part = &name->parts[i];
        bool is_quoted = needs_quotes(part, rules);
        if (i > 0) {
            text[n++] = '.';
        }
        if (is_quoted) {
            text[n++] = '"';
        }
        for (size_t k = 0; k < part->text.n; k++) {
            if (is_quoted && part->text.p[k] == '"') {
                text[n++] = '"';
            }
            text[n++] = part->text.p[k];
        }
        if (is_quoted) {
            text[n++] = '"';
        }
    }
    *out = str_from_n(text, n);
    return OK;
}

enum status sql_name_key(const struct sql_name *name, const struct sql_rules *rules,
                         struct arena *arena, struct str *out)
{
    struct sql_name folded = *name;
    folded.parts = arena_array(arena, name->count, sizeof(*folded.parts));
    if (folded.parts == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < name->count; i++) {
        enum status status = sql_part_key(&name->parts[i], rules, arena, &folded.parts[i].text);
        if (status != OK) {
            return status;
        }
        folded.parts[i].is_quoted = rules->folding != SQL_FOLDING_BLIND;
    }
    return sql_name_render(&folded, rules, arena, out);
}

/* How many parts at the end of the name count as the table. */
static size_t table_parts(const struct sql_name *name, const struct sql_rules *rules)
{
    bool has_view = sql_has(rules, SQL_TRAIT_DASHED_NAMES) && name->count >= 2 &&
                    str_eq_nocase(name->parts[name->count - 2].text, STR("INFORMATION_SCHEMA"));
    return has_view ? 2 : 1;
}

enum status sql_name_complete(const struct sql_name *name, const struct sql_rules *rules,
                              const struct sql_defaults *defaults, struct arena *arena,
                              struct sql_name *out)
{
    size_t tail = name->count < 1 ? 0 : table_parts(name, rules);
    size_t levels = sql_has(rules, SQL_TRAIT_TWO_LEVELS) ? 1 : 2; /* above the table */
    size_t given = name->count - tail;
    struct sql_part above[2] = {defaults->database, defaults->schema};
    size_t missing = given < levels ? levels - given : 0;
    *out = *name;
    out->count = 0;
    out->parts = arena_array(arena, name->count + levels, sizeof(*out->parts));
    if (out->parts == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < missing; i++) {
        if (!str_is_empty(above[i].text) || out->count > 0) {
            out->parts[out->count++] = above[i];
        }
    }
    for (size_t i = 0; i < name->count; i++) {
        bool is_gap = name->parts[i].text.n == 0 && levels == 2 && i + tail + 1 == name->count;
        out->parts[out->count++] = is_gap ? defaults->schema : name->parts[i];
    }
    return OK;
}
