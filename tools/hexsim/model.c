#include "hexsim/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define TEXT_BYTES ((size_t)256 * 1024 * 1024)

const struct sim_connection sim_connections[] = {
    {"Snowflake Prod", "snowflake", "ANALYTICS", "PUBLIC", true},
    {"Snowflake (EU) #2", "snowflake", "RAW", NULL, true},
    {"BigQuery Marketing", "bigquery", "acme-marketing", NULL, true},
    {"Postgres App", "postgres", "app", NULL, true},
    {"Redshift DWH", "redshift", "dwh", NULL, true},
    {"Databricks Lake", "databricks",
     "jdbc:databricks://adb-1.azuredatabricks.net:443;httpPath=/sql/1.0;ConnCatalog=main;"
     "ConnSchema=gold",
     NULL, true},
    {"Trino", "trino", "hive", "web", true},
    {"Athena", "athena", "AwsDataCatalog", NULL, true},
    {"ClickHouse Events", "clickhouse", NULL, NULL, true},
    {"MySQL Shop", "mysql", "shop", NULL, false},
    {"SQL Server ERP", "sqlserver", "erp", NULL, false},
    {"AlloyDB", "alloydb", "alloy", "core", false},
};
const size_t sim_connection_count = sizeof(sim_connections) / sizeof(sim_connections[0]);

const struct sim_named sim_categories[] = {
    {"Finance", "Everything about money"},
    {"Marketing", NULL},
    {"Ops & Logistics", "Trucks"},
    {"Scratchpad", ""},
    {"Über", "Ümlaute"},
    {"Data \"Quality\"", NULL},
    {"a::b", "two colons"},
    {"经营", "中文"},
};
const size_t sim_category_count = sizeof(sim_categories) / sizeof(sim_categories[0]);

const struct sim_named sim_collections[] = {
    {"Board pack", "For the board"}, {"Growth", NULL},
    {"Team: Core/Infra", NULL},      {"Archive 2024", "old things"},
    {"ZZ \xF0\x9F\x9A\x80", NULL},
};
const size_t sim_collection_count = sizeof(sim_collections) / sizeof(sim_collections[0]);

const char *const sim_statuses[] = {"In development", "In review", "Production", "Deprecated",
                                    "Approved"};
const size_t sim_status_count = sizeof(sim_statuses) / sizeof(sim_statuses[0]);
const char *const sim_groups[] = {"Analysts", "Everyone in Ops", "Contractors"};
const size_t sim_group_count = sizeof(sim_groups) / sizeof(sim_groups[0]);

/* ---- random streams ---- */

uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t z = (random->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct sim_random sim_random_for(const struct sim_workspace *workspace, enum sim_stream stream,
                                 int64_t index)
{
    struct sim_random random = {workspace->options.seed * 0x2545F4914F6CDD1Du +
                                (uint64_t)stream * 0xD6E8FEB86659FD93u};
    random.state ^= sim_random_next(&random) + (uint64_t)index * 0xA0761D6478BD642Fu;
    (void)sim_random_next(&random);
    return random;
}

uint64_t sim_random_below(struct sim_random *random, uint64_t limit)
{
    return sim_random_next(random) % limit;
}

bool sim_random_chance(struct sim_random *random, unsigned per_cent)
{
    return sim_random_below(random, 100) < per_cent;
}

/* ---- ids ---- */

static void format_uuid(uint64_t high, uint64_t low, char out[37])
{
    /* Version 7, variant 1, as Hex's newer ids. */
    high = (high & ~(uint64_t)0xF000) | 0x7000;
    low = (low & 0x3FFFFFFFFFFFFFFFu) | 0x8000000000000000u;
    (void)snprintf(out, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
                   (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFFF),
                   (unsigned)(low >> 48), (unsigned long long)(low & 0xFFFFFFFFFFFFu));
}

void sim_uuid(const struct sim_workspace *workspace, const char *kind, int64_t a, int64_t b,
              char out[37])
{
    struct sim_random random = {str_hash(str_from(kind)) ^ workspace->options.seed};
    random.state += (uint64_t)a * 0x9E3779B97F4A7C15u;
    random.state ^= sim_random_next(&random) + (uint64_t)b * 0xC2B2AE3D27D4EB4Fu;
    uint64_t high = sim_random_next(&random);
    format_uuid(high, sim_random_next(&random), out);
}

static uint64_t index_mask(const struct sim_workspace *workspace)
{
    struct sim_random random = {workspace->options.seed ^ 0x5851F42D4C957F2Du};
    return sim_random_next(&random) & 0xFFFFFFFFFFFFu;
}

/* The last 12 digits hide the index, so that an id can be looked up without a table. */
static void project_id(const struct sim_workspace *workspace, int64_t index, char out[37])
{
    char text[37];
    sim_uuid(workspace, "project", index, 0, text);
    (void)snprintf(out, 37, "%.24s%012llx", text,
                   (unsigned long long)((uint64_t)index ^ index_mask(workspace)));
}

int64_t sim_project_find(const struct sim_workspace *workspace, struct str id)
{
    char want[37];
    uint64_t hidden = 0;
    if (id.n != 36) {
        return -1;
    }
    for (size_t i = 24; i < 36; i++) {
        char c = id.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        hidden = hidden << 4 | (uint64_t)digit;
    }
    int64_t index = (int64_t)(hidden ^ index_mask(workspace));
    if (index < 0 || index >= workspace->options.project_count) {
        return -1;
    }
    project_id(workspace, index, want);
    return str_eq_nocase(id, str_from(want)) ? index : -1;
}

/* ---- the workspace ---- */

static enum status grow(struct sim_workspace *workspace, int64_t count)
{
    if (count <= workspace->capacity) {
        return OK;
    }
    struct sim_override **larger =
        realloc(workspace->overrides, (size_t)count * sizeof(struct sim_override *));
    if (larger == NULL) {
        return ERR_NOMEM;
    }
    for (int64_t i = workspace->capacity; i < count; i++) {
        larger[i] = NULL;
    }
    workspace->overrides = larger;
    workspace->capacity = count;
    return OK;
}

enum status sim_workspace_init(struct sim_workspace *workspace,
                               const struct sim_options *options)
{
    *workspace = (struct sim_workspace){.options = *options};
    arena_init(&workspace->arena, TEXT_BYTES);
    return grow(workspace, options->project_count + 1);
}

void sim_workspace_free(struct sim_workspace *workspace)
{
    free(workspace->overrides);
    arena_free(&workspace->arena);
}

enum status sim_workspace_add(struct sim_workspace *workspace, int64_t n)
{
    enum status status = grow(workspace, workspace->options.project_count + n + 1);
    workspace->options.project_count += status == OK ? n : 0;
    return status;
}

struct sim_override *sim_project_override(struct sim_workspace *workspace, int64_t index)
{
    struct sim_override **place = &workspace->overrides[index];
    if (*place == NULL) {
        *place = ARENA_NEW(&workspace->arena, struct sim_override);
    }
    return *place;
}

void sim_user_email(int n, char out[64])
{
    static const char *const names[] = {"ada.lovelace", "Grace.Hopper", "jo+hex", "o'neil",
                                        "li.wei",       "sven",         "maria",  "bot"};
    (void)snprintf(out, 64, "%s%d@example.com", names[n % 8], n / 8);
}

/* ---- one project ---- */

static enum status make_title(struct sim_random *random, int64_t index, struct arena *arena,
                              struct str *out)
{
    static const char *const odd[] = {
        "no",
        "1.10",
        "2025-10-17",
        "null",
        "~",
        "=SUM(A1)",
        "Q3 \"Revenue\": a=b @team 'q' <b>x</b>",
        "Umsatz \xC3\xBC"
        "bersicht \xF0\x9F\x93\x88",
        "\xD7\x93\xD7\x95\xD7\x97 \xD7\x9E\xD7\x9B\xD7\x99\xD7\xA8\xD7\x95\xD7\xAA",
        "yes: # not a comment",
        "- dash",
        " leading and trailing ",
        "tab\there",
        "two\nlines",
        "[prod] weekly",
        "{{ jinja }}",
        "\xE5\xA3\xB2\xE4\xB8\x8A\xE5\x88\x86\xE6\x9E\x90",
    };
    static const char *const topics[] = {"Revenue",   "Churn",     "Pipeline",    "Retention",
                                         "Headcount", "Inventory", "Attribution", "Finance"};
    static const char *const forms[] = {"dashboard", "deep dive", "weekly review",
                                        "model",     "monitor",   "forecast"};
    uint64_t kind = sim_random_below(random, 100);
    const char *topic = topics[sim_random_below(random, 8)];
    const char *form = forms[sim_random_below(random, 6)];
    if (kind < 12) {
        return arena_str(
            arena, str_from(odd[sim_random_below(random, sizeof(odd) / sizeof(odd[0]))]), out);
    }
    if (kind == 12) {
        return arena_printf(arena, out, "%s %0240lld", topic, (long long)index);
    }
    return arena_printf(arena, out, "%s %s %lld", topic, form, (long long)index);
}

static void make_people(const struct sim_workspace *workspace, struct sim_random *random,
                        struct sim_project *out)
{
    out->creator = (int)sim_random_below(random, SIM_USER_COUNT);
    out->owner = sim_random_chance(random, 70) ? out->creator
                                               : (int)sim_random_below(random, SIM_USER_COUNT);
    bool loses_owner = sim_random_chance(random, 3);
    bool loses_creator = sim_random_chance(random, 1);
    if (!workspace->options.is_strict_spec) {
        out->owner = loses_owner ? -1 : out->owner;
        out->creator = loses_creator ? -1 : out->creator;
    }
}

/* Up to max different numbers below limit. */
static size_t pick(struct sim_random *random, size_t max, size_t limit, size_t *out)
{
    size_t count = 0;
    size_t wanted = sim_random_below(random, max + 1);
    for (size_t i = 0; i < wanted; i++) {
        size_t number = sim_random_below(random, limit);
        bool is_new = true;
        for (size_t k = 0; k < count; k++) {
            is_new = is_new && out[k] != number;
        }
        if (is_new) {
            out[count++] = number;
        }
    }
    return count;
}

static void make_labels(struct sim_random *random, struct sim_project *out)
{
    static const char *const access[] = {"NONE", "APP_ONLY", "CAN_VIEW", "CAN_EDIT"};
    out->status = sim_random_chance(random, 60)
                      ? sim_statuses[sim_random_below(random, sim_status_count)]
                      : NULL;
    out->category_count = pick(random, 3, sim_category_count, out->categories);
    out->collection_count = pick(random, 2, sim_collection_count, out->collections);
    out->group_count = pick(random, 2, sim_group_count, out->groups);
    out->workspace_access = access[sim_random_below(random, 4)];
    out->reviews_required = sim_random_chance(random, 10);
}

static void make_schedules(struct sim_random *random, struct sim_project *out)
{
    static const char *const zones[] = {"+00:00", "-08:00", "+05:30", "Z"};
    static const char *const crons[] = {"*/15 8-18 * * 1-5", "0 6 1 * *", " 30 7 * * MON "};
    size_t count = sim_random_chance(random, 30) ? 1 + sim_random_below(random, 2) : 0;
    for (size_t i = 0; i < count; i++) {
        out->schedules[i] = (struct sim_schedule){
            .cadence = (enum sim_cadence)sim_random_below(random, 5),
            .is_enabled = sim_random_chance(random, 80),
            .minute = (int)sim_random_below(random, 60),
            .hour = (int)sim_random_below(random, 24),
            .weekday = (int)sim_random_below(random, 7),
            .day = 1 + (int)sim_random_below(random, 28),
            .cron = crons[sim_random_below(random, 3)],
            .timezone = zones[sim_random_below(random, 4)],
        };
    }
    out->schedule_count = count;
}

static void make_times(const struct sim_workspace *workspace, struct sim_random *random,
                       struct sim_project *out)
{
    int64_t now = workspace->options.now_ms;
    /* Ordered by index, a little irregular, all in the past. */
    out->created_ms =
        now - 900 * DAY_MS + out->index * 37000 + (int64_t)sim_random_below(random, 30000);
    int64_t age = now - out->created_ms;
    out->edited_ms = out->created_ms + (int64_t)sim_random_below(random, (uint64_t)age);
    out->published_ms = sim_random_chance(random, 60)
                            ? out->created_ms + (int64_t)sim_random_below(random, (uint64_t)age)
                            : TIMESTAMP_NONE;
    bool is_archived = sim_random_chance(random, 6);
    bool is_trashed = sim_random_chance(random, 4);
    out->archived_ms = is_archived ? out->edited_ms + HOUR_MS : TIMESTAMP_NONE;
    out->trashed_ms = is_trashed ? out->edited_ms + 2 * HOUR_MS : TIMESTAMP_NONE;
}

static void make_activity(struct sim_random *random, struct sim_project *out)
{
    bool is_published = out->published_ms != TIMESTAMP_NONE;
    out->views[0] = is_published ? (int64_t)sim_random_below(random, 5000) : 0;
    out->views[3] = out->views[0] / 10;
    out->views[2] = out->views[0] / 20;
    out->views[1] = out->views[0] / 40;
    out->last_viewed_ms = out->views[0] > 0 ? out->published_ms + HOUR_MS : TIMESTAMP_NONE;
    out->results_updated_ms = is_published && sim_random_chance(random, 70)
                                  ? out->published_ms + 3 * HOUR_MS
                                  : TIMESTAMP_NONE;
    uint64_t size = sim_random_below(random, 100);
    uint64_t draw = sim_random_next(random);
    out->run_count = !is_published ? 0
                     : size < 20   ? 0
                     : size < 97   ? (int)(draw % 12)
                                   : (int)(draw % 150);
}

static void apply_override(const struct sim_override *over, struct sim_project *out)
{
    if (over == NULL) {
        return;
    }
    out->title = over->has_title ? over->title : out->title;
    out->edited_ms = over->has_edited ? over->edited_ms : out->edited_ms;
    out->published_ms = over->has_published ? over->published_ms : out->published_ms;
    out->results_updated_ms =
        over->has_published ? over->results_updated_ms : out->results_updated_ms;
    out->archived_ms = over->has_archived ? over->archived_ms : out->archived_ms;
    out->trashed_ms = over->has_trashed ? over->trashed_ms : out->trashed_ms;
    out->is_deleted = over->is_deleted;
    for (size_t i = 0; i < 4; i++) {
        out->views[i] += over->more_views;
    }
}

enum status sim_project_at(const struct sim_workspace *workspace, int64_t index,
                           struct arena *arena, struct sim_project *out)
{
    struct sim_random random = sim_random_for(workspace, SIM_STREAM_PROJECT, index);
    *out = (struct sim_project){.index = index};
    project_id(workspace, index, out->id);
    out->is_component = index % 12 == 5;
    enum status status = make_title(&random, index, arena, &out->title);
    uint64_t about = sim_random_below(&random, 10);
    out->description = about < 4 ? STR_NULL
                       : about < 6
                           ? STR("")
                           : STR("What it says:\n- numbers & \"quotes\"\n- caf\xC3\xA9");
    make_people(workspace, &random, out);
    make_labels(&random, out);
    make_schedules(&random, out);
    make_times(workspace, &random, out);
    make_activity(&random, out);
    apply_override(workspace->overrides[index], out);
    return status;
}

struct sim_run sim_run_at(const struct sim_workspace *workspace,
                          const struct sim_project *project, int number)
{
    static const char *const statuses[] = {"COMPLETED", "COMPLETED",
                                           "COMPLETED", "ERRORED",
                                           "KILLED",    "UNABLE_TO_ALLOCATE_KERNEL"};
    static const char *const triggers[] = {"SCHEDULED", "API", "APP_REFRESH"};
    struct sim_random random =
        sim_random_for(workspace, SIM_STREAM_RUNS, project->index * 1000 + number);
    struct sim_run run;
    sim_uuid(workspace, "run", project->index, number, run.id);
    run.status = statuses[sim_random_below(&random, 6)];
    run.trigger = triggers[sim_random_below(&random, 3)];
    /* Number 0 is the newest. */
    run.started_ms = workspace->options.now_ms - (int64_t)(number + 1) * 6 * HOUR_MS;
    run.elapsed_ms = 500 + (int64_t)sim_random_below(&random, 600000);
    run.ended_ms = run.started_ms + run.elapsed_ms;
    uint64_t unfinished = sim_random_below(&random, 10);
    if (number == 0 && unfinished < 2) {
        run.status = unfinished == 0 ? "PENDING" : "RUNNING";
        run.started_ms = unfinished == 0 ? TIMESTAMP_NONE : run.started_ms;
        run.ended_ms = TIMESTAMP_NONE;
        run.elapsed_ms = -1;
    }
    return run;
}
