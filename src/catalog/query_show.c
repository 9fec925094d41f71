/*
 * Tables for people: one SELECT a kind, narrowed by an id or by a search.
 *
 * A kind with search text is searched by its full-text index; the short lists are searched
 * by plain containment, word by word (search_text).
 */
#include "catalog/query.h"
#include "catalog/store.h"

#include <string.h>

#define SQL_BYTES ((size_t)64 * 1024)
#define MAX_WORDS 32
#define MAX_COLUMNS 16

#define TEXT(title)                                                                            \
    {                                                                                          \
        title, false, false                                                                    \
    }
#define NUMBER(title)                                                                          \
    {                                                                                          \
        title, true, false                                                                     \
    }
#define TIME(title)                                                                            \
    {                                                                                          \
        title, false, true                                                                     \
    }
static const struct query_column project_columns[] = {
    TEXT("title"),      TEXT("state"),    TEXT("owner"),      TEXT("status"),
    NUMBER("views"),    TIME("edited"),   TIME("published"),  NUMBER("cells"),
    NUMBER("datasets"), NUMBER("tables"), TEXT("detail"),     TEXT("tags"),
    TEXT("problem"),    TEXT("queried"),  TEXT("not in SQL"), TEXT("id")};
static const struct query_column component_columns[] = {
    TEXT("title"),  TEXT("state"),   TEXT("owner"),      TEXT("status"), NUMBER("used by"),
    TIME("edited"), NUMBER("cells"), NUMBER("datasets"), TEXT("detail"), TEXT("id")};
static const struct query_column cell_columns[] = {
    TEXT("project"),    NUMBER("position"), TEXT("type"),      TEXT("label"),
    TEXT("data frame"), TEXT("reads"),      TEXT("text"),      TEXT("connection"),
    TEXT("error"),      TEXT("id"),         TEXT("project id")};
static const struct query_column dataset_columns[] = {
    TEXT("name"),      TEXT("project"),    TEXT("type"),         NUMBER("columns"),
    NUMBER("sources"), NUMBER("feeds"),    NUMBER("views"),      TEXT("connection"),
    TEXT("cell"),      TEXT("project id"), TEXT("column names"), TEXT("partial")};
static const struct query_column table_columns[] = {
    TEXT("table"),     TEXT("connection"),   NUMBER("projects"),
    NUMBER("read by"), NUMBER("written by"), TEXT("connection id")};
static const struct query_column tag_columns[] = {TEXT("name"), TEXT("kind"),
                                                  NUMBER("projects"), TEXT("description")};
static const struct query_column connection_columns[] = {
    TEXT("name"),    TEXT("type"),     TEXT("database"), TEXT("schema"),
    NUMBER("cells"), NUMBER("tables"), TEXT("id"),       TEXT("description")};
static const struct query_column collection_columns[] = {
    TEXT("name"), NUMBER("projects"), TEXT("creator"), TEXT("description"), TEXT("id")};
static const struct query_column run_columns[] = {
    TEXT("project"), TEXT("status"),    TEXT("trigger"), TIME("started"),
    TIME("ended"),   NUMBER("seconds"), TEXT("id"),      TEXT("project id")};
static const struct query_column change_columns[] = {TIME("at"),    TEXT("project"),
                                                     TEXT("field"), TEXT("before"),
                                                     TEXT("after"), TEXT("project id")};
static const struct query_column user_columns[] = {
    TEXT("email"), TEXT("name"), TEXT("role"), NUMBER("owns"), TIME("last login"), TEXT("id")};
static const struct query_column group_columns[] = {TEXT("name"), NUMBER("projects"),
                                                    TIME("created"), TEXT("id")};

#define KIND(name, help, columns)                                                              \
    {                                                                                          \
        name, help, columns, sizeof(columns) / sizeof((columns)[0])                            \
    }

const struct query_kind query_kinds[] = {
    KIND("projects", "projects, most viewed first", project_columns),
    KIND("components", "components and how many projects use them", component_columns),
    KIND("cells", "cells of notebooks with their SQL, code and text", cell_columns),
    KIND("datasets", "data frames that cells make", dataset_columns),
    KIND("tables", "warehouse tables that notebooks read or write", table_columns),
    KIND("tags", "categories and statuses", tag_columns),
    KIND("connections", "data connections and how much uses them", connection_columns),
    KIND("collections", "collections and how many projects they hold", collection_columns),
    KIND("runs", "runs of published projects, newest first", run_columns),
    KIND("changes", "what changed when, newest first", change_columns),
    KIND("users", "people of the workspace", user_columns),
    KIND("groups", "groups of people", group_columns),
};
const size_t query_kind_count = sizeof(query_kinds) / sizeof(query_kinds[0]);

/* A column of milliseconds as ISO 8601. */
#define ISO_TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"

enum search_kind { SEARCH_KIND_PROJECT, SEARCH_KIND_CELL, SEARCH_KIND_TEXT };

/* "orders (country, revenue), ANALYTICS.PUBLIC.T": what a no-code cell reads. */
#define CELL_READS                                                                             \
    "(SELECT group_concat(coalesce(r.dataframe, coalesce(nullif(r.database, '') || '.', '')"   \
    " || coalesce(nullif(r.schema, '') || '.', '') || r.name) || coalesce(' (' || (SELECT"     \
    " group_concat(value, ', ') FROM json_each(r.columns)) || ')', ''), ', ')"                 \
    " FROM cell_read r WHERE r.cell = c.id)"

/* Of the tables that Hex says were asked for, those that SQL shows: "3 of 4"; and the others.
 */
#define QUERIED                                                                                \
    "(SELECT nullif((count(*) - count(reason)) || ' of ' || count(*), '0 of 0') FROM"          \
    " queried_table WHERE project = p.id), (SELECT group_concat(name || ' (' || reason ||"     \
    " ')', ', ') FROM queried_table WHERE project = p.id AND reason NOTNULL)"
/* Of a data set: its columns, and how many edges lead to it, and from it to other things. */
#define COLUMNS "iif(a.cell IS NULL, c.columns, a.columns)"
#define SOURCES                                                                                \
    "(SELECT count(*) FROM edge e WHERE e.owner = p.id AND e.to_cell = c.hex_id AND"           \
    " e.to_project = p.hex_id)"
#define FEEDS                                                                                  \
    "((SELECT count(*) FROM edge e WHERE e.owner = p.id AND e.from_cell = c.hex_id AND"        \
    " e.from_project = p.hex_id AND e.to_kind <> 2) + (SELECT count(*) FROM edge e WHERE"      \
    " e.is_foreign = 1 AND e.from_project = p.hex_id AND e.from_cell = c.hex_id))"

/*
 * ?1 the id, ?2 the search. In each SQL: where_id narrows by ?1; the search joins s (rowid,
 * score) or tests search_text word by word.
 */
struct show {
    const char *select; /* SELECT ... FROM ... WHERE ..., with a WHERE in any case */
    const char *where_id;
    enum search_kind search;
    const char *search_text; /* the row id for full text, else an expression */
    const char *order;
    const char *search_order;
};

static const struct show shows[] = {
    {
        .select = "SELECT p.title, CASE p.state WHEN 0 THEN 'active' WHEN 1 THEN"
                  " 'archived' WHEN 2 THEN 'trashed' ELSE 'gone' END, p.owner, p.status,"
                  " p.views_all_time, " ISO_TIME("p.edited_ms") ", " ISO_TIME(
                      "p.published_ms") ", (SELECT count(*) FROM cell c WHERE c.project = "
                                        "p.id), (SELECT"
                                        " count(*) FROM cell c WHERE c.project = p.id AND "
                                        "c.dataframe <> ''), (SELECT"
                                        " count(DISTINCT e.from_table) FROM edge e WHERE "
                                        "e.owner = p.id), CASE"
                                        " p.detail WHEN 0 THEN 'listed' WHEN 1 THEN 'full' "
                                        "ELSE 'denied' END, (SELECT"
                                        " group_concat(name, ', ') FROM project_category WHERE "
                                        "project = p.id),"
                                        " p.failure, " QUERIED
                                        ", p.hex_id FROM project p %s WHERE p.type = 0",
        .where_id = "(p.hex_id = ?1 COLLATE NOCASE OR p.title = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_PROJECT,
        .search_text = "p.id",
        .order = "p.views_all_time DESC NULLS LAST, p.title, p.hex_id, p.id",
        .search_order = "s.score, p.views_all_time DESC NULLS LAST, p.id",
    },
    {
        .select = "SELECT p.title, CASE p.state WHEN 0 THEN 'active' WHEN 1 THEN"
                  " 'archived' WHEN 2 THEN 'trashed' ELSE 'gone' END, p.owner, p.status,"
                  " (SELECT count(DISTINCT i.project) FROM import i JOIN project u ON u.id ="
                  " i.project WHERE i.component = p.hex_id AND u.source = p.source),"
                  " " ISO_TIME(
                      "p.edited_ms") ", (SELECT"
                                     " count(*) FROM cell c WHERE c.project = p.id), "
                                     "(SELECT count(*) FROM cell c"
                                     " WHERE c.project = p.id AND c.dataframe <> ''), "
                                     "CASE p.detail WHEN 0 THEN"
                                     " 'listed' WHEN 1 THEN 'full' ELSE 'denied' END, p.hex_id "
                                     "FROM project p %s WHERE"
                                     " p.type = 1",
        .where_id = "(p.hex_id = ?1 COLLATE NOCASE OR p.title = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_PROJECT,
        .search_text = "p.id",
        .order = "p.title, p.hex_id, p.id",
        .search_order = "s.score, p.id",
    },
    {
        .select = "SELECT p.title, c.position, c.type, coalesce(c.label, c.title),"
                  " c.dataframe, " CELL_READS
                  ", %s, coalesce((SELECT d.name FROM data_connection d WHERE"
                  " d.source = p.source AND d.hex_id = c.connection), c.connection),"
                  " c.error, c.hex_id, p.hex_id FROM cell c JOIN project p ON p.id = c.project "
                  "%s WHERE 1",
        .where_id =
            "(c.hex_id = ?1 OR (p.hex_id = ?1 COLLATE NOCASE OR p.title = ?1 COLLATE NOCASE))",
        .search = SEARCH_KIND_CELL,
        .search_text = "c.id",
        .order = "p.hex_id, p.id, c.position, c.id",
        .search_order = "s.score, c.id",
    },
    {
        .select =
            "SELECT c.dataframe, p.title, c.type, coalesce(json_array_length(" COLUMNS "),"
            " 0), " SOURCES ", " FEEDS ", p.views_all_time, coalesce((SELECT d.name FROM"
            " data_connection d WHERE d.source = p.source AND d.hex_id = c.connection),"
            " c.connection), c.hex_id, p.hex_id, (SELECT group_concat(value, ', ') FROM"
            " json_each(coalesce(" COLUMNS ", '[]'))), iif(a.is_partial, 'partial', NULL)"
            " FROM cell c JOIN project p ON p.id = c.project LEFT JOIN dataset a ON"
            " a.project = c.project AND a.cell = c.hex_id %s WHERE c.dataframe <> ''",
        .where_id =
            "(c.hex_id = ?1 OR c.dataframe = ?1 COLLATE NOCASE OR (p.hex_id = ?1 COLLATE"
            " NOCASE OR p.title = ?1 COLLATE NOCASE))",
        .search = SEARCH_KIND_CELL,
        .search_text = "c.id",
        .order = "p.views_all_time DESC NULLS LAST, p.hex_id, p.id, c.position, c.id",
        .search_order = "s.score, c.id",
    },
    {
        .select = "SELECT CASE WHEN t.database = '' THEN '' ELSE t.database || '.' END || CASE"
                  " WHEN t.schema = '' THEN '' ELSE t.schema || '.' END || t.name,"
                  " coalesce((SELECT d.name FROM data_connection d WHERE d.source = t.source"
                  " AND d.hex_id = t.connection), t.connection), (SELECT count(DISTINCT owner)"
                  " FROM edge WHERE from_table = t.id OR to_table = t.id), (SELECT count(*)"
                  " FROM edge WHERE from_table = t.id), (SELECT count(*) FROM edge WHERE"
                  " to_table = t.id), t.connection FROM warehouse_table t %s WHERE 1",
        .where_id = "(CASE WHEN t.database = '' THEN '' ELSE t.database || '.' END || CASE WHEN"
                    " t.schema = '' THEN '' ELSE t.schema || '.' END || t.name = ?1 COLLATE"
                    " NOCASE OR t.name = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text =
            "CASE WHEN t.database = '' THEN '' ELSE t.database || '.' END || CASE WHEN"
            " t.schema = '' THEN '' ELSE t.schema || '.' END || t.name",
        .order = "3 DESC, 1, 6, t.id",
    },
    {
        .select = "SELECT name, kind, projects, description FROM (SELECT name, 'category' AS"
                  " kind, count(DISTINCT project) AS projects, max(description) AS description"
                  " FROM project_category GROUP BY name UNION ALL SELECT status, 'status',"
                  " count(*), NULL FROM project WHERE status <> '' GROUP BY status) %s WHERE 1",
        .where_id = "name = ?1 COLLATE NOCASE",
        .search = SEARCH_KIND_TEXT,
        .search_text = "name || ' ' || coalesce(description, '')",
        .order = "projects DESC, name, kind",
    },
    {
        .select = "SELECT d.name, d.type, d.database, d.schema, (SELECT count(*) FROM cell c"
                  " JOIN project p ON p.id = c.project WHERE c.connection = d.hex_id AND"
                  " p.source = d.source), (SELECT count(*) FROM warehouse_table t WHERE"
                  " t.source = d.source AND t.connection = d.hex_id), d.hex_id, d.description"
                  " FROM data_connection d %s WHERE 1",
        .where_id = "(d.hex_id = ?1 OR d.name = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text = "coalesce(d.name, '') || ' ' || coalesce(d.type, '') || ' ' ||"
                       " coalesce(d.description, '')",
        .order = "d.name, d.hex_id",
    },
    {
        .select = "SELECT name, projects, creator, description, id FROM (SELECT l.name, (SELECT"
                  " count(DISTINCT h.project) FROM sharing h JOIN project p ON p.id = h.project"
                  " WHERE h.kind = 2 AND h.name = l.name AND p.source = l.source) AS projects,"
                  " l.creator, l.description, l.hex_id AS id FROM collection l UNION ALL SELECT"
                  " h.name, count(DISTINCT h.project), NULL, NULL, NULL FROM sharing h JOIN"
                  " project p ON p.id = h.project WHERE h.kind = 2 AND NOT EXISTS (SELECT 1"
                  " FROM collection l WHERE l.source = p.source AND l.name = h.name) GROUP BY"
                  " p.source, h.name) %s WHERE 1",
        .where_id = "(id = ?1 OR name = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text = "name || ' ' || coalesce(description, '')",
        .order = "name, id",
    },
    {
        .select = "SELECT p.title, r.status, r.trigger, " ISO_TIME(
            "r.started_ms") ", " ISO_TIME("r.ended_ms") ", CAST(round(r.elapsed_ms / 1000) AS "
                                                        "INTEGER), r.hex_id, p.hex_id"
                                                        " FROM run r JOIN project p ON p.id = "
                                                        "r.project %s WHERE 1",
        .where_id =
            "(r.hex_id = ?1 OR (p.hex_id = ?1 COLLATE NOCASE OR p.title = ?1 COLLATE NOCASE))",
        .search = SEARCH_KIND_TEXT,
        .search_text = "coalesce(p.title, '') || ' ' || coalesce(r.status, '') || ' ' ||"
                       " coalesce(r.trigger, '')",
        .order = "r.started_ms IS NULL DESC, r.started_ms DESC, p.id, r.position",
    },
    {
        .select = "SELECT " ISO_TIME(
            "h.at_ms") ", p.title, h.field, h.before, h.after, p.hex_id"
                       " FROM change h JOIN project p ON p.id = h.project %s WHERE 1",
        .where_id = "(p.hex_id = ?1 COLLATE NOCASE OR p.title = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text = "coalesce(p.title, '') || ' ' || h.field || ' ' ||"
                       " coalesce(h.before, '') || ' ' || coalesce(h.after, '')",
        .order = "h.id DESC",
    },
    {
        .select = "SELECT u.email, u.name, u.role, (SELECT count(*) FROM project p WHERE"
                  " p.source = u.source AND p.owner = u.email COLLATE NOCASE),"
                  " " ISO_TIME("u.last_login_ms") ", u.hex_id"
                                                  " FROM user u %s WHERE 1",
        .where_id =
            "(u.hex_id = ?1 OR u.email = ?1 COLLATE NOCASE OR u.name = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text = "coalesce(u.email, '') || ' ' || coalesce(u.name, '')",
        .order = "u.email, u.hex_id",
    },
    {
        .select =
            "SELECT g.name, (SELECT count(DISTINCT h.project) FROM sharing h JOIN project"
            " p ON p.id = h.project WHERE h.kind = 1 AND h.name = g.name AND p.source ="
            " g.source), " ISO_TIME("g.created_ms") ","
                                                    " g.hex_id FROM user_group g %s WHERE 1",
        .where_id = "(g.hex_id = ?1 OR g.name = ?1 COLLATE NOCASE)",
        .search = SEARCH_KIND_TEXT,
        .search_text = "coalesce(g.name, '')",
        .order = "g.name, g.hex_id",
    },
};

/* ---- the user's words as a query that has no syntax of its own ---- */

static bool has_letters(struct str word)
{
    size_t at = 0;
    while (at < word.n) {
        uint32_t c = str_next_codepoint(word, &at);
        bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                               (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (is_alphanumeric) {
            return true;
        }
    }
    return false;
}

/* The next word of *text, which moves behind it; empty at the end. */
static struct str next_word(struct str *text)
{
    size_t start = 0;
    while (start < text->n && (unsigned char)text->p[start] <= ' ') {
        start++;
    }
    size_t end = start;
    while (end < text->n && (unsigned char)text->p[end] > ' ') {
        end++;
    }
    struct str word = str_sub(*text, start, end - start);
    *text = str_sub(*text, end, SIZE_MAX);
    return word;
}

/* "a" "b"* for FTS5: every word, the last one may go on. Empty when there is nothing to find.
 */
static void write_match(struct buf *out, struct str text)
{
    size_t words = 0;
    for (struct str word = next_word(&text); word.n > 0 && words < MAX_WORDS;
         word = next_word(&text)) {
        if (!has_letters(word)) {
            continue;
        }
        (void)buf_append_cstr(out, words > 0 ? " \"" : "\"");
        for (size_t i = 0; i < word.n; i++) {
            (void)buf_append_cstr(out, word.p[i] == '"' ? "\"" : "");
            (void)buf_append_char(out, word.p[i]);
        }
        (void)buf_append_char(out, '"');
        words++;
    }
    if (words > 0) {
        (void)buf_append_char(out, '*');
    }
}

/* ---- the statement ---- */

#define CELL_MATCH                                                                             \
    " JOIN (SELECT rowid AS row, rank AS score FROM cell_search WHERE cell_search MATCH ?2) s" \
    " ON s.row = "
/* A project is found by its own words first, then by those of its cells. */
#define PROJECT_MATCH                                                                          \
    " JOIN (SELECT row, min(score) AS score FROM (SELECT rowid AS row, rank - 1000 AS score"   \
    " FROM project_search WHERE project_search MATCH ?2 UNION ALL SELECT c.project, 0 FROM"    \
    " cell_search JOIN cell c ON c.id = cell_search.rowid WHERE cell_search MATCH ?2) GROUP"   \
    " BY row) s ON s.row = "
#define CELL_TEXT "substr(coalesce(c.source, c.text, ''), 1, 200)"
#define CELL_SNIPPET                                                                           \
    "(SELECT snippet(cell_search, -1, '', '', '...', 24) FROM cell_search WHERE cell_search"   \
    " MATCH ?2 AND cell_search.rowid = c.id)"

/* select with its %s filled: the cells' text where there is one, then the join. */
static void write_select(struct buf *sql, const struct show *show, bool has_search)
{
    const char *rest = show->select;
    bool is_text = strstr(rest, "%s, ") != NULL;
    for (const char *hole = strstr(rest, "%s"); hole != NULL; hole = strstr(rest, "%s")) {
        (void)buf_append(sql, rest, (size_t)(hole - rest));
        if (is_text) {
            (void)buf_append_cstr(sql, has_search ? CELL_SNIPPET : CELL_TEXT);
            is_text = false;
        } else if (has_search && show->search != SEARCH_KIND_TEXT) {
            (void)buf_append_cstr(sql, show->search == SEARCH_KIND_CELL ? CELL_MATCH
                                                                        : PROJECT_MATCH);
            (void)buf_append_cstr(sql, show->search_text);
        }
        rest = hole + 2;
    }
    (void)buf_append_cstr(sql, rest);
}

static void write_sql(struct buf *sql, const struct show *show,
                      const struct query_filter *filter)
{
    bool has_search = !str_is_null(filter->search);
    bool is_full_text = has_search && show->search != SEARCH_KIND_TEXT;
    write_select(sql, show, has_search);
    if (!str_is_null(filter->id)) {
        (void)buf_printf(sql, " AND %s", show->where_id);
    }
    if (has_search && !is_full_text) {
        (void)buf_printf(sql, " AND instr(lower(%s), lower(?2)) > 0", show->search_text);
    }
    (void)buf_printf(sql, " ORDER BY %s", is_full_text ? show->search_order : show->order);
    if (filter->limit > 0) {
        (void)buf_append_cstr(sql, " LIMIT ?3");
    }
}

/* By number: a parameter that the SQL does not have is passed over. */
static void bind_filter(struct statement *statement, const struct query_filter *filter,
                        struct str search)
{
    int count = statement->handle != NULL ? sqlite3_bind_parameter_count(statement->handle) : 0;
    if (count >= 1) {
        bind_str(statement, filter->id);
    }
    if (count >= 2) {
        bind_str(statement, search);
    }
    if (count >= 3) {
        bind_int(statement, filter->limit);
    }
}

static enum status give_rows(struct statement *statement, size_t columns, query_row_fn *row,
                             void *ctx, int64_t *count, struct error *err)
{
    struct str cells[MAX_COLUMNS];
    bool has_row = true;
    enum status status = OK;
    while (status == OK && has_row) {
        status = sqlite_step(statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        for (size_t i = 0; i < columns; i++) {
            bool is_null = column_is_null(statement, (int)i);
            const char *text = (const char *)sqlite3_column_text(statement->handle, (int)i);
            if (!is_null && text == NULL) {
                return error_nomem(err);
            }
            cells[i] =
                is_null
                    ? STR_NULL
                    : str_from_n(text, (size_t)sqlite3_column_bytes(statement->handle, (int)i));
        }
        *count += 1;
        status = row(ctx, cells, columns, err);
    }
    return status;
}

enum status query_show(struct catalog *catalog, const struct query_kind *kind,
                       const struct query_filter *filter, query_row_fn *row, void *ctx,
                       struct error *err)
{
    const struct show *show = &shows[kind - query_kinds];
    struct buf sql;
    struct buf match;
    int64_t count = 0;
    enum status status = OK;
    bool has_match = !str_is_null(filter->search) && show->search != SEARCH_KIND_TEXT;
    buf_init(&sql, SQL_BYTES);
    buf_init(&match, SQL_BYTES);
    if (has_match) {
        write_match(&match, filter->search);
    }
    write_sql(&sql, show, filter);
    if (buf_status(&sql) != OK || buf_status(&match) != OK) {
        status = buf_status(&match) == ERR_LIMIT
                     ? error_set(err, ERR_LIMIT, "the text to search for is too long")
                     : error_nomem(err);
        goto out;
    }
    if (!has_match || match.size > 0) {
        struct statement statement = sqlite_use_once(&catalog->db, buf_str(&sql));
        bind_filter(&statement, filter, has_match ? buf_str(&match) : filter->search);
        status = give_rows(&statement, kind->column_count, row, ctx, &count, err);
        sqlite_end(&statement);
    }
    if (status == OK && count == 0 && !str_is_null(filter->id)) {
        status = error_set(err, ERR_NOT_FOUND, "the catalog has no %.*s '%.*s'",
                           (int)strlen(kind->name) - 1, kind->name,
                           STR_ARG(str_sub(filter->id, 0, 200)));
    }
out:
    buf_free(&sql);
    buf_free(&match);
    return status;
}
