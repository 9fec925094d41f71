/* Pages of entities: order by name and id, opaque cursors, filters by what is above them. */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/value.h"

#include <string.h>

struct page {
    uint64_t limit;
    bool is_backwards;
    bool has_cursor;
    struct str name; /* of the cursor */
    struct str id;
    bool has_live;
    bool has_deleted;
    bool has_filter;
    const struct entity *above; /* NULL with has_filter: nothing matches */
    struct view view;
};

/* ---- cursors: base64url of {"name","id"} ---- */

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static json_t *encode_cursor(const struct entity *entity)
{
    struct buf text;
    struct buf out;
    json_t *place = value_sure(json_object());
    value_put_text(place, "name", entity->name);
    value_put_text(place, "id", entity_id(entity));
    buf_init(&text, SIM_MAX_BYTES);
    buf_init(&out, SIM_MAX_BYTES);
    value_write(place, false, &text);
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.size; i++) {
        bits = (bits << 8) | (unsigned char)text.data[i];
        count += 8;
        while (count >= 6) {
            count -= 6;
            (void)buf_append_char(&out, letters[(bits >> count) & 63]);
        }
    }
    if (count > 0) {
        (void)buf_append_char(&out, letters[(bits << (6 - count)) & 63]);
    }
    json_t *cursor = value_text(buf_str(&out));
    buf_free(&text);
    buf_free(&out);
    json_decref(place);
    return cursor;
}

static bool decode_cursor(struct arena *arena, struct str text, struct page *page)
{
    char *out = sim_alloc(arena, text.n + 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *letter = text.p[i] == '\0' ? NULL : strchr(letters, text.p[i]);
        if (letter == NULL) {
            return false;
        }
        bits = (bits << 6) | (uint32_t)(letter - letters);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[n++] = (char)((bits >> count) & 255);
        }
    }
    json_t *place = json_loadb(out, n, 0, NULL);
    struct str name = value_get(place, "name");
    struct str id = value_get(place, "id");
    bool is_good = !str_is_null(name) && !str_is_null(id);
    if (is_good) {
        page->name = sim_copy(arena, name);
        page->id = sim_copy(arena, id);
    }
    json_decref(place);
    return is_good;
}

/* ---- what is asked ---- */

static bool read_cursor(struct call *call, struct page *page)
{
    struct str before = call_argument(call, "before");
    struct str after = call_argument(call, "after");
    if (!str_is_empty(before) && !str_is_empty(after)) {
        call_fail(call, 400, "Only one of before or after query parameter allowed");
        return false;
    }
    page->is_backwards = !str_is_empty(before);
    struct str cursor = page->is_backwards ? before : after;
    page->has_cursor = !str_is_empty(cursor);
    if (page->has_cursor && !decode_cursor(call->arena, cursor, page)) {
        call_fail(call, 400, "Invalid cursor");
        return false;
    }
    return true;
}

/* The kind of service that a kind hangs on; KIND_NONE: on any or none. */
static enum kind_id service_kind(const struct kind *kind)
{
    enum kind_id at = kind->parent;
    while (at != KIND_NONE && (kind_get(at)->traits & KIND_IS_SERVICE) == 0) {
        at = kind_get(at)->parent;
    }
    return at;
}

static void read_filter(const struct call *call, const struct kind *kind, struct page *page)
{
    const struct {
        const char *argument;
        enum kind_id kind;
    } filters[] = {{"service", service_kind(kind)},
                   {"database", KIND_DATABASE},
                   {"databaseSchema", KIND_DATABASE_SCHEMA},
                   {"parent", KIND_CLASSIFICATION},
                   {"parent", KIND_TAG}};
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct str fqn = call_argument(call, filters[i].argument);
        if (!str_is_null(fqn) && filters[i].kind != KIND_NONE) {
            const struct entity *above =
                store_by_fqn(&call->sim->store, kind_get(filters[i].kind), fqn);
            page->has_filter = true;
            page->above = above != NULL ? above : page->above;
        }
    }
}

static bool read_page(struct call *call, const struct kind *kind, struct page *page)
{
    struct str limit = call_argument(call, "limit");
    struct str include = call_argument(call, "include");
    *page = (struct page){.limit = 10};
    if (!str_is_null(limit) && (!str_to_u64(limit, &page->limit) || page->limit > 1000000)) {
        call_fail(call, 400, "[query param limit must be between 0 and 1000000]");
        return false;
    }
    page->has_live = !str_is(include, "deleted");
    page->has_deleted = str_is(include, "deleted") || str_is(include, "all");
    if (!str_is_null(include) && page->has_live && !page->has_deleted &&
        !str_is(include, "non-deleted")) {
        call_fail(call, 400, "query param include must be one of [all, deleted, non-deleted]");
        return false;
    }
    read_filter(call, kind, page);
    return read_cursor(call, page) && api_read_view(call, kind, &page->view);
}

/* ---- what is found ---- */

static bool is_listed(const struct page *page, const struct entity *entity)
{
    return !entity->is_gone && (entity->is_deleted ? page->has_deleted : page->has_live) &&
           (!page->has_filter || (page->above != NULL && entity_is_below(entity, page->above)));
}

/* How many at the start come before the cursor (or are at it, with is_inclusive). */
static size_t lower_bound(const struct entity_list *all, const struct page *page,
                          bool is_inclusive)
{
    size_t low = 0;
    size_t high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = store_compare(page->name, page->id, all->items[middle]);
        if (order > 0 || (order == 0 && is_inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first and the one behind the last of the page; nothing of it is rendered yet. */
static void find_range(const struct entity_list *all, const struct page *page, size_t *from,
                       size_t *to)
{
    uint64_t found = 0;
    size_t at = page->has_cursor ? lower_bound(all, page, !page->is_backwards) : 0;
    *from = *to = at;
    while (found < page->limit && (page->is_backwards ? *from > 0 : *to < all->count)) {
        size_t here = page->is_backwards ? --*from : (*to)++;
        found += is_listed(page, all->items[here]) ? 1 : 0;
    }
}

static const struct entity *neighbour(const struct entity_list *all, const struct page *page,
                                      size_t from, bool is_down)
{
    for (size_t i = from; is_down ? i > 0 : i < all->count; i += is_down ? (size_t)-1 : 1) {
        const struct entity *entity = all->items[is_down ? i - 1 : i];
        if (is_listed(page, entity)) {
            return entity;
        }
    }
    return NULL;
}

void api_list(struct call *call, const struct kind *kind)
{
    struct page page;
    size_t from = 0;
    size_t to = 0;
    int64_t total = 0;
    if (!read_page(call, kind, &page)) {
        return;
    }
    const struct entity_list *all = store_sorted(&call->sim->store, kind->id);
    for (size_t i = 0; i < all->count; i++) {
        total += is_listed(&page, all->items[i]) ? 1 : 0;
    }
    find_range(all, &page, &from, &to);
    json_t *data = value_sure(json_array());
    json_t *paging = value_sure(json_object());
    const struct entity *first = NULL;
    const struct entity *last = NULL;
    for (size_t i = from; i < to; i++) {
        if (is_listed(&page, all->items[i])) {
            first = first == NULL ? all->items[i] : first;
            last = all->items[i];
            value_append(data, render_entity(call->sim, all->items[i], &page.view));
        }
    }
    if (first != NULL && neighbour(all, &page, from, true) != NULL) {
        value_put(paging, "before", encode_cursor(first));
    }
    if (last != NULL && neighbour(all, &page, to, false) != NULL) {
        value_put(paging, "after", encode_cursor(last));
    }
    value_put_int(paging, "total", total);
    call_answer(call, 200, json_pack("{s:o,s:o}", "data", data, "paging", paging));
}
