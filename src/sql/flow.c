/* Sets of origins. An origin remembers the last set it was put into, so that adding is O(1). */
#include "sql/resolve.h"

#include <string.h>

size_t flow_begin(struct resolver *r)
{
    r->stamp++;
    return r->scratch_count;
}

void flow_add(struct resolver *r, uint64_t stamp, const struct sql_flow *flow)
{
    if (flow == NULL || !resolve_spend(r, flow->count)) {
        return;
    }
    for (size_t i = 0; i < flow->count; i++) {
        struct sql_origin *origin = flow->items[i];
        if (origin->stamp == stamp) {
            continue;
        }
        struct sql_origin **slot = arena_push(r->arena, &r->scratch, &r->scratch_count,
                                              &r->scratch_capacity, sizeof(*r->scratch));
        if (slot == NULL) {
            r->status = ERR_NOMEM;
            return;
        }
        origin->stamp = stamp;
        *slot = origin;
    }
}

const struct sql_flow *flow_finish(struct resolver *r, size_t base)
{
    size_t count = r->scratch_count - base;
    struct sql_flow *flow = NULL;
    if (count > 0) {
        flow = resolve_new(r, sizeof(*flow) + count * sizeof(flow->items[0]));
    }
    if (flow != NULL) {
        flow->count = count;
        memcpy(flow->items, r->scratch + base, count * sizeof(flow->items[0]));
    }
    r->scratch_count = base;
    return flow;
}

const struct sql_flow *flow_one(struct resolver *r, const struct sql_origin *origin)
{
    struct sql_origin *copy = RESOLVE_NEW(r, struct sql_origin);
    struct sql_flow *flow = resolve_new(r, sizeof(*flow) + sizeof(flow->items[0]));
    if (copy == NULL || flow == NULL) {
        return NULL;
    }
    *copy = *origin;
    flow->count = 1;
    flow->items[0] = copy;
    return flow;
}

const struct sql_flow *flow_union(struct resolver *r, const struct sql_flow *a,
                                  const struct sql_flow *b)
{
    if (a == NULL || b == NULL || a == b) {
        return a != NULL ? a : b;
    }
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    flow_add(r, stamp, a);
    flow_add(r, stamp, b);
    return flow_finish(r, base);
}
