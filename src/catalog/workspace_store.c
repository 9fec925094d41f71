/*
 * The workspace's lists: data connections, collections, users, groups. A list that is as
 * stored (by a digest kept as a fact) costs no write.
 */
#include "catalog/store.h"

#include <inttypes.h>
#include <stdio.h>

#define DIGEST_TEXT_SIZE 24

static enum status is_as_stored(struct catalog *catalog, int64_t source, const char *key,
                                uint64_t digest, bool *out, struct error *err)
{
    char text[DIGEST_TEXT_SIZE];
    struct arena arena;
    struct str stored;
    arena_init(&arena, 65536);
    (void)snprintf(text, sizeof(text), "%016" PRIx64, digest);
    enum status status = catalog_get_fact(catalog, source, key, &arena, &stored, err);
    *out = status == OK && str_is(stored, text);
    if (status == OK && !*out) {
        status = catalog_set_fact(catalog, source, key, str_from(text), err);
    }
    arena_free(&arena);
    return status;
}

/* ---- data connections ---- */

/* Lineage depends on these: projects whose cells use a connection are analysed again. */
static enum status note_new_defaults(struct catalog *catalog, int64_t source,
                                     const struct data_connection *item, struct error *err)
{
    bool is_same = false;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT 1 FROM data_connection WHERE source = ?1 AND hex_id = ?2"
                      " AND type IS ?3 AND database IS ?4 AND schema IS ?5");
    bind_int(&statement, source);
    bind_str(&statement, item->id);
    bind_str(&statement, item->type);
    bind_str(&statement, item->database);
    bind_str(&statement, item->schema);
    enum status status = sqlite_step(&statement, &is_same, err);
    sqlite_end(&statement);
    if (status != OK || is_same) {
        return status;
    }
    statement = sqlite_use(
        &catalog->db, "UPDATE project SET needs_analysis = 1 WHERE source = ?1 AND"
                      " needs_analysis = 0 AND id IN (SELECT project FROM cell WHERE"
                      " connection = ?2 UNION SELECT cell.project FROM cell_read JOIN cell ON"
                      " cell.id = cell_read.cell WHERE cell_read.connection = ?2)");
    bind_int(&statement, source);
    bind_str(&statement, item->id);
    return sqlite_run(&statement, err);
}

static enum status insert_connection(struct catalog *catalog, int64_t source,
                                     const struct data_connection *item, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT OR REPLACE INTO data_connection (source, hex_id, name, type,"
                      " description, database, schema, is_listed)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)");
    bind_int(&statement, source);
    bind_str_or_empty(&statement, item->id);
    bind_str(&statement, item->name);
    bind_str(&statement, item->type);
    bind_str(&statement, item->description);
    bind_str(&statement, item->database);
    bind_str(&statement, item->schema);
    return sqlite_run(&statement, err);
}

enum status catalog_store_connections(struct catalog *catalog, int64_t source,
                                      const struct data_connection *items, size_t count,
                                      struct error *err)
{
    uint64_t digest = count;
    bool is_same = false;
    for (size_t i = 0; i < count; i++) {
        const struct str fields[] = {items[i].id,          items[i].name,     items[i].type,
                                     items[i].description, items[i].database, items[i].schema};
        for (size_t j = 0; j < sizeof(fields) / sizeof(fields[0]); j++) {
            digest = store_digest(digest, fields[j]);
        }
    }
    enum status status =
        is_as_stored(catalog, source, "digest.connections", digest, &is_same, err);
    if (status != OK || is_same) {
        return status;
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        status = note_new_defaults(catalog, source, &items[i], err);
    }
    if (status == OK) {
        status = store_run_with(
            catalog, "DELETE FROM data_connection WHERE source = ?1 AND is_listed = 1", source,
            err);
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        status = insert_connection(catalog, source, &items[i], err);
    }
    return status;
}

enum status catalog_get_connection(struct catalog *catalog, int64_t source, struct str id,
                                   struct arena *arena, struct data_connection *out,
                                   struct error *err)
{
    struct str *const fields[] = {&out->id,          &out->name,     &out->type,
                                  &out->description, &out->database, &out->schema};
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT hex_id, name, type, description, database, schema"
                                 " FROM data_connection WHERE source = ?1 AND hex_id = ?2");
    *out = (struct data_connection){STR_NULL};
    bind_int(&statement, source);
    bind_str(&statement, id);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && !has_row) {
        status = error_set(err, ERR_NOT_FOUND, "the catalog has no data connection %.*s",
                           STR_ARG(str_sub(id, 0, 100)));
    }
    for (int i = 0; i < 6 && status == OK; i++) {
        status = column_str(&statement, i, arena, fields[i], err);
    }
    sqlite_end(&statement);
    return status;
}

/* ---- collections, users, groups: rows of an id, up to three texts and a time ---- */

struct list_row {
    struct str id;
    struct str texts[3];
    int64_t time_ms;
};

struct list_kind {
    const char *key;
    const char *delete_sql;
    const char *insert_sql; /* ?1 source, ?2 id, then texts, then the time */
    int text_count;
    bool has_time;
};

static const struct list_kind collections_kind = {
    "digest.collections", "DELETE FROM collection WHERE source = ?1",
    "INSERT OR REPLACE INTO collection (source, hex_id, name, description, creator)"
    " VALUES (?1, ?2, ?3, ?4, ?5)",
    3, false};
static const struct list_kind users_kind = {
    "digest.users", "DELETE FROM user WHERE source = ?1",
    "INSERT OR REPLACE INTO user (source, hex_id, name, email, role, last_login_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    3, true};
static const struct list_kind groups_kind = {
    "digest.groups", "DELETE FROM user_group WHERE source = ?1",
    "INSERT OR REPLACE INTO user_group (source, hex_id, name, created_ms)"
    " VALUES (?1, ?2, ?3, ?4)",
    1, true};

typedef struct list_row list_item_fn(const void *items, size_t index);

static enum status store_list(struct catalog *catalog, int64_t source,
                              const struct list_kind *kind, list_item_fn *item,
                              const void *items, size_t count, struct error *err)
{
    uint64_t digest = count;
    bool is_same = false;
    for (size_t i = 0; i < count; i++) {
        struct list_row row = item(items, i);
        digest = store_digest_int(store_digest(digest, row.id), row.time_ms);
        for (int j = 0; j < kind->text_count; j++) {
            digest = store_digest(digest, row.texts[j]);
        }
    }
    enum status status = is_as_stored(catalog, source, kind->key, digest, &is_same, err);
    if (status != OK || is_same) {
        return status;
    }
    status = store_run_with(catalog, kind->delete_sql, source, err);
    for (size_t i = 0; i < count && status == OK; i++) {
        struct list_row row = item(items, i);
        struct statement statement = sqlite_use(&catalog->db, kind->insert_sql);
        bind_int(&statement, source);
        bind_str_or_empty(&statement, row.id);
        for (int j = 0; j < kind->text_count; j++) {
            bind_str(&statement, row.texts[j]);
        }
        if (kind->has_time) {
            bind_time(&statement, row.time_ms);
        }
        status = sqlite_run(&statement, err);
    }
    return status;
}

static struct list_row collection_row(const void *items, size_t index)
{
    const struct collection *item = (const struct collection *)items + index;
    return (struct list_row){
        item->id, {item->name, item->description, item->creator}, TIMESTAMP_NONE};
}

static struct list_row user_row(const void *items, size_t index)
{
    const struct user *item = (const struct user *)items + index;
    return (struct list_row){
        item->id, {item->name, item->email, item->role}, item->last_login_ms};
}

static struct list_row group_row(const void *items, size_t index)
{
    const struct group *item = (const struct group *)items + index;
    return (struct list_row){item->id, {item->name}, item->created_ms};
}

enum status catalog_store_collections(struct catalog *catalog, int64_t source,
                                      const struct collection *items, size_t count,
                                      struct error *err)
{
    return store_list(catalog, source, &collections_kind, collection_row, items, count, err);
}

enum status catalog_store_users(struct catalog *catalog, int64_t source,
                                const struct user *items, size_t count, struct error *err)
{
    return store_list(catalog, source, &users_kind, user_row, items, count, err);
}

enum status catalog_store_groups(struct catalog *catalog, int64_t source,
                                 const struct group *items, size_t count, struct error *err)
{
    return store_list(catalog, source, &groups_kind, group_row, items, count, err);
}
