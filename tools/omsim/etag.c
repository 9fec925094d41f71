#include "omsim/etag.h"

#include "common/memory.h"

struct str etag_of(struct arena *arena, const struct entity *entity)
{
    struct str state = sim_printf(arena, "%s %lld %lld", entity->id, (long long)entity->version,
                                  (long long)entity->updated_ms);
    return sim_printf(arena, "\"%016llx\"", (unsigned long long)str_hash(state));
}

bool etag_matches(struct arena *arena, const struct entity *entity, struct str if_match)
{
    struct str weak = sim_printf(arena, "W/\"%lld.%lld\"", (long long)(entity->version / 10),
                                 (long long)(entity->version % 10));
    return str_is_null(if_match) || str_is(if_match, "*") || str_eq(if_match, weak) ||
           str_eq(if_match, etag_of(arena, entity));
}
