/*
 * Paged lists: a few requests tell what the server has, instead of one for each entity.
 */
#include "om/run.h"

#include "io/http_url.h"

#include <stdlib.h>

#define PAGE_ROWS 500
#define MAX_PATH_BYTES ((size_t)64 * 1024)
#define MAX_CURSOR_BYTES ((size_t)16 * 1024)
/* Up to one project in so many is asked for entity by entity: a list costs the server as much
 * for each of its rows as a request. */
#define LOOKED_AT_SHARE 10

struct list {
    struct om_run *run;
    om_item_fn *each;
    void *ctx;
    struct buf path;
    struct buf cursor;
    unsigned rows; /* asked for at once */
    /* The cursor behind page 1, 3, 7, 15, ...: cursors in a circle come by it again. */
    struct buf landmark;
    size_t pages;
    size_t landmark_page;
};

static void free_list(struct list *list)
{
    buf_free(&list->path);
    buf_free(&list->cursor);
    buf_free(&list->landmark);
    free(list);
}

static void on_page(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *err);

static void ask_page(struct list *list)
{
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES * 2);
    (void)buf_append_str(&path, buf_str(&list->path));
    (void)buf_printf(&path, "%slimit=%u",
                     str_find(buf_str(&list->path), '?') == SIZE_MAX ? "?" : "&", list->rows);
    if (list->cursor.size > 0) {
        (void)buf_append_cstr(&path, "&after=");
        (void)http_url_escape(&path, buf_str(&list->cursor));
    }
    const struct om_request request = {
        .method = "GET", .path = buf_str(&path), .done = on_page, .ctx = list};
    if (buf_status(&list->path) != OK || buf_status(&path) != OK) {
        om_run_nomem(list->run);
        free_list(list);
    } else if (!om_run_send(list->run, &request)) {
        free_list(list);
    }
    buf_free(&path);
}

static enum status pass_cursor(struct list *list, struct str after, struct error *err)
{
    if (list->pages > 0 && str_eq(after, buf_str(&list->landmark))) {
        return error_set(err, ERR_PARSE,
                         "a list of OpenMetadata has no end: the same cursor came twice");
    }
    if (after.n > MAX_CURSOR_BYTES) {
        return error_set(err, ERR_PARSE,
                         "a list of OpenMetadata has a cursor of %zu bytes, which no address "
                         "can hold",
                         after.n);
    }
    if (++list->pages > list->landmark_page * 2) {
        list->landmark_page = list->pages;
        buf_clear(&list->landmark);
        (void)buf_append_str(&list->landmark, after);
    }
    buf_clear(&list->cursor);
    (void)buf_append_str(&list->cursor, after);
    bool is_good = buf_status(&list->landmark) == OK && buf_status(&list->cursor) == OK;
    return is_good ? OK : error_nomem(err);
}

static enum status take_page(struct list *list, const struct json *document, bool *has_more,
                             struct error *err)
{
    const struct json *data = json_get(document, "data");
    struct str after = json_str(json_path(document, "paging", "after", NULL));
    enum status status = OK;
    if (!json_is_array(data)) {
        return error_set(err, ERR_PARSE,
                         "a list of OpenMetadata has no 'data': is hostPort "
                         "the address of its API, with /api at its end?");
    }
    for (size_t i = 0; i < json_count(data) && status == OK; i++) {
        status = list->each(list->ctx, json_at(data, i), err);
    }
    *has_more = !str_is_empty(after);
    return status == OK && *has_more ? pass_cursor(list, after, err) : status;
}

static void on_page(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *answer_err)
{
    struct list *list = ctx;
    struct error err = *answer_err;
    bool has_more = false;
    (void)answer;
    if (err.code == ERR_LIMIT && list->rows > 1 && !om_run_is_ending(list->run)) {
        list->rows = list->rows / 8 + 1; /* long SQL, many columns: in smaller parts */
        ask_page(list);
        return;
    }
    if (err.code == OK) {
        (void)take_page(list, document, &has_more, &err);
    }
    if (err.code != OK && err.code != ERR_CANCELLED) {
        om_run_fatal(list->run, &err);
    }
    if (has_more && !om_run_is_ending(list->run)) {
        ask_page(list);
    } else {
        free_list(list);
    }
}

/* Reads all pages side by side with those of other lists. */
static void start_list(struct om_run *run, struct str path, om_item_fn *each, void *ctx)
{
    struct list *list = calloc(1, sizeof(*list));
    if (list == NULL) {
        om_run_nomem(run);
        return;
    }
    *list = (struct list){.run = run, .each = each, .ctx = ctx, .rows = PAGE_ROWS};
    buf_init(&list->path, MAX_PATH_BYTES);
    buf_init(&list->landmark, MAX_PATH_BYTES);
    buf_init(&list->cursor, MAX_PATH_BYTES);
    (void)buf_append_str(&list->path, path);
    ask_page(list);
}

void om_list_read(struct om_run *run, struct str path, om_item_fn *each, void *ctx)
{
    start_list(run, path, each, ctx);
    om_run_wait(run, 0);
}

void om_list_read_of(struct om_run *run, const char *head, struct str value, om_item_fn *each,
                     void *ctx)
{
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_append_cstr(&path, head);
    (void)http_url_escape(&path, value);
    if (buf_status(&path) != OK) {
        om_run_nomem(run);
    } else {
        om_list_read(run, buf_str(&path), each, ctx);
    }
    buf_free(&path);
}

/* ---- what is compared with ---- */

/* Of a project that is SENT: how the server shows what it was sent, and nothing else. */
static enum status see(struct om_run *run, enum published_kind kind, const struct json *item,
                       struct str name, struct str project, struct error *err)
{
    struct arena arena;
    struct published base;
    struct published next;
    struct om_shown shown;
    bool has_base = false;
    bool has_new_base = false;
    bool is_doubtful = false;
    arena_init(&arena, json_limits_default.max_bytes);
    enum status status = published_get(run->catalog, run->publication.id, kind, name, &arena,
                                       &base, &has_base, err);
    if (status == OK && has_base) {
        om_shown_glance(kind, item, &shown);
        status = om_change_see(&shown, &base, &run->rules, &arena, &next, &has_new_base,
                               &is_doubtful) == OK
                     ? OK
                     : error_nomem(err);
    }
    if (status == OK && is_doubtful) {
        status = published_doubt(run->catalog, project, err);
    } else if (status == OK && has_new_base) {
        om_run_store(run, &next);
    }
    arena_free(&arena);
    return status;
}

enum status om_list_entity(struct om_run *run, enum published_kind kind,
                           const struct json *item, struct error *err)
{
    struct buf text;
    struct str name = json_str(json_get(item, "name"));
    bool is_deleted = json_bool(json_get(item, "deleted"), false);
    if (str_is_null(name)) {
        return error_set(err, ERR_PARSE, "a %s of OpenMetadata has no name",
                         om_kind_name(kind));
    }
    buf_init(&text, json_limits_default.max_bytes);
    enum status status = json_write_sorted(item, &text) == OK ? OK : error_nomem(err);
    if (status == OK) {
        const struct published_item listed = {.kind = kind,
                                              .name = name,
                                              .entity_id = json_str(json_get(item, "id")),
                                              .is_deleted = is_deleted,
                                              .json = buf_str(&text)};
        status = published_list(run->catalog, &listed, err);
    }
    buf_free(&text);
    return status;
}

/* As far as its project needs it. */
static enum status keep_entity(struct om_run *run, enum published_kind kind,
                               const struct json *item, struct error *err)
{
    struct str name = json_str(json_get(item, "name"));
    size_t bar = str_find(name, '_');
    struct str project = str_sub(name, 0, bar == SIZE_MAX ? name.n : bar);
    enum published_progress progress = PUBLISHED_PROGRESS_OPEN;
    enum status status = published_wanted_as(run->catalog, project, &progress, err);
    if (status != OK || progress == PUBLISHED_PROGRESS_SETTLED) {
        return status;
    }
    return progress == PUBLISHED_PROGRESS_SENT ? see(run, kind, item, name, project, err)
                                               : om_list_entity(run, kind, item, err);
}

static enum status keep_data_model(void *ctx, const struct json *item, struct error *err)
{
    return keep_entity(ctx, PUBLISHED_DATA_MODEL, item, err);
}

static enum status keep_chart(void *ctx, const struct json *item, struct error *err)
{
    return keep_entity(ctx, PUBLISHED_CHART, item, err);
}

static enum status keep_dashboard(void *ctx, const struct json *item, struct error *err)
{
    return keep_entity(ctx, PUBLISHED_DASHBOARD, item, err);
}

static enum status keep_user(void *ctx, const struct json *item, struct error *err)
{
    struct om_run *run = ctx;
    struct str email = json_str(json_get(item, "email"));
    struct str *id = ARENA_NEW(&run->arena, struct str);
    char *key = arena_cstr(&run->arena, email);
    if (id == NULL || (key == NULL && !str_is_null(email)) ||
        arena_str(&run->arena, json_str(json_get(item, "id")), id) != OK) {
        return error_nomem(err);
    }
    if (str_is_empty(email) || str_is_empty(*id) ||
        json_bool(json_get(item, "deleted"), false)) {
        return OK;
    }
    for (size_t i = 0; key != NULL && i < email.n; i++) {
        key[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] + 32 : key[i]);
    }
    return map_put(&run->users, str_from_n(key, email.n), (union map_value){.pointer = id}) ==
                   OK
               ? OK
               : error_nomem(err);
}

static const struct {
    om_item_fn *keep;
    const char *fields;
} lists[] = {
    [PUBLISHED_DATA_MODEL] = {keep_data_model, "owners,tags,sourceHash"},
    [PUBLISHED_CHART] = {keep_chart, "dashboards,owners,tags,sourceHash"},
    [PUBLISHED_DASHBOARD] = {keep_dashboard,
                             "charts,dataModels,lifeCycle,owners,tags,sourceHash"},
};

const char *om_list_fields(enum published_kind kind)
{
    return lists[kind].fields;
}

static void start_kind(struct om_run *run, enum published_kind kind)
{
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_printf(&path, "%s?service=", om_collection(kind));
    (void)http_url_escape(&path, run->options->service);
    (void)buf_append_cstr(&path, "&include=all");
    if (run->open_count > 0) {
        (void)buf_printf(&path, "&fields=%s", lists[kind].fields);
    }
    if (buf_status(&path) != OK) {
        om_run_nomem(run);
    } else {
        start_list(run, buf_str(&path), lists[kind].keep, run);
    }
    buf_free(&path);
}

void om_list_kind(struct om_run *run, enum published_kind kind)
{
    start_kind(run, kind);
    om_run_wait(run, 0);
}

static void read_lists(struct om_run *run)
{
    struct error err = ERROR_INIT;
    size_t open = run->open_count;
    int64_t row;
    bool has_more = true;
    start_kind(run, PUBLISHED_DASHBOARD);
    start_kind(run, PUBLISHED_CHART);
    start_kind(run, PUBLISHED_DATA_MODEL);
    om_run_wait(run, 0);
    while (has_more && run->sent_projects > 0 && !om_run_is_ending(run)) {
        if (published_take_sent(run->catalog, true, &row, &has_more, &err) != OK) {
            om_run_fatal(run, &err);
        } else if (has_more) {
            om_reopen(run, row);
        }
    }
    if (run->sent_projects > 0 && !om_run_is_ending(run) && om_run_begin(run) &&
        published_settle_sent(run->catalog, run->publication.id, &err) != OK) {
        om_run_fatal(run, &err);
    }
    om_run_flush(run);
    om_look_at_open(run, open);
}

static void look_at_few(struct om_run *run)
{
    struct error err = ERROR_INIT;
    int64_t row;
    bool has_more = true;
    while (has_more && !om_run_is_ending(run)) {
        if (published_take_sent(run->catalog, false, &row, &has_more, &err) != OK) {
            om_run_fatal(run, &err);
        } else if (has_more) {
            om_reopen(run, row);
        }
    }
    om_run_flush(run);
    om_look_at_open(run, 0);
    om_look_at_strangers(run);
}

void om_lists_read(struct om_run *run)
{
    struct error err = ERROR_INIT;
    int64_t strangers = 0;
    if (om_run_is_ending(run)) {
        return;
    }
    if (published_count_strangers(run->catalog, run->publication.id, &strangers, &err) != OK) {
        om_run_fatal(run, &err);
        return;
    }
    int64_t affected = (int64_t)run->open_count + run->sent_projects + strangers;
    run->is_idle = affected == 0;
    if (run->is_idle || str_is_null(run->publication.service_id)) {
        return;
    }
    /* Of what an interim pass is for, most is new: a look at each would find nothing. */
    if (!run->options->is_interim && affected <= run->wanted_projects / LOOKED_AT_SHARE) {
        look_at_few(run);
    } else {
        read_lists(run);
    }
    om_look_at_ends(run);
    om_run_wait(run, 0);
    run->total = (int64_t)run->open_count;
}

void om_users_read(struct om_run *run)
{
    if (run->options->includes_owners) {
        om_list_read(run, STR("/v1/users"), keep_user, run);
    }
}
