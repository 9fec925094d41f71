#include "catalog/published.h"

#include "catalog/published_unwanted.h"
#include "catalog/store.h"

#include <inttypes.h>

#define MAX_HASHES_BYTES ((size_t)64 * 1024)

/* ---- the publication ---- */

enum status published_find_source(struct catalog *catalog, struct str host,
                                  struct str workspace, int64_t *out, struct error *err)
{
    bool has_row = true;
    int64_t count = 0;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT id FROM source WHERE host = ?1"
                                 " AND (?2 IS NULL OR workspace_id = ?2 OR name = ?2 OR 1 ="
                                 " (SELECT count(*) FROM source WHERE host = ?1)) ORDER BY id");
    *out = 0;
    bind_str(&row, host);
    bind_str(&row, workspace);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status == OK && has_row) {
            *out = column_int(&row, 0);
            count++;
        }
    }
    sqlite_end(&row);
    if (status == OK && count > 1) {
        return error_set(err, ERR_CONFIG,
                         "the catalog has several workspaces of %.*s: set hexmeta.workspace "
                         "to the one that is to be published",
                         STR_ARG(str_sub(host, 0, 200)));
    }
    return status;
}

static enum status find_publication(struct catalog *catalog, struct str host,
                                    struct str service, struct arena *arena,
                                    struct publication *out, bool *found, struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "SELECT id, service_id FROM publication WHERE source = ?1"
                                 " AND host = ?2 AND service = ?3");
    bind_int(&row, out->source);
    bind_str(&row, host);
    bind_str(&row, service);
    enum status status = sqlite_step(&row, found, err);
    if (status == OK && *found) {
        out->id = column_int(&row, 0);
        status = column_str(&row, 1, arena, &out->service_id, err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_open(struct catalog *catalog, int64_t source, struct str host,
                           struct str service, struct arena *arena, struct publication *out,
                           struct error *err)
{
    bool found = false;
    *out = (struct publication){.source = source};
    enum status status = find_publication(catalog, host, service, arena, out, &found, err);
    if (status != OK || found) {
        return status;
    }
    struct statement row = sqlite_use(
        &catalog->db, "INSERT INTO publication (source, host, service) VALUES (?1, ?2, ?3)");
    bind_int(&row, source);
    bind_str(&row, host);
    bind_str(&row, service);
    status = sqlite_run(&row, err);
    out->id = sqlite3_last_insert_rowid(catalog->db.handle);
    return status;
}

enum status published_set_service(struct catalog *catalog, struct publication *publication,
                                  struct str service_id, struct error *err)
{
    static const char *const forget_sqls[] = {
        "DELETE FROM published WHERE publication = ?1 AND kind >= 2", /* not the tags */
        "DELETE FROM published_project WHERE publication = ?1",
        "DELETE FROM published_usage WHERE publication = ?1"};
    bool is_other =
        !str_is_null(publication->service_id) && !str_eq(publication->service_id, service_id);
    enum status status = OK;
    if (str_eq(publication->service_id, service_id)) {
        return OK;
    }
    for (size_t i = 0; i < 3 && is_other && status == OK; i++) {
        status = store_run_with(catalog, forget_sqls[i], publication->id, err);
    }
    if (status != OK) {
        return status;
    }
    struct statement row =
        sqlite_use(&catalog->db, "UPDATE publication SET service_id = ?2 WHERE id = ?1");
    bind_int(&row, publication->id);
    bind_str(&row, service_id);
    publication->service_id = service_id;
    return sqlite_run(&row, err);
}

/* ---- rows ---- */

/* "0 f00 f00\n": number of the field, sent, seen ("-" while unknown). */
static void write_hashes(const struct published *row, struct buf *out)
{
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        const struct merge_base *base = &row->fields[i];
        if (base->has_sent && base->has_seen) {
            (void)buf_printf(out, "%d %016" PRIx64 " %016" PRIx64 "\n", i, base->sent,
                             base->seen);
        } else if (base->has_sent) {
            (void)buf_printf(out, "%d %016" PRIx64 " -\n", i, base->sent);
        }
    }
}

static bool read_hex(struct str digits, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c < 'a' || c > 'f')) {
            return false;
        }
        *out = *out << 4 | (uint64_t)(is_digit ? c - '0' : c - 'a' + 10);
    }
    return digits.n == 16;
}

/* A line that is not as we write them is as if it were not there. */
static void read_hashes(struct str text, struct published *out)
{
    while (text.n > 0) {
        size_t end = str_find(text, '\n');
        struct str line = str_sub(text, 0, end == SIZE_MAX ? text.n : end);
        text = str_sub(text, line.n + 1, text.n);
        size_t space = str_find(line, ' ');
        uint64_t field;
        if (space == SIZE_MAX || !str_to_u64(str_sub(line, 0, space), &field) ||
            field >= PUBLISHED_FIELD_COUNT) {
            continue;
        }
        struct merge_base *base = &out->fields[field];
        base->has_sent = read_hex(str_sub(line, space + 1, 16), &base->sent);
        base->has_seen = base->has_sent && read_hex(str_sub(line, space + 18, 16), &base->seen);
    }
}

static enum status read_row(const struct statement *row, struct arena *arena,
                            struct published *out, struct error *err)
{
    out->state = (enum published_state)column_int(row, 2);
    out->digest = (uint64_t)column_int(row, 3);
    read_hashes(column_view(row, 4), out);
    out->has_tags = !column_is_null(row, 5);
    out->has_owners = !column_is_null(row, 6);
    enum status status = column_str(row, 0, arena, &out->parent, err);
    if (status == OK) {
        status = column_str(row, 1, arena, &out->entity_id, err);
    }
    if (status == OK) {
        status = store_texts_read(column_view(row, 5), arena, &out->tags, &out->tag_count, err);
    }
    return status == OK ? store_texts_read(column_view(row, 6), arena, &out->owners,
                                           &out->owner_count, err)
                        : status;
}

enum status published_get(struct catalog *catalog, int64_t publication,
                          enum published_kind kind, struct str name, struct arena *arena,
                          struct published *out, bool *found, struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "SELECT parent, entity_id, state, digest, hashes, tags, owners"
                                 " FROM published WHERE publication = ?1 AND kind = ?2"
                                 " AND name = ?3");
    *out = (struct published){.kind = kind, .name = name};
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, name);
    enum status status = sqlite_step(&row, found, err);
    if (status == OK && *found) {
        status = read_row(&row, arena, out, err);
    }
    sqlite_end(&row);
    return status;
}

/* NULL when the field was never sent; "[]" when nothing was. */
static struct str write_texts(struct buf *out, bool is_set, const struct str *texts,
                              size_t count)
{
    struct str json = is_set ? store_texts_write(out, texts, count) : STR_NULL;
    return is_set && str_is_null(json) ? STR("[]") : json;
}

enum status published_put(struct catalog *catalog, int64_t publication,
                          const struct published *row, struct error *err)
{
    struct buf hashes;
    struct buf tags;
    struct buf owners;
    enum status status = OK;
    buf_init(&hashes, MAX_HASHES_BYTES);
    buf_init(&tags, STORE_MAX_TEXT);
    buf_init(&owners, STORE_MAX_TEXT);
    write_hashes(row, &hashes);
    struct str tags_json = write_texts(&tags, row->has_tags, row->tags, row->tag_count);
    struct str owners_json =
        write_texts(&owners, row->has_owners, row->owners, row->owner_count);
    /* Checked first: others' rows are in the same transaction, and will be committed. */
    if (buf_status(&hashes) != OK || buf_status(&tags) != OK || buf_status(&owners) != OK) {
        status = error_nomem(err);
        goto out;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT OR REPLACE INTO published (publication, kind, name, parent,"
                      " entity_id, state, digest, hashes, tags, owners)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    bind_int(&statement, publication);
    bind_int(&statement, row->kind);
    bind_str(&statement, row->name);
    bind_str(&statement, row->parent);
    bind_str(&statement, row->entity_id);
    bind_int(&statement, row->state);
    bind_int(&statement, (int64_t)row->digest);
    bind_str(&statement, hashes.size > 0 ? buf_str(&hashes) : STR_NULL);
    bind_str(&statement, tags_json);
    bind_str(&statement, owners_json);
    status = sqlite_run(&statement, err);
out:
    buf_free(&hashes);
    buf_free(&tags);
    buf_free(&owners);
    return status;
}

enum status published_drop(struct catalog *catalog, int64_t publication,
                           enum published_kind kind, struct str name, struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db,
                   "DELETE FROM published WHERE publication = ?1 AND kind = ?2 AND name = ?3");
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, name);
    return sqlite_run(&row, err);
}

enum status published_next_unwanted(struct catalog *catalog, int64_t publication,
                                    enum published_kind kind, struct str after,
                                    struct arena *arena, struct published *out, bool *has_more,
                                    struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "SELECT parent, entity_id, state, digest, hashes, tags, owners, name"
                      " FROM published p WHERE publication = ?1 AND kind = ?2 AND name > ?3"
                      " AND state = 0 AND" PUBLISHED_UNWANTED " ORDER BY name LIMIT 1");
    *out = (struct published){.kind = kind};
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, after);
    enum status status = sqlite_step(&row, has_more, err);
    if (status == OK && *has_more) {
        status = column_str(&row, 7, arena, &out->name, err);
    }
    if (status == OK && *has_more) {
        status = read_row(&row, arena, out, err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_count(struct catalog *catalog, int64_t publication,
                            enum published_kind kind, int64_t *there, int64_t *unwanted,
                            struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT count(*), coalesce(sum(" PUBLISHED_UNWANTED "), 0)"
                                 " FROM published p WHERE publication = ?1 AND kind = ?2"
                                 " AND state = 0");
    bind_int(&row, publication);
    bind_int(&row, kind);
    enum status status = sqlite_step(&row, &has_row, err);
    *there = status == OK && has_row ? column_int(&row, 0) : 0;
    *unwanted = status == OK && has_row ? column_int(&row, 1) : 0;
    sqlite_end(&row);
    return status;
}

/* ---- usage ---- */

enum status published_get_usage(struct catalog *catalog, int64_t publication,
                                struct str project, struct usage_state *out, struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT at_ms, all_time, day, count FROM published_usage"
                                 " WHERE publication = ?1 AND project = ?2");
    *out = (struct usage_state){.has_base = false};
    bind_int(&row, publication);
    bind_str(&row, project);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *out = (struct usage_state){true, column_int(&row, 0), column_int(&row, 1),
                                    column_int(&row, 2), column_int(&row, 3)};
    }
    sqlite_end(&row);
    return status;
}

enum status published_put_usage(struct catalog *catalog, int64_t publication,
                                struct str project, const struct usage_state *state,
                                struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "INSERT OR REPLACE INTO published_usage (publication, project, at_ms,"
                      " all_time, day, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    bind_int(&row, publication);
    bind_str(&row, project);
    bind_int(&row, state->at_ms);
    bind_int(&row, state->all_time);
    bind_int(&row, state->day);
    bind_int(&row, state->count);
    return sqlite_run(&row, err);
}

/* ---- working tables ---- */

enum status published_begin_work(struct catalog *catalog, struct error *err)
{
    return sqlite_script(
        &catalog->db,
        "CREATE TEMP TABLE IF NOT EXISTS listed (kind INTEGER NOT NULL, name TEXT NOT NULL,"
        " is_deleted INTEGER NOT NULL, entity_id TEXT, is_new INTEGER NOT NULL,"
        " json TEXT NOT NULL, UNIQUE (kind, name)) STRICT;"
        "CREATE TEMP TABLE IF NOT EXISTS history (kind INTEGER NOT NULL, name TEXT NOT NULL,"
        " json TEXT NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;"
        "CREATE TEMP TABLE IF NOT EXISTS wanted (kind INTEGER NOT NULL, name TEXT NOT NULL,"
        " PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;"
        "CREATE TEMP TABLE IF NOT EXISTS settled (project TEXT PRIMARY KEY,"
        " project_row INTEGER NOT NULL, progress INTEGER NOT NULL,"
        " is_doubted INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;"
        "DELETE FROM temp.settled;"
        "DELETE FROM temp.listed; DELETE FROM temp.history; DELETE FROM temp.wanted;",
        err);
}

/* One row of a working table; its text (may be STR_NULL for tables that have none). */
static enum status put_work(struct catalog *catalog, const char *sql, enum published_kind kind,
                            struct str name, struct str json, struct error *err)
{
    struct statement row = sqlite_use(&catalog->db, sql);
    bind_int(&row, kind);
    bind_str(&row, name);
    if (!str_is_null(json)) {
        bind_str(&row, json);
    }
    return sqlite_run(&row, err);
}

static enum status get_work(struct catalog *catalog, const char *sql, enum published_kind kind,
                            struct str name, struct arena *arena, struct str *out,
                            struct error *err)
{
    bool has_row = false;
    struct statement row = sqlite_use(&catalog->db, sql);
    *out = STR_NULL;
    bind_int(&row, kind);
    bind_str(&row, name);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        status = column_str(&row, 0, arena, out, err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_list(struct catalog *catalog, const struct published_item *item,
                           struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "INSERT INTO temp.listed VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                                 " ON CONFLICT DO UPDATE SET is_deleted = excluded.is_deleted,"
                                 " entity_id = excluded.entity_id, json = excluded.json");
    bind_int(&row, item->kind);
    bind_str(&row, item->name);
    bind_int(&row, item->is_deleted);
    bind_str(&row, item->entity_id);
    bind_int(&row, item->is_new);
    bind_str(&row, item->json);
    return sqlite_run(&row, err);
}

enum status published_find(struct catalog *catalog, enum published_kind kind, struct str name,
                           struct arena *arena, struct published_item *out, bool *found,
                           struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "SELECT is_deleted, entity_id, is_new FROM temp.listed"
                                 " WHERE kind = ?1 AND name = ?2");
    *out = (struct published_item){.kind = kind, .name = name};
    bind_int(&row, kind);
    bind_str(&row, name);
    enum status status = sqlite_step(&row, found, err);
    if (status == OK && *found) {
        out->is_deleted = column_int(&row, 0) != 0;
        out->is_new = column_int(&row, 2) != 0;
        status = column_str(&row, 1, arena, &out->entity_id, err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_listed(struct catalog *catalog, enum published_kind kind, struct str name,
                             struct arena *arena, struct str *out, struct error *err)
{
    return get_work(catalog, "SELECT json FROM temp.listed WHERE kind = ?1 AND name = ?2", kind,
                    name, arena, out, err);
}

enum status published_presence(struct catalog *catalog, enum published_kind kind,
                               struct str name, enum published_presence *out, struct error *err)
{
    bool has_row = false;
    struct statement row = sqlite_use(
        &catalog->db, "SELECT is_deleted FROM temp.listed WHERE kind = ?1 AND name = ?2");
    *out = PUBLISHED_ABSENT;
    bind_int(&row, kind);
    bind_str(&row, name);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *out = column_int(&row, 0) != 0 ? PUBLISHED_PRESENT_DELETED : PUBLISHED_PRESENT;
    }
    sqlite_end(&row);
    return status;
}

enum status published_keep_history(struct catalog *catalog, enum published_kind kind,
                                   struct str name, struct str json, struct error *err)
{
    return put_work(catalog, "INSERT OR REPLACE INTO temp.history VALUES (?1, ?2, ?3)", kind,
                    name, json, err);
}

enum status published_history(struct catalog *catalog, enum published_kind kind,
                              struct str name, struct arena *arena, struct str *out,
                              struct error *err)
{
    return get_work(catalog, "SELECT json FROM temp.history WHERE kind = ?1 AND name = ?2",
                    kind, name, arena, out, err);
}

enum status published_want(struct catalog *catalog, enum published_kind kind, struct str name,
                           struct error *err)
{
    return put_work(catalog, "INSERT OR IGNORE INTO temp.wanted VALUES (?1, ?2)", kind, name,
                    STR_NULL, err);
}

enum status published_want_children(struct catalog *catalog, int64_t publication,
                                    enum published_kind kind, struct str parent,
                                    struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "INSERT OR IGNORE INTO temp.wanted SELECT kind, name FROM published"
                      " WHERE publication = ?1 AND kind = ?2 AND parent = ?3");
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, parent);
    return sqlite_run(&row, err);
}

enum status published_delete_children(struct catalog *catalog, int64_t publication,
                                      enum published_kind kind, struct str parent,
                                      struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "UPDATE published SET state = ?4"
                      " WHERE publication = ?1 AND kind = ?2 AND parent = ?3 AND state = ?5");
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, parent);
    bind_int(&row, PUBLISHED_STATE_DELETED);
    bind_int(&row, PUBLISHED_STATE_THERE);
    return sqlite_run(&row, err);
}
