/*
 * The order of things: who are we and what is the server, what does it have, then tags, data
 * models and charts, dashboards, lineage, usage, runs, and deletions last.
 */
#include "om/publish.h"

#include "om/run.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_NAMED_OWNERS 5

static const char *const step_names[OM_STEP_COUNT] = {
    "tags", "data models", "charts", "dashboards", "lineage", "usage", "runs"};

const char *om_step_name(enum om_step_kind step)
{
    return step_names[step];
}

const char *om_plan_action_name(enum om_plan_action action)
{
    static const char *const names[] = {"create", "update", "unlink", "delete", "keep"};
    return names[action];
}

/* ---- projects, one after another ---- */

enum status om_run_wants(const struct om_run *run, const struct publishing_project *project,
                         bool *out, struct error *err)
{
    const struct om_options *options = run->options;
    bool is_draft = project->project.type == PROJECT_TYPE_PROJECT &&
                    project->project.published_ms == TIMESTAMP_NONE;
    *out = (options->includes_drafts || !is_draft) &&
           (!options->only_shared || project->is_shared);
    return *out && options->wants_project != NULL
               ? options->wants_project(options->wants_ctx, project, out, err)
               : OK;
}

static enum status map_one(struct om_run *run, bool reads_cells, struct arena *arena,
                           struct om_project *project, struct error *err)
{
    if (reads_cells) {
        return om_map_project(&run->mapping, run->catalog, arena, project, err);
    }
    return om_map_dashboard(&run->mapping, arena, project) == OK ? OK : error_nomem(err);
}

enum status om_load_project(struct om_run *run, int64_t row, bool reads_cells,
                            struct arena *arena, struct om_project *project, struct error *err)
{
    int64_t after = row - 1;
    bool has_more = false;
    *project = (struct om_project){.cell_count = 0};
    enum status status = publishing_next_project(run->catalog, run->options->source,
                                                 run->options->includes_archived, &after, arena,
                                                 &project->from, &has_more, err);
    if (status == OK && (!has_more || project->from.row != row)) {
        project->from.row = 0; /* another program took it away */
        return OK;
    }
    return status == OK ? map_one(run, reads_cells, arena, project, err) : status;
}

static int64_t count_kept(const struct om_run *run)
{
    int64_t kept = 0;
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        kept += run->summary->steps[i].kept;
    }
    return kept;
}

/*
 * Takes a look at one; what is sent for it leaves something to be seen, and what is kept leaves
 * it unsettled while another pass follows, which counts it.
 */
static void look(struct om_run *run, struct om_open *open, bool reads_cells,
                 struct arena *arena, om_project_fn *each)
{
    struct om_project project;
    struct error err = ERROR_INIT;
    int64_t requests = run->summary->requests;
    int64_t kept = count_kept(run);
    if (om_load_project(run, open->row, reads_cells, arena, &project, &err) != OK) {
        om_run_fatal(run, &err);
        return;
    }
    if (project.from.row == 0) {
        return;
    }
    /* Within a transaction the working tables cost no write of their own. */
    if (run->options->plan == NULL && !om_run_begin(run)) {
        return;
    }
    run->is_unsettled = false;
    run->has_sent = false;
    run->is_new = open->is_new;
    run->is_settled = open->is_settled;
    each(run, &project, arena);
    if (run->options->is_interim && count_kept(run) != kept) {
        run->is_unsettled = true;
    }
    run->is_new = false;
    run->is_settled = false;
    open->is_unsettled = open->is_unsettled || run->is_unsettled;
    open->has_sent = open->has_sent || run->has_sent || run->summary->requests != requests;
}

enum status om_get_base(struct om_run *run, enum published_kind kind, struct str name,
                        struct arena *arena, struct published *out, bool *found,
                        struct error *err)
{
    *found = false;
    *out = (struct published){.kind = kind, .name = name};
    if (run->is_new) {
        return OK;
    }
    enum status status = published_want(run->catalog, kind, name, err);
    return status == OK ? published_get(run->catalog, run->publication.id, kind, name, arena,
                                        out, found, err)
                        : status;
}

void om_each_project(struct om_run *run, bool reads_cells, om_project_fn *each)
{
    struct arena arena;
    arena_init(&arena, OM_PROJECT_BYTES);
    for (size_t i = 0; i < run->open_count && !om_run_is_ending(run); i++) {
        arena_reset(&arena);
        look(run, &run->open[i], reads_cells, &arena, each);
    }
    arena_free(&arena);
}

/* ---- a first look at all of them ---- */

static enum status note_tag(struct om_run *run, const struct tag *tag)
{
    struct arena *arena = &run->arena;
    if (map_has(&run->tags, tag->fqn)) {
        return OK;
    }
    struct tag *copy = ARENA_NEW(arena, struct tag);
    if (copy == NULL) {
        return ERR_NOMEM;
    }
    copy->kind = tag->kind;
    if (arena_str(arena, tag->fqn, &copy->fqn) != OK ||
        arena_str(arena, tag->classification, &copy->classification) != OK ||
        arena_str(arena, tag->name, &copy->name) != OK ||
        arena_str(arena, tag->title, &copy->title) != OK ||
        arena_str(arena, tag->description, &copy->description) != OK) {
        return ERR_NOMEM;
    }
    return map_put(&run->tags, copy->fqn, (union map_value){.pointer = copy});
}

/* While nothing of it has changed, here or in what all depend on, it is as it was left. */
static enum status get_progress(struct om_run *run, const struct publishing_project *project,
                                enum published_progress *out, struct error *err)
{
    const struct om_options *options = run->options;
    *out = PUBLISHED_PROGRESS_OPEN;
    if (options->overrides || options->restores || options->verifies) {
        return OK;
    }
    return published_get_progress(run->catalog, run->publication.id, project->project.id,
                                  project->mark ^ run->world, out, err);
}

/* Where OpenMetadata knows few people, a line for each owner would hide all the rest. */
static void warn_owner(struct om_run *run, struct str email)
{
    struct om_step *step = &run->summary->steps[OM_STEP_DASHBOARDS];
    if (str_is_null(email) || !om_run_warn_once(run, email)) {
        return;
    }
    run->unknown_owners++;
    if (run->unknown_owners <= MAX_NAMED_OWNERS) {
        om_run_warn(run, step,
                    "nobody in OpenMetadata has the e-mail %.*s: projects of that owner stay "
                    "without one",
                    STR_ARG(email));
        return;
    }
    step->warnings++;
    log_debug("nobody in OpenMetadata has the e-mail %.*s", STR_ARG(email));
    if (run->unknown_owners == MAX_NAMED_OWNERS + 1 && !run->options->is_interim) {
        log_warning("more owners are not in OpenMetadata; --verbose names them all");
    }
}

/*
 * It needs a look. What was settled before does not count any more, whatever ends this run:
 * what is sent now may be taken back in Hex, and the project then has a mark that it had
 * already.
 */
static enum status open_project(struct om_run *run, const struct om_project *project,
                                bool is_settled, struct error *err)
{
    struct str id = project->from.project.id;
    bool is_new = false;
    enum status status =
        published_want(run->catalog, PUBLISHED_DASHBOARD, project->dashboard.name, err);
    if (status == OK && run->options->plan == NULL && om_run_begin(run)) {
        status = published_begin_project(run->catalog, run->publication.id, id, &is_new, err);
    }
    if (status == OK && is_new) {
        status = published_want_project(run->catalog, id, project->from.row,
                                        PUBLISHED_PROGRESS_OPEN, err);
    }
    if (status != OK) {
        return status;
    }
    warn_owner(run, project->unknown_owner);
    struct om_open *open = arena_push(&run->arena, &run->open, &run->open_count,
                                      &run->open_capacity, sizeof(*open));
    status = open != NULL ? OK : ERR_NOMEM;
    if (open != NULL) {
        *open = (struct om_open){
            .row = project->from.row, .is_new = is_new, .is_settled = is_settled};
    }
    struct str key;
    if (status == OK && is_settled) {
        status = arena_str(&run->arena, id, &key);
        status =
            status == OK ? map_put(&run->settled, key, (union map_value){.number = 1}) : status;
    }
    for (size_t i = 0; i < project->tag_count && status == OK; i++) {
        status = note_tag(run, &project->tags[i]);
    }
    return status == OK ? OK : error_nomem(err);
}

void om_reopen(struct om_run *run, int64_t row)
{
    struct arena arena;
    struct om_project project;
    struct error err = ERROR_INIT;
    arena_init(&arena, OM_PROJECT_BYTES);
    enum status status = om_load_project(run, row, false, &arena, &project, &err);
    if (status == OK && project.from.row != 0) {
        run->summary->steps[OM_STEP_DASHBOARDS].records--; /* is counted again */
        status = open_project(run, &project, false, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
    arena_free(&arena);
}

static enum status survey_wanted(struct om_run *run, struct om_project *project,
                                 struct arena *arena, struct error *err)
{
    enum published_progress progress;
    const struct publishing_project *from = &project->from;
    bool is_plan = run->options->plan != NULL;
    enum status status = get_progress(run, from, &progress, err);
    if (run->options->is_interim && progress == PUBLISHED_PROGRESS_SENT) {
        progress = PUBLISHED_PROGRESS_SETTLED; /* the last pass sees what became of it */
    }
    run->wanted_projects++;
    run->summary->private_projects += !from->is_shared;
    if (status == OK && progress != PUBLISHED_PROGRESS_OPEN && !is_plan) {
        run->summary->steps[OM_STEP_DASHBOARDS].records++;
        run->sent_projects += progress == PUBLISHED_PROGRESS_SENT;
        return published_want_project(run->catalog, from->project.id, from->row, progress, err);
    }
    if (status == OK) {
        status = map_one(run, false, arena, project, err);
    }
    bool is_settled = is_plan && progress == PUBLISHED_PROGRESS_SETTLED;
    return status == OK ? open_project(run, project, is_settled, err) : status;
}

static enum status survey_project(struct om_run *run, struct om_project *project,
                                  struct arena *arena, struct error *err)
{
    const struct publishing_project *from = &project->from;
    bool is_wanted = false;
    if (run->options->is_interim && from->is_due) {
        /* Of what is there of it nothing may go, and nothing is looked at. */
        return published_want_project(run->catalog, from->project.id, from->row,
                                      PUBLISHED_PROGRESS_SETTLED, err);
    }
    enum status status = om_run_wants(run, from, &is_wanted, err);
    if (status == OK && is_wanted) {
        return survey_wanted(run, project, arena, err);
    }
    run->summary->steps[OM_STEP_DASHBOARDS].filtered += status == OK;
    return status;
}

/* Settled projects are not looked at, but what belongs to them is as it should be. */
static void count_settled(struct om_run *run)
{
    static const enum published_kind kinds[] = {PUBLISHED_DATA_MODEL, PUBLISHED_CHART,
                                                PUBLISHED_EDGE};
    int64_t counts[PUBLISHED_EDGE + 1] = {0};
    struct error err = ERROR_INIT;
    if (published_count_settled(run->catalog, run->publication.id, counts, &err) != OK) {
        om_run_fatal(run, &err);
        return;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        om_run_step(run, kinds[i])->records += counts[kinds[i]];
    }
}

void om_survey(struct om_run *run)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    int64_t after = 0;
    arena_init(&arena, OM_PROJECT_BYTES);
    while (!om_run_is_ending(run)) {
        struct om_project project = {.cell_count = 0};
        bool has_more = false;
        arena_reset(&arena);
        enum status status = publishing_next_project(run->catalog, run->options->source,
                                                     run->options->includes_archived, &after,
                                                     &arena, &project.from, &has_more, &err);
        if (status == OK && !has_more) {
            break;
        }
        if (status == OK) {
            status = survey_project(run, &project, &arena, &err);
        }
        if (status != OK) {
            om_run_fatal(run, &err);
        }
    }
    arena_free(&arena);
    om_run_flush(run);
    run->total = (int64_t)run->open_count;
}

static enum status settle(struct om_run *run, const struct om_open *open, struct arena *arena,
                          struct error *err)
{
    struct om_project project;
    enum published_progress progress =
        open->has_sent ? PUBLISHED_PROGRESS_SENT : PUBLISHED_PROGRESS_SETTLED;
    enum status status = om_load_project(run, open->row, false, arena, &project, err);
    if (status != OK || project.from.row == 0 || !om_run_begin(run)) {
        return status;
    }
    return published_settle(run->catalog, run->publication.id, project.from.project.id,
                            project.from.mark ^ run->world, progress, err);
}

void om_settle(struct om_run *run)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    bool is_sure = run->summary->failure_count == 0 && !run->is_doubtful;
    if (run->options->plan != NULL) {
        return;
    }
    arena_init(&arena, OM_PROJECT_BYTES);
    for (size_t i = 0; i < run->open_count && !om_run_is_ending(run); i++) {
        const struct om_open *open = &run->open[i];
        arena_reset(&arena);
        if (!open->is_unsettled && (is_sure || !open->has_sent) &&
            settle(run, open, &arena, &err) != OK) {
            om_run_fatal(run, &err);
        }
    }
    /* In the same transaction, also when the run is told to stop: no crash parts the two. */
    om_reopen_unwanted(run);
    om_run_flush(run);
    arena_free(&arena);
}

/* ---- the server ---- */

static void ask_version(struct om_run *run)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum status status = om_run_get(run, STR("/v1/system/version"), &document, &err);
    if (status == OK) {
        struct str text = json_str(json_get(document, "version"));
        status = om_version_parse(text, &run->version, &err);
        if (status == ERR_CONFIG && !run->options->validates_version) {
            log_warning("%s", err.message);
            status = OK;
        }
        log_debug("OpenMetadata %.*s", STR_ARG(text));
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
    json_free(document);
}

static void ask_user(struct om_run *run)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    if (om_run_is_ending(run)) {
        return;
    }
    enum status status = om_run_get(run, STR("/v1/users/loggedInUser"), &document, &err);
    if (status == OK) {
        struct str name = json_str(json_get(document, "name"));
        if (!json_bool(json_get(document, "isBot"), false)) {
            /* A person's PUT takes certifications away and overwrites descriptions. */
            status = error_set(&err, ERR_FORBIDDEN,
                               "OpenMetadata's token belongs to %.*s, who is no bot: use the "
                               "token of ingestion-bot (Settings, Bots)",
                               STR_ARG(str_sub(name, 0, 200)));
        } else if (arena_str(&run->arena, name, &run->user) != OK) {
            status = error_nomem(&err);
        }
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
    json_free(document);
}

/* ---- the run ---- */

static bool is_status(void *ctx, struct str name)
{
    struct om_run *run = ctx;
    bool found = false;
    struct error err = ERROR_INIT;
    struct str key;
    const union map_value *known = map_get(&run->statuses, name);
    if (known != NULL) {
        return known->number != 0;
    }
    if (publishing_is_status(run->catalog, run->options->source, name, &found, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    if (arena_str(&run->arena, name, &key) == OK) {
        (void)(map_put(&run->statuses, key, (union map_value){.number = found}) == OK);
    }
    return found;
}

/* The classification of statuses, when nothing else is in it. */
static struct str status_classification(const struct tag_settings *tags)
{
    struct str status = tags->classification[TAG_KIND_STATUS];
    for (int kind = 0; kind < TAG_KIND_COUNT; kind++) {
        if (kind != TAG_KIND_STATUS && str_eq(tags->classification[kind], status)) {
            return STR_NULL;
        }
    }
    return status;
}

static void prepare(struct om_run *run)
{
    const struct om_options *options = run->options;
    run->mapping = (struct om_mapping){
        .service = options->service,
        .tags = options->tags,
        .includes_owners = options->includes_owners,
        .includes_data_models = options->includes_data_models,
        .publishes_sql = options->publishes_sql,
        .data_model_type = str_is_empty(options->data_model_type) ? run->version.data_model_type
                                                                  : options->data_model_type,
        .users = &run->users,
        .wants = options->wants_child,
        .wants_ctx = options->wants_ctx,
    };
    run->rules = (struct om_change_rules){
        .user = run->user,
        .overrides = options->overrides,
        .restores = options->restores,
        .keeps_titles = run->version.keeps_titles,
        .category_classification = options->tags.classification[TAG_KIND_CATEGORY],
        .status_classification = status_classification(&options->tags),
        .is_status = is_status,
        .ctx = run,
    };
}

static void open_publication(struct om_run *run)
{
    struct error err = ERROR_INIT;
    if (om_run_is_ending(run)) {
        return;
    }
    enum status status = published_begin_work(run->catalog, &err);
    if (status == OK) {
        status =
            publishing_is_complete(run->catalog, run->options->source, &run->is_complete, &err);
    }
    if (status == OK && om_run_begin(run)) {
        status = published_open(run->catalog, run->options->source, run->options->host,
                                run->options->service, &run->arena, &run->publication, &err);
        om_run_flush(run);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
}

/* A plan knows the service's id and stores nothing. */
static void open_service(struct om_run *run)
{
    const struct om_service service = om_dashboard_service(run->options);
    struct error err = ERROR_INIT;
    struct str id = STR_NULL;
    enum status status = om_service_find_or_make(run, &service, &id, &err);
    if (status == OK && run->options->plan == NULL && om_run_begin(run)) {
        status = published_set_service(run->catalog, &run->publication, id, &err);
        om_run_flush(run);
    } else if (status == OK) {
        run->publication.service_id = id;
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
}

/* What every project depends on: when it changes, none is settled. */
static void note_world(struct om_run *run)
{
    const struct om_version *version = &run->version;
    const uint64_t parts[] = {run->options->settings_digest,
                              version->major,
                              version->minor,
                              version->patch,
                              om_resolve_digest(&run->resolve),
                              om_mapping_version(),
                              str_hash(run->user)};
    run->world = str_hash(str_from_n((const char *)(const void *)parts, sizeof(parts)));
}

static void run_phases(struct om_run *run)
{
    static const struct {
        enum om_phase phase;
        void (*step)(struct om_run *run);
    } steps[] = {
        {OM_PHASE_CONNECT, ask_version},
        {OM_PHASE_CONNECT, ask_user},
        {OM_PHASE_CONNECT, open_publication},
        {OM_PHASE_CONNECT, prepare},
        {OM_PHASE_READ, open_service},
        {OM_PHASE_READ, om_users_read},
        {OM_PHASE_READ, om_resolve_read},
        {OM_PHASE_READ, note_world},
        {OM_PHASE_READ, om_survey},
        {OM_PHASE_READ, om_lists_read},
        {OM_PHASE_READ, count_settled},
        {OM_PHASE_TAGS, om_publish_tags},
        {OM_PHASE_CELLS, om_publish_cells},
        {OM_PHASE_DASHBOARDS, om_publish_dashboards},
        {OM_PHASE_LINEAGE, om_publish_lineage},
        {OM_PHASE_USAGE, om_publish_usage},
        {OM_PHASE_RUNS, om_publish_runs},
        {OM_PHASE_DELETE, om_publish_deletions},
        {OM_PHASE_DELETE, om_settle},
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !om_run_is_ending(run); i++) {
        if (run->phase != steps[i].phase) {
            run->done = 0;
        }
        run->phase = steps[i].phase;
        steps[i].step(run);
    }
}

/* Whatever ended the run: every request must have called back before memory goes. */
static void drain(struct om_run *run)
{
    struct http_client *client = run->options->api->client;
    http_client_cancel_waiting(client);
    while (http_client_pending(client) > 0) {
        struct error ignored = ERROR_INIT;
        if (http_client_run(client, 250, &ignored) != OK) {
            log_error("requests left behind: %s", ignored.message);
            return;
        }
        http_client_cancel_waiting(client);
    }
}

enum status om_publish(const struct om_options *options, struct om_summary *summary,
                       struct error *err)
{
    struct om_run run;
    om_run_init(&run, options, summary);
    run_phases(&run);
    drain(&run);
    om_send_free(&run);
    om_run_flush(&run);
    catalog_rollback(options->catalog);
    struct error fatal = run.fatal;
    om_run_free(&run);
    if (fatal.code != OK) {
        *err = fatal;
        return err->code;
    }
    if (summary->was_stopped) {
        return error_set(err, ERR_CANCELLED, "stopped before the end; the next run goes on");
    }
    return OK;
}

void om_summary_add_earlier(struct om_summary *later, const struct om_summary *earlier)
{
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        later->steps[i].created += earlier->steps[i].created;
        later->steps[i].updated += earlier->steps[i].updated;
        later->steps[i].deleted += earlier->steps[i].deleted;
    }
    later->requests += earlier->requests;
    later->writes += earlier->writes;
}

void om_summary_free(struct om_summary *summary)
{
    arena_free(&summary->arena);
}
