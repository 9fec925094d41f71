/*
 * Is it Hex, does it accept the token, and which projects does it show? The three steps that
 * all others stand on.
 */
#include "hex/probe_state.h"

#include <inttypes.h>

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define EXPIRY_WARNING_DAYS 14
/* Of one line about the token's owner; more than that is not shown. */
#define OWNER_BYTES ((size_t)4096)

/* ---- questions ---- */

static enum status take_me(struct probe *probe, const struct json *document, struct error *err)
{
    return decode_me(document, &probe->arena, &probe->me, err);
}

static enum status take_projects(struct probe *probe, const struct json *document,
                                 struct error *err)
{
    return decode_projects(document, &probe->arena, &probe->projects, err);
}

static void ask_me(struct probe *probe)
{
    const struct hex_request request = {.call = HEX_CALL_ME};
    (void)probe_ask(probe, &request, take_me, &probe->me_answer);
}

static void ask_projects(struct probe *probe)
{
    const struct hex_request request = {.call = HEX_CALL_PROJECTS, .cursor = STR_NULL};
    if (!probe->projects_answer.was_asked) {
        (void)probe_ask(probe, &request, take_projects, &probe->projects_answer);
    }
}

/* ---- the address ---- */

static bool is_refused_token(const struct probe_answer *answer)
{
    return answer->was_asked && answer->diagnosis.code == ERR_AUTH;
}

static bool is_trouble(enum diagnosis_kind kind)
{
    return kind == DIAGNOSIS_DOWN || kind == DIAGNOSIS_CUT || kind == DIAGNOSIS_SLOW ||
           kind == DIAGNOSIS_TOO_LARGE;
}

/* An answer that only Hex gives. */
static bool is_hex(const struct probe *probe)
{
    return probe->me_answer.diagnosis.kind == DIAGNOSIS_FINE &&
           (!str_is_empty(probe->me.workspace_id) || !str_is_empty(probe->me.email));
}

/*
 * users/me answers workspace tokens with 500 or 403: then the list of projects, which is
 * asked for anyway, decides. A page, a certificate or a silence is enough by itself.
 */
static const struct probe_answer *find_address_problem(struct probe *probe)
{
    ask_me(probe);
    enum diagnosis_kind kind = probe->me_answer.diagnosis.kind;
    if (is_hex(probe) || is_refused_token(&probe->me_answer) || probe->fatal.code != OK) {
        return NULL;
    }
    bool is_inconclusive = kind == DIAGNOSIS_FINE || kind == DIAGNOSIS_WRONG_PATH ||
                           kind == DIAGNOSIS_DOWN ||
                           (!diagnosis_is_address(kind) && !is_trouble(kind));
    if (!is_inconclusive) {
        return &probe->me_answer;
    }
    ask_projects(probe);
    kind = probe->projects_answer.diagnosis.kind;
    bool is_problem = diagnosis_is_address(kind) || is_trouble(kind);
    return is_problem ? &probe->projects_answer : NULL;
}

void probe_address(struct probe *probe)
{
    const struct probe_answer *problem = find_address_problem(probe);
    if (problem != NULL) {
        probe_fail(probe, problem);
        probe->is_over = true;
        return;
    }
    probe_pass(probe, probe_text(probe, "Hex's API answers at %.*s.",
                                 STR_ARG(probe->options->api->api_url)));
}

/* ---- the token ---- */

/* " of ada@example.com (ADMIN), workspace 0198..., valid until 2027-01-31": what is known. */
static struct str describe_owner(struct probe *probe)
{
    const struct decoded_me *me = &probe->me;
    struct buf text;
    char time[TIMESTAMP_TEXT_SIZE];
    if (!is_hex(probe)) {
        return STR("");
    }
    buf_init(&text, OWNER_BYTES);
    timestamp_format(me->token_expires_ms, time);
    if (!str_is_empty(me->email)) {
        (void)buf_printf(&text, " of %.*s", STR_ARG(me->email));
    }
    if (!str_is_empty(me->role)) {
        (void)buf_printf(&text, " (%.*s)", STR_ARG(me->role));
    }
    if (!str_is_empty(me->workspace_id)) {
        (void)buf_printf(&text, ", workspace %.*s", STR_ARG(me->workspace_id));
    }
    if (me->token_expires_ms != TIMESTAMP_NONE) {
        (void)buf_printf(&text, ", valid until %.10s", time);
    }
    struct str kept = probe_text(probe, "%s", buf_cstr(&text));
    buf_free(&text);
    return kept;
}

static void warn_of_expiry(struct probe *probe)
{
    int64_t expires_ms = probe->me.token_expires_ms;
    if (!is_hex(probe) || expires_ms == TIMESTAMP_NONE) {
        return;
    }
    int64_t left_ms = expires_ms - clock_wall_ms(&probe->options->clock);
    if (left_ms > EXPIRY_WARNING_DAYS * DAY_MS) {
        return;
    }
    int64_t days = left_ms < 0 ? 0 : left_ms / DAY_MS;
    probe_warn(
        probe, "token_expires_soon",
        probe_text(probe,
                   "The token expires in %" PRId64 " day%s; imports fail from then "
                   "on.",
                   days, days == 1 ? "" : "s"),
        STR("Make a new one in Hex under Settings, API keys, before that day, and put it "
            "into the configuration. Workspace tokens may live for ever."));
}

static void fail_type(struct probe *probe)
{
    struct probe_report *report = &probe->report;
    bool is_personal = probe->token == DIAGNOSIS_TOKEN_PERSONAL;
    report->result = PROBE_RESULT_FAILED;
    report->code = ERR_AUTH;
    report->cause = "token_type";
    report->found = is_personal
                        ? STR("Hex accepts the token, but it is a personal one (hxtp_) and "
                              "tokenType says workspace.")
                        : STR("Hex accepts the token, but it is a workspace token (hxtw_) and "
                              "tokenType says personal.");
    report->meaning =
        is_personal ? STR("An import would hold what one person sees, and look like the whole "
                          "workspace.")
                    : STR("An import would hold what the token's scopes show of the whole "
                          "workspace, not what one person sees.");
    report->remedy =
        is_personal ? STR("Write 'tokenType: personal', or put a workspace token there: an "
                          "admin makes one in Hex under Settings, API keys, Workspace tokens.")
                    : STR("Write 'tokenType: workspace', or put a personal token there: made "
                          "in Hex under Settings, API keys.");
}

static void judge_token(struct probe *probe)
{
    bool is_workspace = probe->token == DIAGNOSIS_TOKEN_WORKSPACE;
    bool declares_workspace = probe->options->is_declared_workspace;
    if (probe->token != DIAGNOSIS_TOKEN_OTHER && is_workspace != declares_workspace) {
        fail_type(probe);
        return;
    }
    probe->report.meaning =
        declares_workspace
            ? STR("The import sees the whole workspace, as far as the token's scopes reach.")
            : STR("The import sees what this person sees.");
    struct str owner = describe_owner(probe);
    probe_pass(probe,
               probe_text(probe, "Hex accepts the %s token%.*s.",
                          declares_workspace ? "workspace" : "personal", STR_ARG(owner)));
    warn_of_expiry(probe);
    if (probe->token == DIAGNOSIS_TOKEN_OTHER && str_is_null(probe->report.warning)) {
        bool seems_personal = declares_workspace && is_hex(probe);
        probe_warn(
            probe, "no_hex_token",
            seems_personal
                ? STR("The token does not begin as Hex's do (hxtp_, hxtw_); Hex names a "
                      "person as its owner, so that it is rather a personal one.")
                : STR("The token does not begin as Hex's do (hxtp_, hxtw_), so that its type "
                      "cannot be checked."),
            STR("Check that tokenType says what it is."));
    }
}

void probe_token(struct probe *probe)
{
    const struct probe_answer *refusal =
        is_refused_token(&probe->me_answer) ? &probe->me_answer : &probe->projects_answer;
    if (is_refused_token(refusal)) {
        probe_fail(probe, refusal);
        probe->is_over = true;
    } else if (refusal->was_asked && refusal->diagnosis.kind == DIAGNOSIS_RATE_LIMITED) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED,
                   STR("Hex answers 429 (too many requests) before it looks at anything."));
    } else {
        judge_token(probe);
    }
}

/* ---- the projects ---- */

/* Neither the workspace nor a collection may see it. */
static bool is_private(const struct project *project)
{
    for (size_t i = 0; i < project->share_count; i++) {
        const struct share *share = &project->shares[i];
        bool is_wide = share->kind == SHARE_KIND_WORKSPACE ||
                       share->kind == SHARE_KIND_COLLECTION ||
                       share->kind == SHARE_KIND_PUBLIC_WEB;
        if (is_wide && !str_is_empty(share->access) && !str_is(share->access, "NONE")) {
            return false;
        }
    }
    return true;
}

/* What the filters look at, as the catalog would hand it out. */
static enum status work_of(struct probe *probe, const struct project *project,
                           struct catalog_work *out)
{
    struct arena *arena = &probe->arena;
    struct str *categories =
        arena_array(arena, project->category_count + 1, sizeof(*categories));
    *out = (struct catalog_work){
        .project_id = project->id,
        .title = project->title,
        .owner = project_responsible(project),
        .status = project->status,
        .categories = categories,
        .category_count = project->category_count,
        .collections = arena_array(arena, project->share_count + 1, sizeof(*categories)),
    };
    if (categories == NULL || out->collections == NULL) {
        return error_nomem(&probe->fatal);
    }
    for (size_t i = 0; i < project->category_count; i++) {
        categories[i] = project->categories[i].name;
    }
    for (size_t i = 0; i < project->share_count; i++) {
        if (project->shares[i].kind == SHARE_KIND_COLLECTION) {
            out->collections[out->collection_count++] = project->shares[i].name;
        }
    }
    return OK;
}

/* Whether the filters let it pass. */
static bool is_wanted(struct probe *probe, const struct project *project)
{
    const struct probe_options *options = probe->options;
    struct catalog_work work;
    return options->wants == NULL ||
           (work_of(probe, project, &work) == OK && options->wants(options->wants_ctx, &work));
}

/* Larger is better to read contents of: active, wanted, published, no component, viewed. */
static int64_t rank_of(bool is_active, bool passes, const struct project *project)
{
    int64_t views = project->views.all_time < 0 ? 0 : project->views.all_time;
    return (is_active ? INT64_C(8) << 32 : 0) + (passes ? INT64_C(4) << 32 : 0) +
           (project->published_ms != TIMESTAMP_NONE ? INT64_C(2) << 32 : 0) +
           (project->type == PROJECT_TYPE_PROJECT ? INT64_C(1) << 32 : 0) +
           (views > UINT32_MAX ? UINT32_MAX : views);
}

static void count_projects(struct probe *probe)
{
    struct probe_summary *summary = probe->summary;
    summary->listed = probe->projects.count;
    summary->has_more = !str_is_empty(probe->projects.next);
    int64_t best = -1;
    for (size_t i = 0; i < probe->projects.count; i++) {
        const struct project *project = &probe->projects.items[i];
        bool is_active =
            project->state == PROJECT_STATE_ACTIVE ||
            (project->state == PROJECT_STATE_ARCHIVED && probe->options->includes_archived);
        bool passes = is_wanted(probe, project);
        int64_t rank = rank_of(is_active, passes, project);
        summary->components += project->type == PROJECT_TYPE_COMPONENT;
        summary->not_active += !is_active;
        summary->filtered += is_active && !passes;
        summary->knows_sharing = summary->knows_sharing || project->share_count > 0;
        summary->private += is_active && passes && is_private(project);
        if (rank > best) {
            best = rank;
            probe->sample = project;
        }
    }
}

static void fail_empty(struct probe *probe)
{
    struct probe_report *report = &probe->report;
    bool is_personal = !probe->options->is_declared_workspace;
    if (probe->options->allows_empty) {
        probe_pass(probe, STR("The list is empty, which hexmeta.allowEmpty permits."));
        return;
    }
    report->result = PROBE_RESULT_FAILED;
    report->code = ERR_NOT_FOUND;
    report->cause = "no_projects";
    report->found = STR("Hex lists no project at all for this token.");
    report->meaning = STR("An import would find nothing, and fails for that reason.");
    report->remedy =
        is_personal
            ? STR("Share projects with the token's user in Hex, or take the token of somebody "
                  "who sees them, or a workspace token. A workspace that is really empty: "
                  "hexmeta.allowEmpty: true.")
            : STR("Check that the token belongs to the right workspace, and its scope "
                  "'Projects: Read'. A workspace that is really empty: hexmeta.allowEmpty: "
                  "true.");
}

/* Is it this list, or everything? The next list tells. */
static void look_further(struct probe *probe)
{
    if (probe->me_answer.diagnosis.kind == DIAGNOSIS_FINE) {
        return;
    }
    probe_ask_connections(probe);
    if (probe->fatal.code == OK && probe_is_forbidden(&probe->connections_answer)) {
        probe->projects_answer.diagnosis = probe->projects_answer.if_all_refused;
        probe->is_over = true;
    }
}

void probe_projects(struct probe *probe)
{
    ask_projects(probe);
    if (probe->fatal.code != OK) {
        return;
    }
    if (probe_is_forbidden(&probe->projects_answer)) {
        look_further(probe);
    }
    if (probe->projects_answer.diagnosis.kind != DIAGNOSIS_FINE) {
        probe_fail(probe, &probe->projects_answer);
        probe->is_over = probe->is_over || !probe_is_forbidden(&probe->projects_answer);
        return;
    }
    count_projects(probe);
    if (probe->projects.count == 0) {
        fail_empty(probe);
        return;
    }
    const struct probe_summary *summary = probe->summary;
    struct str listed = probe_count(probe, summary->listed, "project", "projects");
    struct str parts = STR("");
    if (summary->components > 0) {
        parts = probe_text(probe, ", %zu of them components", summary->components);
    }
    probe_pass(probe, probe_text(probe, "%.*s%.*s; %s.", STR_ARG(listed), STR_ARG(parts),
                                 summary->has_more ? "more follow on other pages"
                                                   : "the list ends with them"));
}
