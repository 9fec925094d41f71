/* Stars: the columns that they stand for. */
#include "sql/resolve.h"

#define REGEX_COST 256

struct star {
    const struct sql_item *item;
    struct resolve_columns *except; /* keys */
    struct str owner;               /* of the relation that is being expanded */
    struct resolve_columns *out;
    struct resolve_scope *scope;
    uint64_t number;
    bool is_choice; /* it stands for some of the columns, nobody knows which */
};

static const struct sql_item *find_replacement(const struct sql_item *item, struct str name)
{
    const struct sql_item *replace = item->replace;
    while (replace != NULL && !str_eq_nocase(replace->alias.text, name)) {
        replace = replace->next;
    }
    return replace;
}

static struct str renamed(struct resolver *r, const struct sql_item *item, struct str name)
{
    const struct sql_word *word = item->rename;
    while (word != NULL && !str_eq_nocase(word->part.text, name)) {
        word = word->next;
    }
    return word != NULL && !str_is_null(word->renamed.text)
               ? resolve_column_name(r, &word->renamed)
               : name;
}

/* ---- patterns ---- */

static bool is_same(char a, char b, bool is_blind)
{
    return a == b || (is_blind && str_eq_nocase((struct str){&a, 1}, (struct str){&b, 1}));
}

/* LIKE and GLOB: back to the last wildcard for many whenever something does not fit. */
static bool fits_wildcards(struct str name, const struct sql_pattern *pattern)
{
    bool is_glob = pattern->kind == SQL_PATTERN_GLOB;
    bool is_blind = pattern->kind == SQL_PATTERN_ILIKE;
    struct str text = pattern->text;
    size_t at = 0;
    size_t from = SIZE_MAX; /* behind the last wildcard for many */
    size_t mark = 0;
    for (size_t i = 0; i < name.n;) {
        if (at < text.n && text.p[at] == (is_glob ? '*' : '%')) {
            from = ++at;
            mark = i;
        } else if (at < text.n && (text.p[at] == (is_glob ? '?' : '_') ||
                                   is_same(text.p[at], name.p[i], is_blind))) {
            at++;
            i++;
        } else if (from != SIZE_MAX) {
            at = from;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (at < text.n && text.p[at] == (is_glob ? '*' : '%')) {
        at++;
    }
    return at == text.n;
}

static bool is_wildcard(const struct sql_pattern *pattern)
{
    return pattern->kind != SQL_PATTERN_REGEX && pattern->kind != SQL_PATTERN_SIMILAR;
}

/* False when a column's name does not fit all patterns; *is_known turns false for want of them.
 */
static bool fits(struct resolver *r, const struct sql_item *item, struct str name,
                 bool *is_known)
{
    const struct lineage_options *options = r->options;
    for (const struct sql_pattern *pattern = item->patterns; pattern != NULL;
         pattern = pattern->next) {
        bool is_fit = false;
        bool is_whole = pattern->kind == SQL_PATTERN_SIMILAR;
        if (is_wildcard(pattern)) {
            is_fit =
                resolve_spend(r, name.n * pattern->text.n) && fits_wildcards(name, pattern);
        } else if (options->matches == NULL || !resolve_spend(r, REGEX_COST) ||
                   !options->matches(options->matches_ctx, pattern->text, is_whole, name,
                                     &is_fit)) {
            *is_known = false;
            return true;
        }
        if (is_fit == pattern->is_negated) {
            return false;
        }
    }
    return true;
}

/* ---- columns ---- */

/* EXCEPT (a), or EXCEPT (t.a) and the column is one of t's. */
static bool is_excepted(struct resolver *r, const struct star *star, struct str key)
{
    const struct sql_flow *flow;
    if (star->except == NULL || !columns_find(r, star->except, key, &flow)) {
        return false;
    }
    for (const struct sql_word *word = star->item->except; word != NULL && resolve_spend(r, 1);
         word = word->next) {
        if (str_eq_nocase(word->part.text, key) &&
            (str_is_null(word->owner.text) || str_is_null(star->owner) ||
             str_eq(resolve_part_key(r, &word->owner), star->owner))) {
            return true;
        }
    }
    return false;
}

static void expand_column(struct resolver *r, const struct star *star,
                          const struct resolve_column *column)
{
    const struct sql_flow *flow = column->flow;
    struct resolve_merged *merged = scope_find_merged(star->scope, column->key);
    bool is_known = true;
    if (is_excepted(r, star, column->key) || !fits(r, star->item, column->name, &is_known)) {
        return;
    }
    if (merged != NULL) {
        if (merged->star == star->number) {
            return; /* it stands at its first place only */
        }
        merged->star = star->number;
        flow = scope_merged_flow(r, merged);
    }
    const struct sql_item *replace = find_replacement(star->item, column->name);
    if (replace != NULL) {
        flow = resolve_uses(r, replace->uses, star->scope);
    }
    columns_add(r, star->out, renamed(r, star->item, column->name), flow);
}

static void expand_relation(struct resolver *r, struct star *star,
                            const struct resolve_relation *relation)
{
    struct resolve_columns *columns = relation->columns;
    size_t through = 0;
    star->owner = relation->key;
    if (columns->is_base || star->is_choice) {
        resolve_note(r, SQL_NOTE_STAR, star->item->qualifier.offset);
        columns_add_star(r, star->out, columns);
        if (!columns->is_base && star->out->count > 0) {
            star->out->items[star->out->count - 1].flow = columns_flow(r, columns);
        }
        return;
    }
    for (size_t i = 0; i < columns->count && resolve_spend(r, 1); i++) {
        if (!columns->items[i].is_star) {
            expand_column(r, star, &columns->items[i]);
        } else {
            resolve_note(r, SQL_NOTE_STAR, star->item->qualifier.offset);
            if (through < columns->through_count && !columns->is_union) {
                columns_add_star(r, star->out, columns->through[through++]);
            } else {
                columns_add_star(r, star->out, columns);
            }
        }
    }
}

/* t.* of a struct column: its fields are not known. */
static void expand_struct(struct resolver *r, const struct star *star)
{
    const struct sql_flow *flow;
    struct resolve_columns *fields = columns_new(r);
    if (fields != NULL && scope_resolve(r, star->scope, &star->item->qualifier, &flow)) {
        fields->has_any = true;
        fields->any = flow;
        resolve_note(r, SQL_NOTE_STAR, star->item->qualifier.offset);
        columns_add_star(r, star->out, fields);
    }
}

/* COLUMNS (a, b): these columns, wherever they come from. */
static void expand_names(struct resolver *r, const struct sql_word *words,
                         struct resolve_scope *scope, struct resolve_columns *out)
{
    for (; words != NULL && r->status == OK; words = words->next) {
        struct sql_part part = words->part;
        const struct sql_name name = {.parts = &part, .count = 1};
        const struct sql_flow *flow;
        (void)scope_resolve(r, scope, &name, &flow);
        columns_add(r, out, resolve_column_name(r, &part), flow);
    }
}

void resolve_star(struct resolver *r, const struct sql_item *item, struct resolve_scope *scope,
                  struct resolve_columns *out)
{
    struct star star = {.item = item, .out = out, .scope = scope, .number = ++r->stamp};
    const struct sql_name *qualifier = &item->qualifier;
    bool is_known = true;
    if (item->only != NULL) {
        expand_names(r, item->only, scope, out);
        return;
    }
    (void)fits(r, item, STR(""), &is_known);
    star.is_choice = item->is_choice || !is_known;
    star.except = item->except != NULL ? columns_new(r) : NULL;
    for (const struct sql_word *word = item->except; word != NULL; word = word->next) {
        columns_add(r, star.except, word->part.text, NULL);
    }
    if (qualifier->count > 0) {
        struct str key = resolve_part_key(r, &qualifier->parts[qualifier->count - 1]);
        const struct resolve_relation *relation = scope_find_outer(r, scope, key);
        if (relation != NULL && relation->columns != NULL) {
            expand_relation(r, &star, relation);
        } else {
            expand_struct(r, &star);
        }
        return;
    }
    for (size_t i = 0; i < scope->count && r->status == OK; i++) {
        if (!scope->relations[i].is_hidden && scope->relations[i].columns != NULL) {
            expand_relation(r, &star, &scope->relations[i]);
        }
    }
}
