/*
 * Any JSON as what OpenMetadata shows of an entity, as its history, and as a name: it is
 * compared with an entity of ours, and whatever is to be sent is a patch that can be parsed.
 */
#include "base/json_out.h"
#include "domain/name.h"
#include "om/change.h"

#include <stdlib.h>

static void check_name(struct str text, struct arena *arena)
{
    struct str name;
    struct str again;
    struct str rest = text;
    if (name_clean(text, arena, &name) == OK &&
        (name_clean(name, arena, &again) != OK || !str_eq(name, again))) {
        abort();
    }
    while (!str_is_null(rest) && name_next_part(&rest, arena, &name) == OK) {
    }
}

static void check_patch(const struct om_change *change, const struct om_shown *shown)
{
    struct buf text;
    struct json_out out;
    struct json *patch = NULL;
    struct error err = ERROR_INIT;
    buf_init(&text, (size_t)64 * 1024 * 1024);
    json_out_init(&out, &text);
    om_change_write_patch(change, shown, &out);
    if (buf_status(&text) == OK &&
        json_parse(buf_str(&text), &json_limits_default, &patch, &err) == ERR_PARSE) {
        abort();
    }
    json_free(patch);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str tags[] = {STR("HexStatus.Done")};
    const struct om_entity entity = {.kind = PUBLISHED_DASHBOARD,
                                     .name = STR("p-1"),
                                     .fqn = STR("hex.p-1"),
                                     .service = STR("hex"),
                                     .project = STR("p-1"),
                                     .title = STR("Title"),
                                     .has_links = true,
                                     .has_tags = true,
                                     .tags = tags,
                                     .tag_count = 1,
                                     .has_owners = true};
    const struct om_change_rules rules = {.user = STR("bot"), .keeps_titles = true};
    const struct published base = {.kind = PUBLISHED_DASHBOARD, .name = STR("p-1")};
    struct str text = str_from_n((const char *)data, size);
    struct error err = ERROR_INIT;
    struct om_history *history = NULL;
    struct om_shown shown;
    struct om_change change;
    struct arena arena;
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    check_name(text, &arena);
    if (om_history_read(text, &history, &err) != OK) {
        history = NULL;
    }
    if (om_shown_read(PUBLISHED_DASHBOARD, text, &arena, &shown, &err) == OK &&
        om_change_decide(&entity, &shown, &base, false, history, &rules, &arena, &change) ==
            OK) {
        check_patch(&change, &shown);
    }
    om_history_free(history);
    arena_free(&arena);
    return 0;
}
