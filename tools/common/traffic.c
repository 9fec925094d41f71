#include "common/traffic.h"

#include <stdio.h>
#include <stdlib.h>

void traffic_init(struct traffic *traffic)
{
    *traffic = (struct traffic){.minute = {.span_ms = 60000}, .hour = {.span_ms = 3600000}};
}

void traffic_free(struct traffic *traffic)
{
    free(traffic->minute.times);
    free(traffic->hour.times);
    traffic->minute.times = NULL;
    traffic->hour.times = NULL;
}

static void set_window(struct traffic_window *window, size_t limit)
{
    free(window->times);
    window->times = limit > 0 ? calloc(limit, sizeof(*window->times)) : NULL;
    if (limit > 0 && window->times == NULL) {
        sim_fail_memory();
    }
    window->limit = limit;
    window->next = 0;
    window->count = 0;
}

void traffic_limit(struct traffic *traffic, size_t per_minute, size_t per_hour)
{
    set_window(&traffic->minute, per_minute);
    set_window(&traffic->hour, per_hour);
}

/* The oldest of a full ring is the one that the next would replace. */
static int64_t window_wait(const struct traffic_window *w, int64_t now_ms)
{
    if (w->limit == 0 || w->count < w->limit) {
        return 0;
    }
    int64_t free_at = w->times[w->next] + w->span_ms;
    return free_at > now_ms ? free_at - now_ms : 0;
}

static void window_take(struct traffic_window *w, int64_t now_ms)
{
    if (w->limit > 0) {
        w->times[w->next] = now_ms;
        w->next = (w->next + 1) % w->limit;
        w->count += w->count < w->limit ? 1 : 0;
    }
}

int64_t traffic_admit(struct traffic *traffic, int64_t now_ms)
{
    int64_t minute = window_wait(&traffic->minute, now_ms);
    int64_t hour = window_wait(&traffic->hour, now_ms);
    if (minute == 0 && hour == 0) {
        window_take(&traffic->minute, now_ms);
        window_take(&traffic->hour, now_ms);
        return 0;
    }
    return minute > hour ? minute : hour;
}

static bool add_fault(struct traffic *traffic, struct str rule)
{
    struct fault fault = {.every = 1};
    size_t space = str_find(rule, ' ');
    if (space != SIZE_MAX && space < sizeof(fault.method)) {
        (void)snprintf(fault.method, sizeof(fault.method), "%.*s", (int)space, rule.p);
        rule = str_sub(rule, space + 1, SIZE_MAX);
    }
    size_t colon = str_find(rule, ':');
    if (colon == SIZE_MAX || colon >= sizeof(fault.prefix) ||
        traffic->fault_count == MAX_FAULTS) {
        return false;
    }
    (void)snprintf(fault.prefix, sizeof(fault.prefix), "%.*s", (int)colon, rule.p);
    struct str rest = str_sub(rule, colon + 1, SIZE_MAX);
    size_t second = str_find(rest, ':');
    struct str what = str_sub(rest, 0, second == SIZE_MAX ? rest.n : second);
    struct str times = second == SIZE_MAX ? STR("1") : str_sub(rest, second + 1, SIZE_MAX);
    uint64_t status = 0;
    fault.is_for_good = str_ends_with(times, "+");
    times.n -= fault.is_for_good ? 1 : 0;
    fault.is_once = !fault.is_for_good && str_starts_with(times, "@");
    times = str_sub(times, fault.is_once ? 1 : 0, SIZE_MAX);
    if (!str_to_u64(times, &fault.every) || fault.every == 0) {
        return false;
    }
    if (str_is(what, "cut")) {
        fault.kind = FAULT_CUT;
    } else if (str_is(what, "slow")) {
        fault.kind = FAULT_SLOW;
    } else if (str_is(what, "expired")) {
        fault.kind = FAULT_EXPIRED;
    } else if (str_is(what, "circle")) {
        fault.kind = FAULT_CIRCLE;
    } else if (str_to_u64(what, &status) && status >= 200 && status < 600) {
        fault.kind = FAULT_STATUS;
        fault.status = (int)status;
    } else {
        return false;
    }
    traffic->faults[traffic->fault_count++] = fault;
    return true;
}

bool traffic_add_faults(struct traffic *traffic, struct str rules)
{
    while (rules.n > 0) {
        size_t comma = str_find(rules, ',');
        if (!add_fault(traffic, str_sub(rules, 0, comma == SIZE_MAX ? rules.n : comma))) {
            return false;
        }
        rules = comma == SIZE_MAX ? STR("") : str_sub(rules, comma + 1, SIZE_MAX);
    }
    return true;
}

void traffic_clear_faults(struct traffic *traffic)
{
    traffic->fault_count = 0;
}

static bool hits(struct fault *fault, const char *method, struct str path)
{
    bool is_meant = fault->method[0] == '\0' || str_is(str_from(method), fault->method);
    if (!is_meant || !str_starts_with(path, fault->prefix)) {
        return false;
    }
    fault->seen++;
    return fault->is_for_good ? fault->seen >= fault->every
           : fault->is_once   ? fault->seen == fault->every
                              : fault->seen % fault->every == 0;
}

enum fault_kind traffic_fault(struct traffic *traffic, const char *method, struct str path,
                              int *status)
{
    for (size_t i = 0; i < traffic->fault_count; i++) {
        struct fault *fault = &traffic->faults[i];
        if (hits(fault, method, path)) {
            *status = fault->status;
            return fault->kind;
        }
    }
    return FAULT_NONE;
}
