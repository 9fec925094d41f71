#include "omsim/sim.h"

#include "common/memory.h"
#include "omsim/edge.h"
#include "omsim/shape.h"
#include "omsim/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool refuse(struct refusal *why, int status, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    why->status = status;
    why->type = NULL;
    why->message = sim_copy(why->arena, str_from(text));
    return false;
}

bool refuse_missing(struct refusal *why, const char *type, struct str name)
{
    return refuse(why, 404, "%s instance for %.*s not found", type, STR_ARG(name));
}

/* ---- schemas ---- */

/* The published file of a type, in one of the two forms of folders; STR_NULL: none. */
static struct str published(struct sim *sim, const char *shape)
{
    const char *folder = sim->options.schemas;
    const char *old = shape_old_file(shape);
    if (folder == NULL) {
        return STR_NULL;
    }
    struct str path = sim_printf(&sim->schemas.arena, "%s/%s.json", folder, shape);
    if (access(path.p, R_OK) == 0) {
        return path;
    }
    if (old == NULL) {
        return STR_NULL;
    }
    struct str full = sim_printf(&sim->schemas.arena, "%s/%s", folder, old);
    struct str file =
        sim_printf(&sim->schemas.arena, "%.*s", STR_ARG(str_sub(full, 0, str_find(full, '#'))));
    return access(file.p, R_OK) == 0 ? full : STR_NULL;
}

const struct schema *sim_schema(struct sim *sim, const char *shape, struct error *err)
{
    const struct schema *schema = NULL;
    struct arena *arena = &sim->schemas.arena;
    union map_value *known = map_get(&sim->shapes, str_from(shape));
    if (known != NULL) {
        return known->pointer;
    }
    struct str reference = published(sim, shape);
    if (str_is_null(reference)) {
        reference = sim_printf(arena, "shapes#/$defs/%s", shape);
    }
    if (schema_load(&sim->schemas, reference.p, &schema, err) != OK) {
        return NULL;
    }
    union map_value value = {.pointer = (void *)(uintptr_t)schema};
    if (map_put(&sim->shapes, sim_copy(arena, str_from(shape)), value) != OK) {
        sim_fail_memory();
    }
    return schema;
}

static bool check(struct sim *sim, const char *shape, const json_t *body, bool is_structure,
                  struct refusal *why)
{
    struct error err = ERROR_INIT;
    struct buf reason;
    const struct schema *schema = sim_schema(sim, shape, &err);
    if (schema == NULL) {
        return refuse(why, 500, "%s", err.message);
    }
    buf_init(&reason, SIM_MAX_BYTES);
    bool is_good = is_structure ? schema_check_structure(schema, body, &reason)
                                : schema_check(schema, body, &reason);
    if (!is_good) {
        (void)refuse(why, 400, "[%.*s]", STR_ARG(buf_str(&reason)));
        why->is_violation = true;
    }
    buf_free(&reason);
    return is_good;
}

bool sim_check_structure(struct sim *sim, const char *shape, const json_t *body,
                         struct refusal *why)
{
    return check(sim, shape, body, true, why);
}

bool sim_check_values(struct sim *sim, const char *shape, const json_t *body,
                      struct refusal *why)
{
    return check(sim, shape, body, false, why);
}

bool sim_check(struct sim *sim, const char *shape, const json_t *body, struct refusal *why)
{
    return sim_check_structure(sim, shape, body, why) &&
           sim_check_values(sim, shape, body, why);
}

/* ---- life ---- */

static struct entity *add_user(struct sim *sim, const char *name, const char *email,
                               bool is_bot)
{
    struct entity *user =
        store_add(&sim->store, kind_get(KIND_USER), NULL, str_from(name), str_from(name));
    value_put_text(user->data, "email", str_from(email));
    value_put(user->data, is_bot ? "isBot" : "isAdmin", json_true());
    user->updated_by = value_text(STR("admin"));
    return user;
}

/* What a server has before anyone has used it, as far as importers look at it. */
static void add_first_entities(struct sim *sim)
{
    struct str hex = STR("Hex.testConnectionDefinition");
    sim->admin = add_user(sim, "admin", "admin@open-metadata.org", false);
    sim->bot = add_user(sim, "ingestion-bot", "ingestion-bot@open-metadata.org", true);
    struct entity *bot =
        store_add(&sim->store, kind_get(KIND_BOT), NULL, sim->bot->name, sim->bot->fqn);
    value_put(bot->data, "botUser",
              value_sure(json_pack("{s:s,s:s,s:s}", "id", sim->bot->id, "type", "user", "name",
                                   sim->bot->name.p)));
    bot->updated_by = value_text(STR("admin"));
    struct entity *test =
        store_add(&sim->store, kind_get(KIND_TEST_DEFINITION), NULL, hex, hex);
    value_put(test->data, "steps",
              value_sure(json_pack("[{s:s,s:s,s:s,s:b,s:b}]", "name", "GetProjects",
                                   "description", "Lists the projects of the workspace.",
                                   "errorMessage", "The projects could not be listed.",
                                   "mandatory", 1, "shortCircuit", 1)));
    test->updated_by = value_text(STR("admin"));
}

/* What requests have made, and nothing else. */
static void make_contents(struct sim *sim)
{
    arena_init(&sim->arena, SIM_MAX_BYTES);
    map_init(&sim->labels);
    map_init(&sim->edges);
    store_init(&sim->store, sim->is_two);
    sim->violations = value_sure(json_array());
    add_first_entities(sim);
}

static void free_contents(struct sim *sim)
{
    for (size_t i = 0; i < sim->labels.count; i++) {
        json_decref(sim->labels.entries[i].value.pointer);
    }
    edge_free_all(sim);
    map_free(&sim->labels);
    map_free(&sim->edges);
    store_free(&sim->store);
    json_decref(sim->violations);
    arena_free(&sim->arena);
}

enum status sim_init(struct sim *sim, const struct sim_options *options, struct error *err)
{
    *sim = (struct sim){.options = *options};
    struct str version = str_from(options->version);
    uint64_t major = 0;
    size_t dot = str_find(version, '.');
    bool is_good =
        str_to_u64(str_sub(version, 0, dot), &major) && major >= 1 && dot != SIZE_MAX;
    sim->is_two = major >= 2;
    sim->base_url = STR("http://127.0.0.1/api");
    map_init(&sim->shapes);
    schema_set_init(&sim->schemas);
    schema_set_add(&sim->schemas, STR("shapes"), shape_document(sim->is_two));
    make_contents(sim);
    return is_good ? OK : error_set(err, ERR_CONFIG, "--version wants a version like 2.0.7");
}

void sim_reset(struct sim *sim)
{
    free_contents(sim);
    make_contents(sim);
}

void sim_free(struct sim *sim)
{
    free_contents(sim);
    map_free(&sim->shapes);
    schema_set_free(&sim->schemas);
}
