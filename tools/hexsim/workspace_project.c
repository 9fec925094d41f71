#include "hexsim/words.h"
#include "hexsim/workspace.h"

#include <string.h>

#define MINUTE_MS (INT64_C(60000))
#define DAY_MS (INT64_C(86400000))

/* Every 13th project from the 5th on is a component: 7.7 %. */
#define COMPONENT_STEP 13
#define COMPONENT_FIRST 4

static const char *const timezones[] = {"+00:00", "-05:00", "+05:30", "+01:00", "-08:00", "Z"};
static const char *const crons[] = {"*/15 * * * *", "0 6 * * 1-5", " 30 4 1,15 * * ",
                                    "0 0 L * ?", "5 4 * * SUN"};

const struct sim_project *workspace_component(const struct workspace *w, uint64_t pick)
{
    size_t n = w->options.project_count;
    if (n <= COMPONENT_FIRST) {
        return NULL;
    }
    n = (n - COMPONENT_FIRST - 1) / COMPONENT_STEP + 1;
    return &w->projects[COMPONENT_FIRST + COMPONENT_STEP * (size_t)(pick % n)];
}

static struct str long_title(struct workspace *w)
{
    struct buf text;
    buf_init(&text, SIM_MAX_BYTES);
    for (size_t i = 0; text.size < 244; i++) {
        (void)buf_printf(&text, "%s ", words_subjects[i % words_count(words_subjects)]);
    }
    text.size = 244;
    while (text.size > 0 && ((unsigned char)text.data[text.size - 1] & 0xC0) == 0x80) {
        text.size--; /* do not cut a character in two */
    }
    return sim_take(&w->arena, &text);
}

static struct str make_title(struct workspace *w, struct rng *rng, size_t number)
{
    if (number % 97 == 31) {
        struct str title = long_title(w);
        return sim_printf(&w->arena, "%.*s%06zu", STR_ARG(title), number);
    }
    if (number % 6 == 2) {
        return str_from(words_trap_titles[rng_below(rng, words_count(words_trap_titles))]);
    }
    const char *subject = words_subjects[rng_below(rng, words_count(words_subjects))];
    const char *form = words_forms[rng_below(rng, words_count(words_forms))];
    return number % 3 == 0 ? sim_printf(&w->arena, "%s %s", subject, form)
                           : sim_printf(&w->arena, "%s %s %zu", subject, form, number);
}

static struct sim_schedule make_schedule(struct rng *rng)
{
    static const char *const cadences[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "CUSTOM"};
    struct sim_schedule s = {.cadence = cadences[rng_below(rng, 5)],
                             .is_enabled = !rng_chance(rng, 20),
                             .timezone = timezones[rng_below(rng, 6)],
                             .minute = (int)rng_below(rng, 60),
                             .hour = (int)rng_below(rng, 24),
                             .cron = crons[rng_below(rng, 5)]};
    s.day =
        (int)(strcmp(s.cadence, "WEEKLY") == 0 ? rng_below(rng, 7) : 1 + rng_below(rng, 28));
    return s;
}

static int64_t between_or_now(struct rng *rng, int64_t from, int64_t to)
{
    return from >= to ? to : rng_between(rng, from, to);
}

/* When it was made, edited, published, thrown away, seen. */
static void make_times(const struct workspace *w, struct sim_project *p, struct rng *rng)
{
    int64_t now = w->now_ms;
    p->edited_ms = between_or_now(rng, p->created_ms, now);
    if (rng_chance(rng, p->is_component ? 80 : 65)) {
        p->published_ms = between_or_now(rng, p->created_ms, p->edited_ms);
    }
    if (!p->is_component && rng_chance(rng, 6)) {
        p->archived_ms = between_or_now(rng, p->edited_ms, now);
    }
    if (!p->is_component && rng_chance(rng, 4)) {
        p->trashed_ms = between_or_now(rng, p->edited_ms, now);
    }
    if (p->published_ms != TIMESTAMP_NONE && !p->is_component) {
        p->views[0] = (int)(rng_below(rng, 40) * rng_below(rng, 60));
        p->views[1] = p->views[0] / 4;
        p->views[2] = p->views[1] / 2;
        p->views[3] = p->views[2] / 2;
        if (p->views[0] > 0) {
            p->viewed_ms = between_or_now(rng, p->published_ms, now);
        }
        if (rng_chance(rng, 70)) {
            p->results_ms = between_or_now(rng, p->published_ms, now);
        }
    }
}

static void make_people(const struct workspace *w, struct sim_project *p, struct rng *rng)
{
    p->creator = rng_below(rng, w->user_count);
    p->owner = rng_chance(rng, 70) ? p->creator : rng_below(rng, w->user_count);
    if (!w->options.is_strict && rng_chance(rng, 3)) {
        p->owner = NOBODY; /* outside the OpenAPI file */
    }
    if (!w->options.is_strict && rng_chance(rng, 1)) {
        p->creator = NOBODY;
    }
    p->status = rng_chance(rng, 40) ? NOBODY : rng_below(rng, words_count(words_statuses));
    for (size_t i = 0; i < w->category_count; i++) {
        p->categories |= rng_chance(rng, 12) ? UINT32_C(1) << i : 0;
    }
    for (size_t i = 0; i < w->collection_count; i++) {
        p->collections |= rng_chance(rng, 9) ? UINT32_C(1) << i : 0;
    }
    p->sharing_seed = rng_next(rng);
}

static void make_activity(struct sim_project *p, struct rng *rng)
{
    bool is_published = p->published_ms != TIMESTAMP_NONE;
    if (rng_chance(rng, is_published ? 35 : 3)) {
        p->schedule_count = 1 + rng_below(rng, SIM_MAX_SCHEDULES);
        for (size_t i = 0; i < p->schedule_count; i++) {
            p->schedules[i] = make_schedule(rng);
        }
    }
    if (is_published && rng_chance(rng, 70)) {
        p->run_count = rng_chance(rng, 25) ? rng_below(rng, 151) : rng_below(rng, 12);
    }
}

static struct sim_project *push_project(struct workspace *w)
{
    struct sim_project *p = sim_push(&w->arena, &w->projects, &w->project_count,
                                     &w->project_capacity, sizeof(*w->projects));
    p->published_ms = p->archived_ms = p->trashed_ms = TIMESTAMP_NONE;
    p->viewed_ms = p->results_ms = TIMESTAMP_NONE;
    p->revision = 1;
    p->extra_sql = STR_NULL;
    w->version++;
    return p;
}

static void remember(struct workspace *w, const struct sim_project *p)
{
    union map_value value = {.number = (int64_t)workspace_index(w, p)};
    if (map_put(&w->by_id, p->id, value) != OK) {
        sim_fail_memory();
    }
}

struct sim_project *workspace_add_project(struct workspace *w, int64_t created_ms)
{
    size_t number = w->simulated_count++;
    struct rng rng = rng_for(w->options.seed, "project", number);
    struct sim_project *p = push_project(w);
    p->is_component = number % COMPONENT_STEP == COMPONENT_FIRST;
    p->created_ms = created_ms;
    if (created_ms == TIMESTAMP_NONE) {
        p->created_ms = w->options.now_ms - rng_between(&rng, DAY_MS, 1500 * DAY_MS);
        if (number % 50 == 49) { /* two made in the same millisecond */
            p->created_ms = w->projects[w->project_count - 2].created_ms;
        }
    }
    bool is_recent = p->created_ms > w->options.now_ms - 700 * DAY_MS;
    p->id = rng_uuid(&rng, &w->arena, is_recent ? p->created_ms : TIMESTAMP_NONE);
    p->title = make_title(w, &rng, number);
    p->description =
        rng_chance(&rng, 40)
            ? STR_NULL
            : str_from(words_descriptions[rng_below(&rng, words_count(words_descriptions))]);
    make_people(w, p, &rng);
    make_times(w, p, &rng);
    make_activity(p, &rng);
    p->is_denied = !p->is_component && number % 211 == 100;
    remember(w, p);
    return p;
}

struct sim_project *workspace_add_file(struct workspace *w, struct sim_file file, struct str id,
                                       struct str title)
{
    struct sim_file *kept = SIM_NEW(&w->arena, struct sim_file);
    *kept = file;
    struct rng rng = rng_for(w->options.seed, "file", w->project_count);
    struct sim_project *p = push_project(w);
    p->created_ms = w->options.now_ms - rng_between(&rng, DAY_MS, 100 * DAY_MS);
    p->edited_ms = p->created_ms + MINUTE_MS;
    p->published_ms = p->edited_ms;
    p->id = id;
    p->title = title;
    p->description = STR("");
    p->status = NOBODY;
    p->creator = p->owner = rng_below(&rng, w->user_count);
    p->file = kept;
    remember(w, p);
    return p;
}
