#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/value.h"

static void answer_me(struct call *call)
{
    struct view view;
    if (api_read_view(call, kind_get(KIND_USER), &view)) {
        call_answer(call, 200, render_entity(call->sim, call->actor.user, &view));
    }
}

/* Any password opens the door to the account with this e-mail. */
static void answer_login(struct call *call)
{
    const struct entity_list *users = store_sorted(&call->sim->store, KIND_USER);
    if (!call_read_json(call, "application/json")) {
        return;
    }
    struct str email = value_get(call->json, "email");
    for (size_t i = 0; i < users->count; i++) {
        const struct entity *user = users->items[i];
        if (str_eq_nocase(value_get(user->data, "email"), email) && !user->is_deleted) {
            json_t *token = user == call->sim->admin
                                ? value_text(str_from(call->sim->options.admin_token))
                                : json_sprintf("omsim_user_%.*s", STR_ARG(user->name));
            call_answer(call, 200,
                        json_pack("{s:o,s:s}", "accessToken", token, "tokenType", "Bearer"));
            return;
        }
    }
    call_fail(call, 401, "You have entered an invalid email or password.");
}

static void answer_token(struct call *call, struct str id)
{
    struct entity *user = store_by_id(&call->sim->store, kind_get(KIND_USER), id);
    if (call->actor.user != call->sim->admin) {
        call_fail(call, 403, "Principal: CatalogPrincipal{name='%.*s'} is not admin",
                  STR_ARG(call->actor.user->name));
    } else if (user != call->sim->bot) {
        api_missing(call, kind_get(KIND_USER), id);
    } else {
        call_answer(call, 200, json_pack("{s:s}", "JWTToken", call->sim->options.bot_token));
    }
}

bool api_users(struct call *call, const struct kind *kind, size_t at)
{
    if (kind->id != KIND_USER || call->segment_count == at) {
        return false;
    }
    struct str what = call->segments[at];
    if (call_is(call, "GET") && call_rest_is(call, at, "loggedInUser")) {
        api_count_as(call, "users", "/loggedInUser");
        answer_me(call);
    } else if (call_is(call, "POST") && call_rest_is(call, at, "login")) {
        api_count_as(call, "users", "/login");
        answer_login(call);
    } else if (call_is(call, "GET") && str_is(what, "token") && call->segment_count == at + 2) {
        api_count_as(call, "users", "/token/{id}");
        answer_token(call, call->segments[at + 1]);
    } else {
        return false;
    }
    return true;
}
