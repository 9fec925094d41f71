#include "hexsim/render.h"

#include "hexsim/words.h"

#include <string.h>

static const char *const levels[] = {"NONE", "APP_ONLY", "CAN_VIEW", "CAN_EDIT", "FULL_ACCESS"};

static void render_named(const char *key, const char *inner, struct str value,
                         struct json_out *out)
{
    json_out_key(out, key);
    if (str_is_null(value)) {
        json_out_null(out);
        return;
    }
    json_out_object(out);
    json_out_field_str(out, inner, value);
    json_out_object_end(out);
}

static void render_cadence(const struct sim_schedule *s, const char *key, struct json_out *out)
{
    static const char *const week[] = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                       "THURSDAY", "FRIDAY", "SATURDAY"};
    json_out_key(out, key);
    struct str cadence = str_from(s->cadence);
    if (!str_eq_nocase(cadence, str_from(key))) {
        json_out_null(out);
        return;
    }
    json_out_object(out);
    json_out_field_cstr(out, "timezone", s->timezone);
    if (str_is(cadence, "CUSTOM")) {
        json_out_field_cstr(out, "cron", s->cron);
    } else {
        json_out_field_int(out, "minute", s->minute);
    }
    if (!str_is(cadence, "CUSTOM") && !str_is(cadence, "HOURLY")) {
        json_out_field_int(out, "hour", s->hour);
    }
    if (str_is(cadence, "WEEKLY")) {
        json_out_field_cstr(out, "dayOfWeek", week[s->day % 7]);
    } else if (str_is(cadence, "MONTHLY")) {
        json_out_field_int(out, "day", s->day);
    }
    json_out_object_end(out);
}

static void render_schedules(const struct sim_project *p, struct json_out *out)
{
    static const char *const keys[] = {"hourly", "daily", "weekly", "monthly", "custom"};
    json_out_key(out, "schedules");
    json_out_array(out);
    for (size_t i = 0; i < p->schedule_count; i++) {
        json_out_object(out);
        json_out_field_cstr(out, "cadence", p->schedules[i].cadence);
        json_out_field_bool(out, "enabled", p->schedules[i].is_enabled);
        for (size_t k = 0; k < 5; k++) {
            render_cadence(&p->schedules[i], keys[k], out);
        }
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void render_share(const char *kind, const char *inner, struct str value, uint64_t dice,
                         struct json_out *out)
{
    json_out_object(out);
    json_out_field_cstr(out, "access", levels[1 + dice % 4]);
    render_named(kind, inner, value, out);
    json_out_object_end(out);
}

static void render_level(const char *key, size_t level, struct json_out *out)
{
    json_out_key(out, key);
    json_out_object(out);
    json_out_field_cstr(out, "access", levels[level]);
    json_out_object_end(out);
}

static void render_sharing(const struct workspace *w, const struct sim_project *p,
                           struct json_out *out)
{
    struct rng rng = {p->sharing_seed};
    json_out_key(out, "sharing");
    json_out_object(out);
    json_out_key(out, "users");
    json_out_array(out);
    size_t n = rng_below(&rng, 5);
    size_t first = rng_below(&rng, w->user_count);
    for (size_t i = 0; i < n; i++) {
        render_share("user", "email", w->users[(first + i) % w->user_count].email,
                     rng_next(&rng), out);
    }
    json_out_array_end(out);
    json_out_key(out, "collections");
    json_out_array(out);
    for (size_t i = 0; i < w->collection_count; i++) {
        if ((p->collections & (UINT32_C(1) << i)) != 0) {
            render_share("collection", "name", w->collections[i].name, rng_next(&rng), out);
        }
    }
    json_out_array_end(out);
    json_out_key(out, "groups");
    json_out_array(out);
    if (rng_chance(&rng, 40)) {
        render_share("group", "name", w->groups[rng_below(&rng, w->group_count)].name,
                     rng_next(&rng), out);
    }
    json_out_array_end(out);
    render_level("workspace", rng_chance(&rng, 30) ? 0 : 1 + rng_below(&rng, 4), out);
    render_level("publicWeb", rng_chance(&rng, 95) ? 0 : 1, out);
    render_level("support", rng_chance(&rng, 90) ? 0 : 2, out);
    json_out_object_end(out);
}

static void render_analytics(const struct sim_project *p, struct json_out *out)
{
    json_out_key(out, "analytics");
    json_out_object(out);
    json_out_field_time(out, "publishedResultsUpdatedAt", p->results_ms);
    json_out_field_time(out, "lastViewedAt", p->viewed_ms);
    json_out_key(out, "appViews");
    json_out_object(out);
    json_out_field_int(out, "lastThirtyDays", p->views[1]);
    json_out_field_int(out, "lastFourteenDays", p->views[2]);
    json_out_field_int(out, "lastSevenDays", p->views[3]);
    json_out_field_int(out, "allTime", p->views[0]);
    json_out_object_end(out);
    json_out_object_end(out);
}

static struct str email_of(const struct workspace *w, size_t user)
{
    return user == NOBODY ? STR_NULL : w->users[user].email;
}

static void render_categories(const struct workspace *w, const struct sim_project *p,
                              struct json_out *out)
{
    json_out_key(out, "categories");
    json_out_array(out);
    for (size_t i = 0; i < w->category_count; i++) {
        if ((p->categories & (UINT32_C(1) << i)) != 0) {
            json_out_object(out);
            json_out_field_str(out, "description", w->categories[i].description);
            json_out_field_str(out, "name", w->categories[i].name);
            json_out_object_end(out);
        }
    }
    json_out_array_end(out);
}

void render_project(const struct workspace *w, const struct sim_project *p, bool has_sharing,
                    struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", p->id);
    json_out_field_str(out, "title", p->title);
    json_out_field_str(out, "description", p->description);
    json_out_field_cstr(out, "type", p->is_component ? "COMPONENT" : "PROJECT");
    render_named("creator", "email", email_of(w, p->creator), out);
    render_named("owner", "email", email_of(w, p->owner), out);
    render_named("status", "name",
                 p->status == NOBODY ? STR_NULL : str_from(words_statuses[p->status]), out);
    render_categories(w, p, out);
    json_out_key(out, "reviews");
    json_out_object(out);
    json_out_field_bool(out, "required", p->sharing_seed % 5 == 0);
    json_out_object_end(out);
    render_analytics(p, out);
    json_out_field_time(out, "lastEditedAt", p->edited_ms);
    json_out_field_time(out, "lastPublishedAt", p->published_ms);
    json_out_field_time(out, "createdAt", p->created_ms);
    json_out_field_time(out, "archivedAt", p->archived_ms);
    json_out_field_time(out, "trashedAt", p->trashed_ms);
    render_schedules(p, out);
    if (has_sharing) {
        render_sharing(w, p, out);
    }
    json_out_object_end(out);
}

static void render_connection_rest(const struct workspace *w, const struct sim_connection *c,
                                   struct json_out *out)
{
    json_out_field_bool(out, "connectViaSsh", false);
    json_out_field_bool(out, "includeMagic", true);
    json_out_field_bool(out, "allowWritebackCells", true);
    json_out_key(out, "schemaFilters");
    json_out_object(out);
    json_out_object_end(out);
    json_out_field_cstr(out, "schemaRefreshAccess", "ADMINS");
    json_out_key(out, "sharing");
    json_out_object(out);
    json_out_key(out, "workspace");
    json_out_object(out);
    json_out_field_cstr(out, "public", "NONE");
    json_out_field_cstr(out, "guests", "NONE");
    json_out_field_cstr(out, "members", "QUERY");
    json_out_object_end(out);
    json_out_key(out, "groups");
    json_out_array(out);
    json_out_object(out);
    json_out_field_cstr(out, "access", "VIEW_RESULTS");
    json_out_key(out, "group");
    json_out_object(out);
    json_out_field_str(out, "name", w->groups[0].name);
    json_out_field_str(out, "id", w->groups[0].id);
    json_out_object_end(out);
    json_out_object_end(out);
    json_out_array_end(out);
    json_out_object_end(out);
    (void)c;
}

/* Text that already is JSON, as the value of a key. */
static void put_json(struct json_out *out, const char *key, const char *json)
{
    (void)buf_printf(out->buf, ",\"%s\":%s", key, json);
}

void render_connection(const struct workspace *w, const struct sim_connection *c, bool is_full,
                       struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", c->id);
    json_out_field_str(out, "name", c->name);
    json_out_field_cstr(out, "type", c->type);
    if (!str_is_null(c->description)) {
        json_out_field_str(out, "description", c->description);
    }
    if (is_full) {
        put_json(out, "connectionDetails", c->details);
        render_connection_rest(w, c, out);
    }
    json_out_object_end(out);
}

void render_collection(const struct workspace *w, const struct sim_collection *c,
                       struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", c->id);
    json_out_field_str(out, "name", c->name);
    if (!str_is_null(c->description)) {
        json_out_field_str(out, "description", c->description);
    }
    if (c->creator != NOBODY) {
        json_out_key(out, "creator");
        json_out_object(out);
        json_out_field_str(out, "email", w->users[c->creator].email);
        json_out_field_str(out, "id", w->users[c->creator].id);
        json_out_object_end(out);
    }
    json_out_key(out, "sharing");
    json_out_object(out);
    json_out_key(out, "users");
    json_out_array(out);
    json_out_object(out);
    json_out_field_cstr(out, "access", "MANAGE");
    json_out_field_str(out, "id", w->users[0].id);
    json_out_object_end(out);
    json_out_array_end(out);
    json_out_key(out, "groups");
    json_out_array(out);
    json_out_array_end(out);
    json_out_key(out, "workspace");
    json_out_object(out);
    json_out_field_cstr(out, "members", "VIEW");
    json_out_object_end(out);
    json_out_object_end(out);
    json_out_object_end(out);
}

void render_user(const struct sim_user *u, struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", u->id);
    if (!str_is_null(u->name)) {
        json_out_field_str(out, "name", u->name);
    }
    json_out_field_cstr(out, "role", u->role);
    json_out_field_str(out, "email", u->email);
    json_out_field_time(out, "lastLoginDate", u->last_login_ms);
    json_out_object_end(out);
}

void render_group(const struct sim_group *g, struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", g->id);
    json_out_field_str(out, "name", g->name);
    json_out_field_time(out, "createdAt", g->created_ms);
    json_out_object_end(out);
}

static void render_contents(const struct sim_cell *cell, struct json_out *out)
{
    static const struct {
        const char *key;
        enum cell_kind kind;
    } kinds[] = {
        {"markdownCell", CELL_MARKDOWN}, {"sqlCell", CELL_SQL}, {"codeCell", CELL_CODE}};
    json_out_key(out, "contents");
    json_out_object(out);
    for (size_t i = 0; i < 3; i++) {
        json_out_key(out, kinds[i].key);
        if (cell->kind != kinds[i].kind) {
            json_out_null(out);
            continue;
        }
        json_out_object(out);
        if (cell->kind == CELL_SQL) {
            json_out_field_str(out, "outputDataframe",
                               str_is_null(cell->result) ? STR("") : cell->result);
        }
        json_out_field_str(out, "source", str_is_null(cell->source) ? STR("") : cell->source);
        json_out_object_end(out);
    }
    json_out_object_end(out);
}

void render_cell(const struct sim_project *project, const struct sim_cell *cell,
                 struct json_out *out)
{
    bool has_connection = cell->kind == CELL_SQL && cell->connection != NULL;
    json_out_object(out);
    json_out_field_str(out, "id", cell->api_id);
    json_out_field_str(out, "staticId", cell->id);
    json_out_field_cstr(out, "cellType", cell_kind_api_name(cell->kind));
    json_out_field_str(out, "label", cell->label);
    json_out_field_str(out, "dataConnectionId",
                       has_connection ? cell->connection->id : STR_NULL);
    render_contents(cell, out);
    json_out_field_str(out, "projectId", project->id);
    json_out_object_end(out);
}
