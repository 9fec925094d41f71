#include "io/http_policy.h"

#include "base/timestamp.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS ((int64_t)24 * 3600 * 1000)
/* A limit above this is as good as none, and bounds the memory of a window. */
#define MAX_LIMIT 1000000
#define BACKOFF_BASE_MS 1000
#define BACKOFF_CAP_MS ((int64_t)60 * 1000)
#define MAX_ATTEMPTS_ON_500 4

/* Two requests may take this much longer and shorter to arrive than each other. */
#define ARRIVAL_SPARE_MS 500
/* Without a limit this many times are kept, to know how fast we were when a 429 comes. */
#define OBSERVED_TIMES 6000
#define SLOWEST_PER_MINUTE 10
#define SLOW_DOWN_EVERY_MS 10000
#define RECOVER_EVERY_MS 30000

/* The times of the newest requests in a ring. */
struct window {
    int64_t span_ms;
    int64_t limit;    /* 0: none */
    int64_t capacity; /* of times */
    int64_t *times;
    int64_t count; /* entries that are filled */
    int64_t next;  /* where the next one goes */
};

struct http_pace {
    struct window minute;
    struct window hour;
    int64_t paused_until_ms;
    bool is_paused;     /* a pause was set, over or not */
    int64_t slowed;     /* the smaller limit at slowed_ms; 0: not slowed down */
    int64_t slowed_ms;  /* when the last 429 made it smaller */
    int64_t limited_ms; /* when the last 429 came */
};

static bool window_init(struct window *window, int64_t span_ms, int64_t limit, int64_t capacity)
{
    limit = limit <= 0 || limit > MAX_LIMIT ? 0 : limit;
    *window = (struct window){.span_ms = span_ms + ARRIVAL_SPARE_MS, .limit = limit};
    window->capacity = limit > 0 ? limit : capacity;
    if (window->capacity > 0) {
        window->times = calloc((size_t)window->capacity, sizeof(*window->times));
    }
    return window->capacity == 0 || window->times != NULL;
}

/* The time of the n-th newest request, from 1. */
static int64_t window_time(const struct window *window, int64_t n)
{
    return window->times[(window->next - n + window->capacity) % window->capacity];
}

/* limit: at most the window's capacity; 0: none. */
static int64_t window_wait_ms(const struct window *window, int64_t limit, int64_t now_ms)
{
    if (limit == 0 || window->count < limit) {
        return 0;
    }
    int64_t free_at = window_time(window, limit) + window->span_ms;
    return free_at > now_ms ? free_at - now_ms : 0;
}

static int64_t window_used(const struct window *window, int64_t now_ms)
{
    int64_t used = 0;
    while (used < window->count && window_time(window, used + 1) + window->span_ms > now_ms) {
        used++;
    }
    return used;
}

static void window_take(struct window *window, int64_t now_ms)
{
    if (window->capacity > 0) {
        window->times[window->next] = now_ms;
        window->next = (window->next + 1) % window->capacity;
        window->count += window->count < window->capacity;
    }
}

struct http_pace *http_pace_new(int64_t per_minute, int64_t per_hour)
{
    struct http_pace *pace = calloc(1, sizeof(*pace));
    if (pace == NULL) {
        return NULL;
    }
    if (!window_init(&pace->minute, MINUTE_MS, per_minute, OBSERVED_TIMES) ||
        !window_init(&pace->hour, HOUR_MS, per_hour, 0)) {
        http_pace_free(pace);
        return NULL;
    }
    return pace;
}

void http_pace_free(struct http_pace *pace)
{
    if (pace != NULL) {
        free(pace->minute.times);
        free(pace->hour.times);
        free(pace);
    }
}

/* The minute's limit after what a 429 took and time gave back; 0: none. */
static int64_t minute_limit(const struct http_pace *pace, int64_t now_ms)
{
    int64_t limit = pace->slowed;
    if (pace->slowed == 0) {
        return pace->minute.limit;
    }
    int64_t clean_ms = now_ms - pace->limited_ms;
    for (int64_t step = RECOVER_EVERY_MS; step <= clean_ms && limit < pace->minute.capacity;
         step += RECOVER_EVERY_MS) {
        limit += (limit + 9) / 10;
    }
    return limit >= pace->minute.capacity ? pace->minute.limit : limit;
}

int64_t http_pace_limit(const struct http_pace *pace, int64_t now_ms)
{
    int64_t limit = pace == NULL ? 0 : minute_limit(pace, now_ms);
    return limit == 0 ? INT64_MAX : limit;
}

int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms)
{
    if (pace == NULL) {
        return 0;
    }
    int64_t wait = window_wait_ms(&pace->minute, minute_limit(pace, now_ms), now_ms);
    int64_t hour = window_wait_ms(&pace->hour, pace->hour.limit, now_ms);
    wait = hour > wait ? hour : wait;
    if (pace->is_paused && pace->paused_until_ms - now_ms > wait) {
        wait = pace->paused_until_ms - now_ms;
    }
    return wait;
}

void http_pace_take(struct http_pace *pace, int64_t now_ms)
{
    if (pace != NULL) {
        window_take(&pace->minute, now_ms);
        window_take(&pace->hour, now_ms);
    }
}

static void slow_down(struct http_pace *pace, int64_t now_ms)
{
    int64_t limit = minute_limit(pace, now_ms);
    bool is_early = pace->slowed != 0 && now_ms - pace->slowed_ms < SLOW_DOWN_EVERY_MS;
    pace->limited_ms = now_ms;
    if (is_early) {
        return;
    }
    /* Without a limit: what we did in the last minute was too much. */
    limit = limit == 0 ? window_used(&pace->minute, now_ms) : limit;
    int64_t floor =
        SLOWEST_PER_MINUTE < pace->minute.capacity ? SLOWEST_PER_MINUTE : pace->minute.capacity;
    limit = limit * 7 / 10;
    pace->slowed = limit < floor ? floor : limit;
    pace->slowed_ms = now_ms;
}

void http_pace_pause(struct http_pace *pace, int64_t now_ms, int64_t wait_ms)
{
    if (pace == NULL) {
        return;
    }
    bool is_pausing = pace->is_paused && pace->paused_until_ms > now_ms;
    if (!is_pausing) {
        slow_down(pace, now_ms);
    }
    if (!is_pausing || now_ms + wait_ms > pace->paused_until_ms) {
        pace->is_paused = true;
        pace->paused_until_ms = now_ms + wait_ms;
    }
}

int64_t http_pace_left_this_minute(const struct http_pace *pace, int64_t now_ms)
{
    int64_t limit = http_pace_limit(pace, now_ms);
    if (limit == INT64_MAX) {
        return INT64_MAX;
    }
    int64_t left = limit - window_used(&pace->minute, now_ms);
    return left < 0 ? 0 : left;
}

/* ---- Retry-After ---- */

static int month_number(struct str name)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int month = 0; month < 12 && name.n >= 3; month++) {
        if (str_eq_nocase(str_sub(name, 0, 3), str_from_n(names + (size_t)month * 3, 3))) {
            return month + 1;
        }
    }
    return 0;
}

/* The next run of letters or digits of *text. */
static struct str next_token(struct str *text)
{
    size_t at = 0;
    size_t end;
    while (at < text->n && (text->p[at] == ' ' || text->p[at] == ',' || text->p[at] == '-' ||
                            text->p[at] == ':')) {
        at++;
    }
    for (end = at; end < text->n && strchr(" ,-:", text->p[end]) == NULL; end++) {
    }
    struct str token = str_sub(*text, at, end - at);
    *text = str_sub(*text, end, SIZE_MAX);
    return token;
}

/*
 * "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" and
 * "Sun Nov  6 08:49:37 1994" (RFC 9110, 5.6.7).
 */
static bool parse_http_date(struct str text, int64_t now_ms, int64_t *out_ms)
{
    struct str part[7];
    uint64_t day, year, hour, minute, second;
    for (size_t i = 0; i < 7; i++) {
        part[i] = next_token(&text);
    }
    bool is_asctime = month_number(part[1]) != 0;
    int month = month_number(is_asctime ? part[1] : part[2]);
    struct str clock[3];
    for (size_t i = 0; i < 3; i++) {
        clock[i] = part[(is_asctime ? 3 : 4) + i];
    }
    if (month == 0 || !str_to_u64(is_asctime ? part[2] : part[1], &day) ||
        !str_to_u64(is_asctime ? part[6] : part[3], &year) || !str_to_u64(clock[0], &hour) ||
        !str_to_u64(clock[1], &minute) || !str_to_u64(clock[2], &second)) {
        return false;
    }
    if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 || year > 9999) {
        return false;
    }
    if (year < 100) {
        /* Two digits: the year that is not more than 50 years ahead. */
        char text_now[TIMESTAMP_TEXT_SIZE];
        timestamp_format(now_ms, text_now);
        uint64_t this_year = 1970;
        (void)str_to_u64(str_from_n(text_now, 4), &this_year);
        year += this_year / 100 * 100;
        year -= year > this_year + 50 ? 100 : 0;
    }
    *out_ms =
        timestamp_from_civil((int)year, month, (int)day, (int)hour, (int)minute, (int)second);
    return true;
}

int64_t http_retry_after_ms(struct str value, int64_t now_wall_ms)
{
    uint64_t seconds;
    int64_t at_ms;
    int64_t wait;
    value = str_trim(value);
    if (str_to_u64(value, &seconds)) {
        wait = seconds > (uint64_t)(DAY_MS / 1000) ? DAY_MS : (int64_t)seconds * 1000;
    } else if (parse_http_date(value, now_wall_ms, &at_ms)) {
        wait = at_ms - now_wall_ms;
    } else {
        return -1;
    }
    wait = wait < 0 ? 0 : wait;
    return wait > DAY_MS ? DAY_MS : wait;
}

/* ---- what an attempt means ---- */

/* Full jitter: anything up to a ceiling that doubles with each attempt. */
static int64_t backoff_ms(unsigned number, uint64_t random)
{
    int64_t ceiling = BACKOFF_BASE_MS;
    for (unsigned i = 1; i < number && ceiling < BACKOFF_CAP_MS; i++) {
        ceiling *= 2;
    }
    ceiling = ceiling > BACKOFF_CAP_MS ? BACKOFF_CAP_MS : ceiling;
    return 1 + (int64_t)(random % (uint64_t)ceiling);
}

static struct http_decision fail_with(enum status code)
{
    return (struct http_decision){.verdict = HTTP_VERDICT_FAIL, .code = code};
}

/* Again, unless this was the last attempt or the wait is more than the budget has left. */
static struct http_decision retry_within_budget(const struct http_attempt *attempt,
                                                uint64_t random, enum status code)
{
    bool is_named = attempt->retry_after_ms >= 0;
    int64_t wait = is_named ? attempt->retry_after_ms : backoff_ms(attempt->number, random);
    bool is_last = attempt->max_number > 0 && attempt->number >= attempt->max_number;
    if (is_last || attempt->elapsed_ms + wait > attempt->budget_ms) {
        return fail_with(code);
    }
    return (struct http_decision){.verdict = HTTP_VERDICT_RETRY, .wait_ms = wait};
}

struct http_decision http_decide(const struct http_attempt *attempt, uint64_t random)
{
    int status = attempt->http_status;
    if (attempt->transport != OK) {
        if (attempt->transport != ERR_NETWORK || !attempt->is_safe_to_repeat) {
            return fail_with(attempt->transport);
        }
        return retry_within_budget(attempt, random, ERR_NETWORK);
    }
    if (status >= 200 && status < 300) {
        return (struct http_decision){.verdict = HTTP_VERDICT_DONE};
    }
    switch (status) {
    case 401:
    case 407:
        return fail_with(ERR_AUTH);
    case 403:
        return fail_with(ERR_FORBIDDEN);
    case 404:
    case 410:
        return fail_with(ERR_NOT_FOUND);
    case 429: {
        /* Not carried out, so always safe to repeat; the others had better wait as well. */
        struct http_decision decision = retry_within_budget(attempt, random, ERR_RATE);
        decision.pauses_all = decision.verdict == HTTP_VERDICT_RETRY;
        return decision;
    }
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
        if (!attempt->is_safe_to_repeat ||
            (status == 500 && attempt->number >= MAX_ATTEMPTS_ON_500)) {
            return fail_with(ERR_NETWORK);
        }
        return retry_within_budget(attempt, random, ERR_NETWORK);
    default:
        return fail_with(status >= 500 ? ERR_NETWORK : ERR_REJECTED);
    }
}
