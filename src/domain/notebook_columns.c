#include "domain/notebook_columns.h"

#include "base/map.h"

#include <string.h>

/* Both lists in one; origins may come twice. */
static enum status join_origins(struct notebook_sql_column *column,
                                const struct notebook_sql_column *more, struct arena *arena)
{
    size_t count = column->origin_count + more->origin_count;
    if (more->origin_count == 0) {
        return OK;
    }
    struct notebook_sql_origin *origins = arena_array(arena, count, sizeof(*origins));
    if (origins == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        origins[i] = i < column->origin_count ? column->origins[i]
                                              : more->origins[i - column->origin_count];
    }
    column->origins = origins;
    column->origin_count = count;
    return OK;
}

static enum status index_name(struct map *index, const struct notebook_sql_column *column,
                              size_t place)
{
    if (str_is_null(column->name) || map_has(index, column->name)) {
        return OK;
    }
    return map_put(index, column->name, (union map_value){.number = (int64_t)place});
}

static enum status merge(struct notebook_columns *columns, const struct notebook_columns *more,
                         struct map *index, struct arena *arena)
{
    struct notebook_sql_column *items =
        arena_array(arena, columns->count + more->count, sizeof(*items));
    size_t count = columns->count;
    enum status status = items != NULL ? OK : ERR_NOMEM;
    for (size_t i = 0; i < columns->count && status == OK; i++) {
        items[i] = columns->items[i];
        status = index_name(index, &items[i], i);
    }
    for (size_t i = 0; i < more->count && status == OK; i++) {
        const struct notebook_sql_column *column = &more->items[i];
        const union map_value *known =
            str_is_null(column->name) ? NULL : map_get(index, column->name);
        if (known != NULL) {
            status = join_origins(&items[known->number], column, arena);
            continue;
        }
        items[count] = *column;
        status = index_name(index, &items[count], count);
        count++;
    }
    if (status == OK) {
        columns->items = items;
        columns->count = count;
    }
    return status;
}

enum status notebook_columns_merge(struct notebook_columns *columns,
                                   const struct notebook_columns *more, struct arena *arena)
{
    struct map index;
    if (columns->count == 0 || more->count == 0) {
        *columns = columns->count == 0 ? *more : *columns;
        return OK;
    }
    map_init(&index);
    enum status status = merge(columns, more, &index, arena);
    map_free(&index);
    return status;
}

/* ---- what was displayed ---- */

struct settle {
    const struct notebook_sql_cell *cell;
    struct notebook_sql_answer *answer;
    struct arena *arena;
    size_t star_count;
    size_t nameless_count;
    struct map names; /* lower case: of the columns that SQL names */
};

static enum status lower(struct arena *arena, struct str name, struct str *out)
{
    const struct sql_part part = {.text = name};
    return sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), arena, out);
}

/* A data frame's columns are spelled as it was displayed, if only case differs. */
static enum status spell(struct settle *settle)
{
    const struct notebook_sql_cell *cell = settle->cell;
    struct notebook_sql_answer *answer = settle->answer;
    struct map shown; /* lower case: place, or -1 for several */
    enum status status = OK;
    map_init(&shown);
    for (size_t i = 0; i < cell->column_count && status == OK; i++) {
        struct str key;
        status = lower(settle->arena, cell->columns[i], &key);
        if (status == OK) {
            int64_t place = map_has(&shown, key) ? -1 : (int64_t)i;
            status = map_put(&shown, key, (union map_value){.number = place});
        }
    }
    for (size_t i = 0; i < answer->column_count && status == OK; i++) {
        struct notebook_sql_column *column = &answer->columns[i];
        struct str key = STR_NULL;
        if (str_is_null(column->name) || column->is_star) {
            continue;
        }
        status = lower(settle->arena, column->name, &key);
        const union map_value *place = status == OK ? map_get(&shown, key) : NULL;
        if (place != NULL && place->number >= 0) {
            column->name = cell->columns[place->number];
        }
    }
    map_free(&shown);
    return status;
}

/* Expressions without a name take the displayed one, if all else agrees. */
static void name_by_place(const struct settle *settle)
{
    const struct notebook_sql_cell *cell = settle->cell;
    struct notebook_sql_answer *answer = settle->answer;
    if (settle->star_count > 0 || cell->column_count != answer->column_count) {
        return;
    }
    for (size_t i = 0; i < answer->column_count; i++) {
        struct str name = answer->columns[i].name;
        if (!str_is_null(name) && !str_eq_nocase(name, cell->columns[i])) {
            return;
        }
    }
    for (size_t i = 0; i < answer->column_count; i++) {
        if (str_is_null(answer->columns[i].name)) {
            answer->columns[i].name = cell->columns[i];
        }
    }
}

static enum status note_names(struct settle *settle)
{
    enum status status = OK;
    settle->star_count = settle->nameless_count = 0;
    for (size_t i = 0; i < settle->answer->column_count && status == OK; i++) {
        const struct notebook_sql_column *column = &settle->answer->columns[i];
        struct str key;
        settle->star_count += column->is_star ? 1 : 0;
        settle->nameless_count += str_is_null(column->name) ? 1 : 0;
        if (column->is_star || str_is_null(column->name)) {
            continue;
        }
        status = lower(settle->arena, column->name, &key);
        if (status == OK) {
            status = map_put(&settle->names, key, (union map_value){.number = (int64_t)i});
        }
    }
    return status;
}

static bool is_named(const struct settle *settle, struct str column, enum status *status)
{
    struct str key;
    *status = lower(settle->arena, column, &key);
    return *status == OK && map_has(&settle->names, key);
}

/* One column of the only source of star. */
static enum status add_behind(struct settle *settle, const struct notebook_sql_column *star,
                              struct str name, struct notebook_sql_column *out)
{
    out->name = name;
    out->origins = ARENA_NEW(settle->arena, struct notebook_sql_origin);
    if (out->origins == NULL) {
        return ERR_NOMEM;
    }
    out->origins[0] = star->origins[0];
    if (str_is(star->origins[0].column, "*")) { /* else all of them come from that column */
        out->origins[0].column = name;
    }
    out->origin_count = 1;
    return OK;
}

/* Puts the displayed columns that SQL does not name in the star's place. */
static enum status expand_star(struct settle *settle)
{
    struct notebook_sql_answer *answer = settle->answer;
    const struct notebook_sql_cell *cell = settle->cell;
    size_t count = 0;
    enum status status = OK;
    struct notebook_sql_column *columns =
        arena_array(settle->arena, answer->column_count + cell->column_count, sizeof(*columns));
    if (columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < answer->column_count; i++) {
        const struct notebook_sql_column *column = &answer->columns[i];
        if (!column->is_star) {
            columns[count++] = *column;
            continue;
        }
        for (size_t k = 0; k < cell->column_count && status == OK; k++) {
            if (!is_named(settle, cell->columns[k], &status) && status == OK) {
                status = add_behind(settle, column, cell->columns[k], &columns[count++]);
            }
        }
    }
    answer->columns = columns;
    answer->column_count = count;
    return status;
}

static bool has_one_source(const struct settle *settle)
{
    for (size_t i = 0; i < settle->answer->column_count; i++) {
        const struct notebook_sql_column *column = &settle->answer->columns[i];
        if (column->is_star) {
            return column->origin_count == 1;
        }
    }
    return false;
}

/* ---- the data frame ---- */

static enum status list_columns(struct settle *settle)
{
    struct notebook_sql_answer *answer = settle->answer;
    const struct notebook_sql_cell *cell = settle->cell;
    bool is_all_named =
        answer->column_count > 0 && settle->star_count == 0 && settle->nameless_count == 0;
    size_t shown = is_all_named ? 0 : cell->column_count;
    answer->dataframe =
        arena_array(settle->arena, shown + answer->column_count, sizeof(*answer->dataframe));
    if (answer->dataframe == NULL) {
        return ERR_NOMEM;
    }
    struct map seen;
    enum status status = OK;
    map_init(&seen);
    for (size_t i = 0; i < shown + answer->column_count && status == OK; i++) {
        struct str key;
        struct str name = i < shown ? cell->columns[i] : answer->columns[i - shown].name;
        if (str_is_null(name) || (i >= shown && answer->columns[i - shown].is_star)) {
            continue;
        }
        status = lower(settle->arena, name, &key);
        if (status == OK && !map_has(&seen, key)) {
            answer->dataframe[answer->dataframe_count++] = name;
            status = map_put(&seen, key, (union map_value){.number = 1});
        }
    }
    answer->knows_dataframe = is_all_named || cell->column_count > 0;
    map_free(&seen);
    return status;
}

/* Whether something of the result has a source that is not told. */
static bool lacks_origins(const struct settle *settle)
{
    const struct notebook_sql_answer *answer = settle->answer;
    for (size_t i = 0; i < answer->notes.count; i++) {
        enum sql_note_kind kind = answer->notes.items[i].kind;
        if (kind == SQL_NOTE_AMBIGUOUS || kind == SQL_NOTE_COLUMNS) {
            return true;
        }
    }
    for (size_t i = 0; i < answer->column_count; i++) {
        const struct notebook_sql_column *column = &answer->columns[i];
        for (size_t k = 0; k < column->origin_count; k++) {
            if (str_is(column->origins[k].column, "*")) {
                return true;
            }
        }
        if (str_is_null(column->name) && column->origin_count > 0) {
            return true;
        }
    }
    return settle->star_count > 0;
}

enum status notebook_columns_settle(const struct notebook_sql_cell *cell,
                                    struct notebook_sql_answer *answer, struct arena *arena)
{
    struct settle settle = {.cell = cell, .answer = answer, .arena = arena};
    map_init(&settle.names);
    enum status status = spell(&settle);
    if (status == OK) {
        status = note_names(&settle);
    }
    if (status == OK && settle.nameless_count > 0) {
        name_by_place(&settle);
        status = note_names(&settle);
    }
    if (status == OK && settle.star_count == 1 && cell->column_count > 0 &&
        has_one_source(&settle)) {
        status = expand_star(&settle);
        settle.star_count = 0;
    }
    if (status == OK) {
        status = list_columns(&settle);
    }
    answer->lacks_origins = answer->lacks_origins || lacks_origins(&settle);
    map_free(&settle.names);
    return status;
}
