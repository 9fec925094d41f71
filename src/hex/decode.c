#include "hex/decode.h"

#include "base/text.h"
#include "domain/connection.h"
#include "hex/decode_text.h"

#include <string.h>

#define MAX_REASON_BYTES 300
#define MAX_PICTURE_BYTES ((size_t)16 * 1024 * 1024)

/* The beginning of an outside text as printable text, cut between two characters. */
static void put_reason(struct buf *out, struct str text)
{
    size_t n = 0;
    text = str_trim(text);
    while (n < text.n) {
        size_t next = n;
        (void)str_next_codepoint(text, &next);
        if (next > MAX_REASON_BYTES) {
            break;
        }
        n = next;
    }
    text_escape_terminal(out, str_sub(text, 0, n));
    if (n < text.n) {
        (void)buf_append_cstr(out, "...");
    }
}

/* ---- pages ---- */

/* "an object with reason, traceId": what came where something else was expected. */
static void describe(const struct json *value, struct buf *out)
{
    void *iterator = NULL;
    struct str key;
    const struct json *member;
    size_t count = 0;
    if (json_is_array(value)) {
        (void)buf_append_cstr(out, "a list");
    } else if (json_is_string(value)) {
        (void)buf_append_cstr(out, "a text");
    } else if (json_is_null(value)) {
        (void)buf_append_cstr(out, "nothing");
    } else if (!json_is_object(value)) {
        (void)buf_append_cstr(out, "a number or a boolean");
    } else {
        (void)buf_append_cstr(out, "an object");
    }
    while (count < 5 && json_next_member(value, &iterator, &key, &member)) {
        (void)buf_append_cstr(out, count++ == 0 ? " with " : ", ");
        text_escape_terminal(out, str_sub(key, 0, 40));
    }
}

static enum status no_list(const struct json *document, const char *what, struct error *err)
{
    struct buf instead;
    buf_init(&instead, 4096);
    describe(document, &instead);
    (void)error_set(err, ERR_PARSE,
                    "the answer has no list of %s but is %s: is this the address of Hex's API?",
                    what, buf_cstr(&instead));
    buf_free(&instead);
    return ERR_PARSE;
}

enum status decode_page(const struct json *document, struct arena *arena, const char *what,
                        const struct json **values, struct str *next, struct error *err)
{
    *values = json_get(document, "values");
    *next = STR_NULL;
    if (!json_is_array(*values)) {
        return no_list(document, what, err);
    }
    struct copier copier = {.arena = arena};
    const struct json *after = json_path(document, "pagination", "after", NULL);
    struct str cursor = json_str(after);
    if (!json_is_null(after) && !json_is_string(after)) {
        /* Neither a place to go on at nor an end: nothing may be concluded. */
        return error_set(err, ERR_PARSE, "the next page of %s has no usable cursor", what);
    }
    *next = str_is_empty(cursor) ? STR_NULL : copy_str(&copier, cursor);
    return copier_status(&copier, err);
}

/* ---- who we are ---- */

enum status decode_me(const struct json *document, struct arena *arena, struct decoded_me *out,
                      struct error *err)
{
    struct copier copier = {.arena = arena};
    double expires = json_double(json_path(document, "token", "exp", NULL), -1);
    if (!json_is_object(document)) {
        return error_set(err, ERR_PARSE, "the answer is no object");
    }
    *out = (struct decoded_me){
        .user_id = copy_text(&copier, json_get(document, "id")),
        .workspace_id = copy_text(&copier, json_path(document, "org", "id", NULL)),
        .email = copy_text(&copier, json_get(document, "email")),
        .role = copy_text(&copier, json_get(document, "role")),
        .token_expires_ms = TIMESTAMP_NONE,
    };
    /* Seconds since 1970 as tokens have it; a number that large is in milliseconds. */
    if (expires > 0 && expires < 1e14) {
        out->token_expires_ms = (int64_t)(expires < 1e11 ? expires * 1000 : expires);
    }
    return copier_status(&copier, err);
}

/* ---- the workspace's lists ---- */

/* {"snowflake": {...}}: the member named like the type, else the first that is an object. */
static const struct json *connection_detail(const struct json *value, struct str type)
{
    void *iterator = NULL;
    struct str key;
    const struct json *member = NULL;
    const struct json *first = NULL;
    const struct json *details = json_get(value, "connectionDetails");
    while (json_next_member(details, &iterator, &key, &member)) {
        if (json_is_object(member) && str_eq_nocase(key, type)) {
            return member;
        }
        first = first == NULL && json_is_object(member) ? member : first;
    }
    return first;
}

static void read_defaults(struct copier *copier, const struct json *value,
                          struct data_connection *out)
{
    struct str database;
    struct str schema;
    const struct json *detail = connection_detail(value, out->type);
    const struct connection_details details = {
        .database = json_str(json_get(detail, "database")),
        .schema = json_str(json_get(detail, "schema")),
        .catalog = json_str(json_get(detail, "catalog")),
        .project_id = json_str(json_get(detail, "projectId")),
        .jdbc_url = json_str(json_get(detail, "jdbcUrl")),
    };
    connection_defaults(out->type, &details, &database, &schema);
    out->database = copy_str(copier, database);
    out->schema = copy_str(copier, schema);
}

enum status decode_connections(const struct json *document, struct arena *arena,
                               struct data_connection **items, size_t *count, size_t *capacity,
                               struct str *next, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "data connections", &values, next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "id"));
        if (str_is_empty(id)) {
            continue;
        }
        struct data_connection *item = arena_push(arena, items, count, capacity, sizeof(*item));
        if (item == NULL) {
            return error_nomem(err);
        }
        item->id = id;
        item->name = copy_text(&copier, json_get(value, "name"));
        item->type = copy_lower(&copier, json_str(json_get(value, "type")));
        item->description = copy_text(&copier, json_get(value, "description"));
        read_defaults(&copier, value, item);
    }
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_collections(const struct json *document, struct arena *arena,
                               struct collection **items, size_t *count, size_t *capacity,
                               struct str *next, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "collections", &values, next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "id"));
        if (str_is_empty(id)) {
            continue;
        }
        struct collection *item = arena_push(arena, items, count, capacity, sizeof(*item));
        if (item == NULL) {
            return error_nomem(err);
        }
        item->id = id;
        item->name = copy_text(&copier, json_get(value, "name"));
        item->description = copy_text(&copier, json_get(value, "description"));
        item->creator = copy_text(&copier, json_path(value, "creator", "email", NULL));
    }
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_users(const struct json *document, struct arena *arena, struct user **items,
                         size_t *count, size_t *capacity, struct str *next, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "users", &values, next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "id"));
        if (str_is_empty(id)) {
            continue;
        }
        struct user *item = arena_push(arena, items, count, capacity, sizeof(*item));
        if (item == NULL) {
            return error_nomem(err);
        }
        item->id = id;
        item->name = copy_text(&copier, json_get(value, "name"));
        item->email = copy_text(&copier, json_get(value, "email"));
        item->role = copy_text(&copier, json_get(value, "role"));
        item->last_login_ms = read_time(json_get(value, "lastLoginDate"));
    }
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_groups(const struct json *document, struct arena *arena,
                          struct group **items, size_t *count, size_t *capacity,
                          struct str *next, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "groups", &values, next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "id"));
        if (str_is_empty(id)) {
            continue;
        }
        struct group *item = arena_push(arena, items, count, capacity, sizeof(*item));
        if (item == NULL) {
            return error_nomem(err);
        }
        item->id = id;
        item->name = copy_text(&copier, json_get(value, "name"));
        item->created_ms = read_time(json_get(value, "createdAt"));
    }
    return status == OK ? copier_status(&copier, err) : status;
}

/* ---- one project's things ---- */

/* staticId is the durable one, the same as an export's cellId; id changes with versions. */
static void read_cell(struct copier *copier, const struct json *value, struct cell *cell)
{
    const struct json *contents = json_get(value, "contents");
    const struct json *sql = json_get(contents, "sqlCell");
    const struct json *code = json_get(contents, "codeCell");
    const struct json *markdown = json_get(contents, "markdownCell");
    const struct json *source = json_is_object(sql)    ? sql
                                : json_is_object(code) ? code
                                                       : markdown;
    struct str dataframe = copy_text(copier, json_get(sql, "outputDataframe"));
    cell->type = copy_text(copier, json_get(value, "cellType"));
    cell->label = copy_text(copier, json_get(value, "label"));
    cell->connection = copy_id(copier, json_get(value, "dataConnectionId"));
    cell->source = copy_text(copier, json_get(source, "source"));
    cell->dataframe = str_is_empty(dataframe) ? STR_NULL : dataframe;
}

enum status decode_cells(const struct json *document, struct arena *arena,
                         struct notebook *notebook, size_t *capacity, struct str *next,
                         struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "cells", &values, next, err);
    notebook->is_complete = false;
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "staticId"));
        if (str_is_empty(id)) {
            id = copy_id(&copier, json_get(value, "id"));
        }
        if (str_is_empty(id)) {
            continue;
        }
        struct cell *cell =
            arena_push(arena, &notebook->cells, &notebook->cell_count, capacity, sizeof(*cell));
        if (cell == NULL) {
            return error_nomem(err);
        }
        cell->id = id;
        read_cell(&copier, value, cell);
    }
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_queried_tables(const struct json *document, struct arena *arena,
                                  struct queried_table **items, size_t *count, size_t *capacity,
                                  struct str *next, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    enum status status = decode_page(document, arena, "queried tables", &values, next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        struct str name = copy_text(&copier, json_get(value, "tableName"));
        if (str_is_empty(name)) {
            continue;
        }
        struct queried_table *item = arena_push(arena, items, count, capacity, sizeof(*item));
        if (item == NULL) {
            return error_nomem(err);
        }
        item->table_name = name;
        item->connection_id = copy_id(&copier, json_get(value, "dataConnectionId"));
        item->connection_name = copy_text(&copier, json_get(value, "dataConnectionName"));
    }
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_runs(const struct json *document, struct arena *arena, struct run **items,
                        size_t *count, struct error *err)
{
    const struct json *values = json_get(document, "runs");
    struct copier copier = {.arena = arena};
    size_t capacity = 0;
    *items = NULL;
    *count = 0;
    if (!json_is_array(values)) {
        return no_list(document, "runs", err);
    }
    for (size_t i = 0; i < json_count(values); i++) {
        const struct json *value = json_at(values, i);
        struct str id = copy_id(&copier, json_get(value, "runId"));
        if (str_is_empty(id)) {
            continue;
        }
        struct run *run = arena_push(arena, items, count, &capacity, sizeof(*run));
        if (run == NULL) {
            return error_nomem(err);
        }
        *run = (struct run){
            .id = id,
            .status = copy_text(&copier, json_get(value, "status")),
            .trigger = copy_text(&copier, json_get(value, "runTrigger")),
            .url = copy_text(&copier, json_get(value, "runUrl")),
            .started_ms = read_time(json_get(value, "startTime")),
            .ended_ms = read_time(json_get(value, "endTime")),
            .elapsed_ms = json_double(json_get(value, "elapsedTime"), -1),
        };
    }
    return copier_status(&copier, err);
}

enum status decode_export(const struct json *document, struct decoded_export *out,
                          struct error *err)
{
    out->filename = json_str(json_get(document, "filename"));
    out->content = json_str(json_get(document, "content"));
    if (str_is_null(out->content)) {
        return error_set(err, ERR_PARSE, "export: the answer has no content");
    }
    return OK;
}

/* ---- pictures ---- */

static int base64_value(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *hit = c != '\0' ? strchr(digits, c) : NULL;
    return hit != NULL ? (int)(hit - digits) : -1;
}

/* RFC 4648, with or without padding; white space is passed over. */
static enum status decode_base64(struct str text, struct arena *arena, struct str *out,
                                 struct error *err)
{
    if (text.n / 4 * 3 > MAX_PICTURE_BYTES) {
        return error_set(err, ERR_LIMIT, "picture: larger than %zu bytes", MAX_PICTURE_BYTES);
    }
    char *bytes = arena_alloc(arena, text.n / 4 * 3 + 3);
    uint32_t group = 0;
    unsigned bits = 0;
    size_t n = 0;
    if (bytes == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
        int value = base64_value(text.p[i]);
        if (text.p[i] == '\n' || text.p[i] == '\r') {
            continue;
        }
        if (value < 0) {
            return error_set(err, ERR_PARSE, "picture: not base64");
        }
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[n++] = (char)(group >> bits);
        }
    }
    *out = str_from_n(bytes, n);
    return OK;
}

enum status decode_image(const struct json *document, struct arena *arena,
                         struct str *mime_type, struct str *bytes, struct error *err)
{
    struct copier copier = {.arena = arena};
    struct str text = json_str(json_get(document, "imageBase64"));
    if (str_is_empty(text)) {
        return error_set(err, ERR_PARSE, "picture: the answer has none");
    }
    *mime_type = copy_text(&copier, json_get(document, "mimeType"));
    enum status status = decode_base64(text, arena, bytes, err);
    return status == OK ? copier_status(&copier, err) : status;
}

/* ---- errors ---- */

/* ": " or nothing, then text; nothing at all without text. */
static void add_reason(struct buf *out, struct str text)
{
    if (!str_is_empty(str_trim(text))) {
        (void)buf_append_cstr(out, out->size > 0 ? ": " : "");
        put_reason(out, text);
    }
}

/* The first of what {"issues": [...]} lists: texts, or objects with a message. */
static struct str first_issue(const struct json *document)
{
    const struct json *issue = json_at(json_get(document, "issues"), 0);
    return json_is_string(issue) ? json_str(issue) : json_str(json_get(issue, "message"));
}

void decode_error_body(struct str content_type, struct str body, struct buf *out)
{
    struct json *document = NULL;
    struct str text = str_trim(body);
    struct error ignored = ERROR_INIT;
    if (str_starts_with_nocase(content_type, "text/html") || str_starts_with(text, "<")) {
        (void)buf_append_cstr(out, "a web page, not an answer of Hex's API");
        return;
    }
    if (json_parse(text, &json_limits_default, &document, &ignored) != OK ||
        !json_is_object(document)) {
        put_reason(out, text);
        json_free(document);
        return;
    }
    struct str reason = json_str(json_get(document, "reason"));
    struct str message = json_str(json_get(document, "message"));
    add_reason(out, str_is_empty(reason) ? message : reason);
    add_reason(out, json_str(json_get(document, "details")));
    add_reason(out, first_issue(document));
    if (out->size == 0) {
        add_reason(out, json_str(json_get(document, "error")));
    }
    if (out->size == 0) {
        add_reason(out, json_str(json_get(document, "code")));
    }
    json_free(document);
}

bool decode_is_error_object(struct str body)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    bool is_one = json_parse(body, &json_limits_default, &document, &err) == OK &&
                  json_is_object(document);
    json_free(document);
    return is_one;
}

bool decode_is_tier_message(struct str body)
{
    return str_contains(body, "tier") &&
           (str_contains(body, "workspace") || str_contains(body, "ENTERPRISE"));
}

struct str decode_workspace_of_url(struct str url)
{
    for (size_t i = 0; i + 2 < url.n; i++) {
        if (memcmp(url.p + i, "://", 3) == 0) {
            struct str rest = str_sub(url, i + 3, SIZE_MAX);
            size_t slash = str_find(rest, '/');
            struct str path = slash == SIZE_MAX ? STR_NULL : str_sub(rest, slash + 1, SIZE_MAX);
            size_t end = str_find(path, '/');
            /* A workspace, and something in it: not the login page. */
            return end == SIZE_MAX || end == 0 ? STR_NULL : str_sub(path, 0, end);
        }
    }
    return STR_NULL;
}
