/*
 * What a run reads before any project's details: who we are, all projects page by page, and
 * the workspace's connections, collections, users and groups.
 */
#include "base/log.h"
#include "hex/decode.h"
#include "hex/sync_state.h"

#include <inttypes.h>

#define WALK_BYTES ((size_t)64 * 1024 * 1024)
/* The lists may have empty pages, but so many pages without anything new have no end. */
#define MAX_IDLE_PAGES 100
#define MAX_LIST_PAGES 2000
#define TOKEN_WARNING_MS ((int64_t)14 * 24 * 3600 * 1000)

/* ---- who we are ---- */

static void note_token_expiry(struct sync *sync, int64_t expires_ms)
{
    char text[TIMESTAMP_TEXT_SIZE];
    if (expires_ms == TIMESTAMP_NONE || expires_ms - sync_now_ms(sync) > TOKEN_WARNING_MS) {
        return;
    }
    timestamp_format(expires_ms, text);
    sync_warning(sync, &sync->summary->listing,
                 "the token expires on %.10s: make a new one in Hex's settings", text);
}

static enum status open_source(struct sync *sync, struct error *err)
{
    struct catalog *catalog = sync->options->catalog;
    enum status status = catalog_begin(catalog, err);
    if (status != OK) {
        return status;
    }
    status = catalog_open_source(catalog, &sync->source, err);
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    if (status != OK) {
        catalog_rollback(catalog);
    }
    return status;
}

/* Anything but 401 is inconclusive: workspace tokens get 500 or 403 here (docs/hex.md). */
static void on_me(void *ctx, const struct http_answer *answer, const struct json *document,
                  const struct error *answer_err)
{
    struct sync *sync = ctx;
    struct error err = ERROR_INIT;
    struct decoded_me me;
    (void)answer;
    sync->has_me = true;
    if (answer_err->code == ERR_AUTH || answer_err->code == ERR_CANCELLED ||
        answer_err->code == ERR_NOMEM) {
        sync_fatal(sync, answer_err);
        return;
    }
    struct str user_id = STR_NULL;
    if (answer_err->code == OK && decode_me(document, &sync->arena, &me, &err) == OK) {
        sync->source.workspace_id = me.workspace_id;
        user_id = me.user_id;
        note_token_expiry(sync, me.token_expires_ms);
    } else if (err.code == ERR_NOMEM) {
        sync_fatal(sync, &err);
        return;
    } else {
        log_debug("who the token belongs to is not known: %s",
                  answer_err->code != OK ? answer_err->message : err.message);
    }
    sync->source.host = sync->options->host_url;
    sync->source.name = sync->options->workspace;
    if (open_source(sync, &err) != OK || sync_know_viewer(sync, user_id, &err) != OK) {
        sync_fatal(sync, &err);
    }
}

void sync_start_me(struct sync *sync)
{
    struct error err = ERROR_INIT;
    const struct hex_request request = {.call = HEX_CALL_ME, .done = on_me, .ctx = sync};
    if (hex_api_send(sync->options->api, &request, &err) != OK) {
        sync_fatal(sync, &err);
    }
}

/* ---- the projects ---- */

static void ask_for_page(struct sync *sync);

static enum status reopen_walk(struct sync *sync, bool drops_cursor, struct error *err)
{
    struct catalog *catalog = sync->options->catalog;
    struct sync_walk *walk = &sync->walk;
    int64_t now_ms = sync_now_ms(sync);
    enum status status = catalog_begin(catalog, err);
    if (status != OK) {
        return status;
    }
    if (drops_cursor) {
        status =
            catalog_walk_close(catalog, sync->source.id, walk->walk.id, false, now_ms, err);
    }
    if (status == OK) {
        status = catalog_forget_denials(catalog, sync->source.id, sync->viewer.token_mark, err);
    }
    if (status == OK) {
        status = sync_settle_version(sync, err);
    }
    if (status == OK) {
        status = catalog_walk_open(catalog, sync->source.id, &sync->viewer, now_ms,
                                   &walk->arena, &walk->walk, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    if (status != OK) {
        catalog_rollback(catalog);
    }
    return status;
}

/* The list does not lead to its end: what it showed is stored, and nothing is concluded. */
static void cut_walk(struct sync *sync, const char *why)
{
    struct error err = ERROR_INIT;
    struct catalog *catalog = sync->options->catalog;
    sync->walk.is_open = false;
    sync->summary->listing.errors++;
    log_error("%s: the walk ends here, incomplete, and no project is taken for deleted", why);
    if (catalog_begin(catalog, &err) != OK ||
        catalog_walk_close(catalog, sync->source.id, sync->walk.walk.id, false,
                           sync_now_ms(sync), &err) != OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        sync_fatal(sync, &err);
    }
}

static enum status store_page(struct sync *sync, const struct decoded_projects *page,
                              struct error *err)
{
    struct catalog *catalog = sync->options->catalog;
    enum status status = catalog_begin(catalog, err);
    if (status != OK) {
        return status;
    }
    status =
        catalog_walk_page(catalog, sync->source.id, &sync->walk.walk, page->items, page->count,
                          page->next, sync_now_ms(sync), &sync->summary->changes, err);
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    if (status != OK) {
        catalog_rollback(catalog);
    }
    return status;
}

/* Keeps next; a cursor that comes twice would make a walk endless. */
static enum status note_cursor(struct map *cursors, struct arena *arena, struct str next,
                               struct str *kept, bool *is_repeated, struct error *err)
{
    *is_repeated = map_has(cursors, next);
    if (*is_repeated) {
        return OK;
    }
    if (arena_str(arena, next, kept) != OK ||
        map_put(cursors, *kept, (union map_value){.number = 1}) != OK) {
        return error_nomem(err);
    }
    return OK;
}

static void take_page(struct sync *sync, const struct json *document)
{
    struct error err = ERROR_INIT;
    struct decoded_projects page;
    bool is_repeated = false;
    int64_t listed = sync->walk.walk.listed;
    arena_reset(&sync->walk.page);
    if (decode_projects(document, &sync->walk.page, &page, &err) != OK ||
        store_page(sync, &page, &err) != OK) {
        sync->walk.is_open = false;
        sync_fatal(sync, &err);
        return;
    }
    sync->summary->listing.records += (int64_t)page.count;
    if (page.skipped > 0) {
        sync_warning(sync, &sync->summary->listing,
                     "%zu entries of the project list are not projects (no usable id)",
                     page.skipped);
    }
    if (str_is_empty(page.next)) {
        sync_end_walk(sync);
        return;
    }
    sync->walk.idle_pages = sync->walk.walk.listed > listed ? 0 : sync->walk.idle_pages + 1;
    if (note_cursor(&sync->walk.cursors, &sync->walk.arena, page.next, &sync->walk.walk.cursor,
                    &is_repeated, &err) != OK) {
        sync->walk.is_open = false;
        sync_fatal(sync, &err);
    } else if (is_repeated) {
        cut_walk(sync, "the project list sent the same cursor twice");
    } else if (sync->walk.idle_pages >= MAX_IDLE_PAGES) {
        cut_walk(sync, "the project list goes on without showing another project");
    } else {
        ask_for_page(sync);
    }
}

static void on_projects(void *ctx, const struct http_answer *answer,
                        const struct json *document, const struct error *answer_err)
{
    struct sync *sync = ctx;
    struct error err = *answer_err;
    if (answer_err->code == OK) {
        take_page(sync, document);
        return;
    }
    bool is_old_cursor = answer->status == 400 && !str_is_null(sync->walk.walk.cursor);
    if (is_old_cursor && !sync->walk.was_restarted) {
        sync->walk.was_restarted = true;
        map_clear(&sync->walk.cursors);
        log_info("the project list no longer knows our place: it is walked from its start");
        if (reopen_walk(sync, true, &err) == OK) {
            ask_for_page(sync);
            return;
        }
    } else if (is_old_cursor) {
        cut_walk(sync, "the project list forgot our place twice");
        return;
    }
    sync->walk.is_open = false;
    sync_fatal(sync, &err);
}

/* Unless the run is ending: then the walk stays open at its cursor, for the next one. */
static void ask_for_page(struct sync *sync)
{
    struct error err = ERROR_INIT;
    sync->walk.is_open = !sync_is_ending(sync);
    if (!sync->walk.is_open) {
        return;
    }
    const struct hex_request request = {.call = HEX_CALL_PROJECTS,
                                        .cursor = sync->walk.walk.cursor,
                                        .done = on_projects,
                                        .ctx = sync};
    if (hex_api_send(sync->options->api, &request, &err) != OK) {
        sync->walk.is_open = false;
        sync_fatal(sync, &err);
    }
}

/* ---- the workspace's lists ---- */

static void ask_for_list(struct sync_list_state *list);

static const struct {
    enum hex_call call;
    const char *name;
    const char *lost; /* what the catalog does without when the token may not read it */
} lists[SYNC_LIST_COUNT] = {
    [SYNC_LIST_CONNECTIONS] = {HEX_CALL_CONNECTIONS, "data connections",
                               "tables lack their database and schema"},
    [SYNC_LIST_COLLECTIONS] = {HEX_CALL_COLLECTIONS, "collections",
                               "collections have names only"},
    [SYNC_LIST_USERS] = {HEX_CALL_USERS, "users", "people have e-mail addresses only"},
    [SYNC_LIST_GROUPS] = {HEX_CALL_GROUPS, "groups", "groups have names only"},
};

static enum status decode_list(struct sync_list_state *list, const struct json *document,
                               struct str *next, struct error *err)
{
    switch (list->kind) {
    case SYNC_LIST_CONNECTIONS:
        return decode_connections(document, &list->arena,
                                  (struct data_connection **)&list->items, &list->count,
                                  &list->capacity, next, err);
    case SYNC_LIST_COLLECTIONS:
        return decode_collections(document, &list->arena, (struct collection **)&list->items,
                                  &list->count, &list->capacity, next, err);
    case SYNC_LIST_USERS:
        return decode_users(document, &list->arena, (struct user **)&list->items, &list->count,
                            &list->capacity, next, err);
    case SYNC_LIST_GROUPS:
    default:
        return decode_groups(document, &list->arena, (struct group **)&list->items,
                             &list->count, &list->capacity, next, err);
    }
}

/* The user's defaults win over what Hex says of a connection; an id wins over a name. */
static void apply_defaults(struct sync *sync, struct data_connection *items, size_t count)
{
    const struct sync_options *options = sync->options;
    for (size_t d = 0; d < options->default_count; d++) {
        const struct sync_connection_default *given = &options->defaults[d];
        size_t matches = 0;
        bool is_id = false;
        for (size_t i = 0; i < count; i++) {
            is_id = is_id || str_eq_nocase(items[i].id, given->key);
        }
        for (size_t i = 0; i < count; i++) {
            if (str_eq_nocase(is_id ? items[i].id : items[i].name, given->key)) {
                items[i].database =
                    str_is_null(given->database) ? items[i].database : given->database;
                items[i].schema = str_is_null(given->schema) ? items[i].schema : given->schema;
                matches++;
            }
        }
        if (matches == 0) {
            sync_warning(sync, &sync->summary->listing,
                         "hexmeta.connections: no data connection is named '%.*s'",
                         STR_ARG(given->key));
        } else if (matches > 1) {
            sync_warning(
                sync, &sync->summary->listing,
                "hexmeta.connections: %zu data connections are named '%.*s', use the id",
                matches, STR_ARG(given->key));
        }
    }
}

static enum status store_list(struct sync_list_state *list, struct error *err)
{
    struct sync *sync = list->sync;
    struct catalog *catalog = sync->options->catalog;
    int64_t source = sync->source.id;
    struct sync_summary *summary = sync->summary;
    switch (list->kind) {
    case SYNC_LIST_CONNECTIONS:
        apply_defaults(sync, list->items, list->count);
        summary->connections = (int64_t)list->count;
        return catalog_store_connections(catalog, source, list->items, list->count, err);
    case SYNC_LIST_COLLECTIONS:
        summary->collections = (int64_t)list->count;
        return catalog_store_collections(catalog, source, list->items, list->count, err);
    case SYNC_LIST_USERS:
        summary->users = (int64_t)list->count;
        return catalog_store_users(catalog, source, list->items, list->count, err);
    case SYNC_LIST_GROUPS:
    default:
        summary->groups = (int64_t)list->count;
        return catalog_store_groups(catalog, source, list->items, list->count, err);
    }
}

static void finish_list(struct sync_list_state *list)
{
    struct error err = ERROR_INIT;
    struct catalog *catalog = list->sync->options->catalog;
    if (catalog_begin(catalog, &err) != OK || store_list(list, &err) != OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        sync_fatal(list->sync, &err);
    }
    map_clear(&list->cursors);
    arena_reset(&list->arena);
}

static void fail_list(struct sync_list_state *list, const struct error *err)
{
    struct sync *sync = list->sync;
    if (err->code == ERR_FORBIDDEN || err->code == ERR_NOT_FOUND || err->code == ERR_REJECTED) {
        sync_warning(sync, &sync->summary->listing,
                     "%s are not readable with this token, so %s (%s)", lists[list->kind].name,
                     lists[list->kind].lost, err->message);
    } else if (err->code == ERR_AUTH) {
        sync_fatal(sync, err);
    } else if (err->code != ERR_CANCELLED) {
        sync_failed(sync, &sync->summary->listing, "list", str_from(lists[list->kind].name),
                    STR("workspace"), err);
    }
}

static void on_list(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *answer_err)
{
    struct sync_list_state *list = ctx;
    struct error err = *answer_err;
    struct str next = STR_NULL;
    (void)answer;
    list->is_open = false;
    if (err.code != OK || decode_list(list, document, &next, &err) != OK) {
        fail_list(list, &err);
        return;
    }
    if (str_is_empty(next)) {
        finish_list(list);
        return;
    }
    bool is_repeated = false;
    list->page_count++;
    if (note_cursor(&list->cursors, &list->arena, next, &list->cursor, &is_repeated, &err) ==
            OK &&
        !is_repeated && list->page_count < MAX_LIST_PAGES) {
        ask_for_list(list);
        return;
    }
    if (err.code == OK) {
        (void)error_set(&err, ERR_PARSE, "%s",
                        is_repeated ? "the same cursor came twice" : "the list does not end");
    }
    fail_list(list, &err);
}

static void ask_for_list(struct sync_list_state *list)
{
    struct error err = ERROR_INIT;
    list->is_open = !sync_is_ending(list->sync);
    if (!list->is_open) {
        return;
    }
    const struct hex_request request = {
        .call = lists[list->kind].call, .cursor = list->cursor, .done = on_list, .ctx = list};
    if (hex_api_send(list->sync->options->api, &request, &err) != OK) {
        list->is_open = false;
        sync_fatal(list->sync, &err);
    }
}

void sync_start_listing(struct sync *sync)
{
    struct error err = ERROR_INIT;
    arena_init(&sync->walk.arena, WALK_BYTES);
    arena_init(&sync->walk.page, SYNC_LIST_BYTES);
    if (reopen_walk(sync, false, &err) != OK) {
        sync_fatal(sync, &err);
        return;
    }
    if (!str_is_null(sync->walk.walk.cursor)) {
        log_info("going on with the walk that was cut short, behind %" PRId64 " projects",
                 sync->walk.walk.listed);
    }
    ask_for_page(sync);
    for (int kind = 0; kind < SYNC_LIST_COUNT; kind++) {
        struct sync_list_state *list = &sync->lists[kind];
        *list = (struct sync_list_state){.sync = sync, .kind = (enum sync_list)kind};
        arena_init(&list->arena, SYNC_LIST_BYTES);
        map_init(&list->cursors);
        ask_for_list(list);
    }
}

bool sync_listing_is_done(const struct sync *sync)
{
    bool is_open = sync->walk.is_open;
    for (int kind = 0; kind < SYNC_LIST_COUNT; kind++) {
        is_open = is_open || sync->lists[kind].is_open;
    }
    return !is_open;
}

void sync_listing_free(struct sync *sync)
{
    arena_free(&sync->lookups.arena);
    for (int kind = 0; kind < SYNC_LIST_COUNT; kind++) {
        map_free(&sync->lists[kind].cursors);
        arena_free(&sync->lists[kind].arena);
    }
    map_free(&sync->walk.cursors);
    arena_free(&sync->walk.page);
    arena_free(&sync->walk.arena);
}
