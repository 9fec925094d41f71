/* Any bytes as an answer of Hex: every decoder must take it or say why not. */
#include "hex/decode.h"
#include "hex/decode_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum status status, const struct error *err)
{
    if (status != OK && (err->code != status || err->message[0] == '\0')) {
        abort();
    }
}

static void decode_lists(const struct json *document, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct str next;
    size_t counts[6] = {0};
    size_t capacities[6] = {0};
    struct data_connection *connections = NULL;
    struct collection *collections = NULL;
    struct user *users = NULL;
    struct group *groups = NULL;
    struct queried_table *tables = NULL;
    struct run *runs = NULL;
    struct notebook notebook = {.project_id = STR("p")};
    check(decode_connections(document, arena, &connections, &counts[0], &capacities[0], &next,
                             &err),
          &err);
    check(decode_collections(document, arena, &collections, &counts[1], &capacities[1], &next,
                             &err),
          &err);
    check(decode_users(document, arena, &users, &counts[2], &capacities[2], &next, &err), &err);
    check(decode_groups(document, arena, &groups, &counts[3], &capacities[3], &next, &err),
          &err);
    check(decode_queried_tables(document, arena, &tables, &counts[4], &capacities[4], &next,
                                &err),
          &err);
    check(decode_cells(document, arena, &notebook, &capacities[5], &next, &err), &err);
    check(decode_runs(document, arena, &runs, &counts[5], &err), &err);
    if (counts[5] > 0 && run_newest(runs, counts[5]) >= counts[5]) {
        abort();
    }
}

static void decode_singles(const struct json *document, struct arena *arena)
{
    struct error err = ERROR_INIT;
    struct decoded_me me;
    struct project project;
    struct decoded_projects page;
    struct decoded_export file;
    struct str mime_type;
    struct str bytes;
    struct str mark;
    check(decode_me(document, arena, &me, &err), &err);
    check(decode_export(document, &file, &err), &err);
    check(decode_image(document, arena, &mime_type, &bytes, &err), &err);
    check(decode_project(document, arena, &project, &err), &err);
    enum status status = decode_projects(document, arena, &page, &err);
    check(status, &err);
    for (size_t i = 0; status == OK && i < page.count; i++) {
        if (!is_project_id(page.items[i].id) ||
            project_activity_mark(&page.items[i], arena, &mark) != OK) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct json *document = NULL;
    struct arena arena;
    struct buf reason;
    struct str body = str_from_n((const char *)data, size);
    arena_init(&arena, (size_t)64 << 20);
    buf_init(&reason, 65536);
    decode_error_body(STR_NULL, body, &reason);
    if (buf_status(&reason) != OK || str_find(buf_str(&reason), '\n') != SIZE_MAX) {
        abort();
    }
    (void)decode_is_tier_message(body);
    (void)decode_is_error_object(body);
    (void)decode_workspace_of_url(body);
    if (json_parse(body, &json_limits_default, &document, &err) == OK) {
        decode_lists(document, &arena);
        decode_singles(document, &arena);
    }
    json_free(document);
    buf_free(&reason);
    arena_free(&arena);
    return 0;
}
