/* What a person may have meant by a name that nothing has. */
#include "base/text.h"
#include "catalog/graph.h"
#include "catalog/store.h"

/* Behind any misspelling: the text is a part of the name. */
#define SCORE_PART 100
#define MIN_PART_BYTES 3

struct suggestions {
    struct str text;
    struct arena *arena;
    struct str *names;
    size_t scores[GRAPH_MAX_SUGGESTIONS];
    size_t count;
};

static bool contains_nocase(struct str whole, struct str part)
{
    for (size_t i = 0; i + part.n <= whole.n; i++) {
        if (str_eq_nocase(str_sub(whole, i, part.n), part)) {
            return true;
        }
    }
    return false;
}

/* SIZE_MAX: no likeness. */
static size_t score_of(struct str text, struct str name)
{
    size_t limit = text.n <= 3 ? 1 : text.n <= 6 ? 2 : 3;
    if (text.n < 2) {
        return SIZE_MAX;
    }
    size_t score = text_distance(text, name, limit);
    if (score == SIZE_MAX && text.n >= MIN_PART_BYTES && contains_nocase(name, text)) {
        score = SCORE_PART;
    }
    return score;
}

/* The end of a table's name, with as many dots as the text has. */
static struct str same_depth(struct str name, struct str text)
{
    size_t start = name.n;
    size_t parts = 1;
    for (size_t i = 0; i < text.n; i++) {
        parts += text.p[i] == '.';
    }
    while (start > 0 && parts > 0) {
        start--;
        parts -= name.p[start] == '.';
    }
    return name.n > 0 && name.p[start] == '.' ? str_sub(name, start + 1, SIZE_MAX) : name;
}

/* Keeps the best in order, earlier ones before later ones that are as good. */
static enum status add(struct suggestions *found, struct str name, size_t score,
                       struct error *err)
{
    size_t at = found->count;
    for (size_t i = 0; i < found->count; i++) {
        if (str_eq_nocase(found->names[i], name)) {
            return OK;
        }
    }
    while (at > 0 && found->scores[at - 1] > score) {
        at--;
    }
    if (at == GRAPH_MAX_SUGGESTIONS) {
        return OK;
    }
    size_t last = found->count < GRAPH_MAX_SUGGESTIONS ? found->count++ : found->count - 1;
    for (size_t i = last; i > at; i--) {
        found->names[i] = found->names[i - 1];
        found->scores[i] = found->scores[i - 1];
    }
    found->scores[at] = score;
    return arena_str(found->arena, name, &found->names[at]) == OK ? OK : error_nomem(err);
}

static enum status look_through(struct suggestions *found, struct catalog *catalog,
                                const char *sql, bool is_table, struct error *err)
{
    struct statement row = sqlite_use(&catalog->db, sql);
    bool has_row = true;
    enum status status = OK;
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct str name = column_view(&row, 0);
        struct str end = is_table ? same_depth(name, found->text) : name;
        size_t score = score_of(found->text, end);
        if (score != SIZE_MAX) {
            status = add(found, score < SCORE_PART ? end : name, score, err);
        }
    }
    sqlite_end(&row);
    return status;
}

enum status graph_suggest(struct catalog *catalog, struct str text, enum graph_names which,
                          struct arena *arena, struct str names[GRAPH_MAX_SUGGESTIONS],
                          size_t *count, struct error *err)
{
    struct suggestions found = {.text = text, .arena = arena, .names = names};
    enum status status = OK;
    if (which != GRAPH_NAMES_TABLES) {
        status = look_through(&found, catalog,
                              "SELECT title FROM project WHERE title <> '' ORDER BY"
                              " views_all_time DESC NULLS LAST, id",
                              false, err);
    }
    if (status == OK && which != GRAPH_NAMES_PROJECTS) {
        status =
            look_through(&found, catalog,
                         "SELECT iif(database = '', '', database || '.') || iif(schema ="
                         " '', '', schema || '.') || name FROM warehouse_table ORDER BY id",
                         true, err);
    }
    *count = found.count;
    return status;
}
