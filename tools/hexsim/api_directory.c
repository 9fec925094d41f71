#include "hexsim/api.h"

#include "hexsim/render.h"

#include <stdlib.h>
#include <string.h>

#define GUIDES 30

struct directory {
    const struct workspace *workspace;
    struct arena *arena;
    size_t group; /* of users; NOBODY: all */
};

static void write_connection(void *ctx, size_t index, struct json_out *out)
{
    const struct workspace *w = ((const struct directory *)ctx)->workspace;
    render_connection(w, &w->connections[index], w->options.is_admin, out);
}

static void write_collection(void *ctx, size_t index, struct json_out *out)
{
    const struct workspace *w = ((const struct directory *)ctx)->workspace;
    render_collection(w, &w->collections[index], out);
}

static void write_user(void *ctx, size_t index, struct json_out *out)
{
    render_user(&((const struct directory *)ctx)->workspace->users[index], out);
}

static void write_group(void *ctx, size_t index, struct json_out *out)
{
    render_group(&((const struct directory *)ctx)->workspace->groups[index], out);
}

static void write_guide(void *ctx, size_t index, struct json_out *out)
{
    const struct directory *d = ctx;
    struct rng rng = rng_for(d->workspace->options.seed, "guide", index);
    json_out_object(out);
    json_out_field_str(out, "id", rng_uuid(&rng, d->arena, TIMESTAMP_NONE));
    json_out_field_str(out, "filePath", sim_printf(d->arena, "guides/guide_%02zu.md", index));
    json_out_object_end(out);
}

static bool filter_user(void *ctx, size_t index)
{
    const struct directory *d = ctx;
    return d->group == NOBODY || d->workspace->users[index].group == d->group;
}

/* What sets a list apart from the others. */
struct listing {
    const char *path;
    size_t max_limit;
    const char *const *sorts; /* the first is the default */
    bool is_newest_first;
    api_write_fn *write;
};

static const char *const by_created_or_name[] = {"CREATED_AT", "NAME", NULL};
static const char *const by_name[] = {"NAME", NULL};
static const char *const by_name_or_email[] = {"NAME", "EMAIL", NULL};

enum { CONNECTIONS, COLLECTIONS, USERS, GROUPS, GUIDE_FILES };
static const struct listing listings[] = {
    [CONNECTIONS] = {"/v1/data-connections", 100, by_created_or_name, true, write_connection},
    [COLLECTIONS] = {"/v1/collections", 100, by_name, false, write_collection},
    [USERS] = {"/v1/users", 500, by_name_or_email, false, write_user},
    [GROUPS] = {"/v1/groups", 500, by_created_or_name, true, write_group},
    [GUIDE_FILES] = {"/v1/guides/draft/list", 100, NULL, false, write_guide},
};

static struct str time_text(struct arena *arena, int64_t ms)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(ms, text);
    return sim_copy(arena, str_from(text));
}

static size_t count_of(const struct workspace *w, size_t which)
{
    const size_t counts[] = {w->connection_count, w->collection_count, w->user_count,
                             w->group_count, GUIDES};
    return counts[which];
}

static struct api_entry entry_of(const struct workspace *w, size_t which, size_t sort, size_t i,
                                 struct arena *arena)
{
    switch (which) {
    case CONNECTIONS:
        return (struct api_entry){sort == 1 ? w->connections[i].name
                                            : time_text(arena, w->connections[i].created_ms),
                                  w->connections[i].id, i};
    case COLLECTIONS:
        return (struct api_entry){w->collections[i].name, w->collections[i].id, i};
    case USERS: {
        struct str name = str_is_null(w->users[i].name) ? STR("") : w->users[i].name;
        return (struct api_entry){sort == 1 ? w->users[i].email : name, w->users[i].id, i};
    }
    case GROUPS:
        return (struct api_entry){sort == 1 ? w->groups[i].name
                                            : time_text(arena, w->groups[i].created_ms),
                                  w->groups[i].id, i};
    default:
        return (struct api_entry){sim_printf(arena, "%02zu", i), STR("guide"), i};
    }
}

static void answer_list(const struct workspace *w, size_t which,
                        const struct api_request *request, struct api_answer *answer)
{
    const struct listing *l = &listings[which];
    struct directory d = {.workspace = w, .arena = request->arena, .group = NOBODY};
    struct api_page page;
    size_t sort = 0;
    if (!api_read_page(request, answer, l->max_limit, false, &page) ||
        (l->sorts != NULL && !api_read_choice(request, answer, "sortBy", l->sorts, &sort))) {
        return;
    }
    if (str_is_null(api_argument(request, "sortDirection"))) {
        page.is_descending = l->is_newest_first && sort == 0;
    }
    struct str group = api_argument(request, "groupId");
    if (which == USERS && !str_is_null(group)) {
        d.group = w->group_count; /* unknown: nobody is in it */
        for (size_t i = 0; i < w->group_count; i++) {
            d.group = str_eq(w->groups[i].id, group) ? i : d.group;
        }
    }
    size_t n = count_of(w, which);
    struct api_entry *entries = sim_alloc(request->arena, (n + 1) * sizeof(*entries));
    for (size_t i = 0; i < n; i++) {
        entries[i] = entry_of(w, which, sort, i, request->arena);
    }
    sim_sort(entries, n, sizeof(*entries), api_compare_entries);
    struct api_list list = {.entries = entries, .count = n, .write = l->write, .ctx = &d};
    list.filter = which == USERS ? filter_user : NULL;
    list.has_trace_id = which == GUIDE_FILES;
    api_write_list(request, &page, &list, answer);
}

static void answer_me(struct api *api, const struct api_request *request,
                      struct api_answer *answer)
{
    const struct workspace *w = api_workspace(api);
    if (request->is_workspace_token && !api_settings(api)->has_me_for_workspace_tokens) {
        api_fail(request, answer, 500, "Internal server error");
        return;
    }
    const struct sim_user *user = &w->users[request->user % w->user_count];
    struct json_out out;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_field_str(&out, "id", user->id);
    if (!str_is_null(user->name)) {
        json_out_field_str(&out, "name", user->name);
    }
    json_out_field_cstr(&out, "role", w->options.is_admin ? "ADMIN" : "EDITOR");
    json_out_field_str(&out, "email", user->email);
    json_out_key(&out, "org");
    json_out_object(&out);
    json_out_field_str(&out, "id", w->id);
    json_out_object_end(&out);
    json_out_key(&out, "token");
    json_out_object(&out);
    json_out_key(&out, "exp");
    if (request->is_workspace_token) {
        json_out_null(&out);
    } else { /* seconds, like the exp of a JSON Web Token */
        json_out_int(&out, api_settings(api)->token_expires_ms / 1000);
    }
    json_out_object_end(&out);
    json_out_object_end(&out);
}

static bool answer_one(const struct workspace *w, size_t which, struct str id,
                       struct json_out *out)
{
    for (size_t i = 0; i < count_of(w, which); i++) {
        if (which == CONNECTIONS && str_eq(w->connections[i].id, id)) {
            render_connection(w, &w->connections[i], w->options.is_admin, out);
            return true;
        }
        if (which == COLLECTIONS && str_eq(w->collections[i].id, id)) {
            render_collection(w, &w->collections[i], out);
            return true;
        }
        if (which == GROUPS && str_eq(w->groups[i].id, id)) {
            render_group(&w->groups[i], out);
            return true;
        }
    }
    return false;
}

bool api_directory(struct api *api, const struct api_request *request,
                   struct api_answer *answer)
{
    const struct workspace *w = api_workspace(api);
    if (strcmp(request->method, "GET") != 0) {
        return false;
    }
    if (str_is(request->path, "/v1/users/me")) {
        answer_me(api, request, answer);
        return true;
    }
    for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
        size_t n = strlen(listings[i].path);
        if (str_is(request->path, listings[i].path)) {
            answer_list(w, i, request, answer);
            return true;
        }
        bool has_single = i == CONNECTIONS || i == COLLECTIONS || i == GROUPS;
        if (has_single && str_starts_with(request->path, listings[i].path) &&
            request->path.p[n] == '/') {
            struct json_out out;
            json_out_init(&out, &answer->body);
            if (!answer_one(w, i, str_sub(request->path, n + 1, SIZE_MAX), &out)) {
                api_fail(request, answer, 400, "No such object"); /* no 404 is documented */
            }
            return true;
        }
    }
    return false;
}
