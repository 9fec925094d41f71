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
#define MAX_ATTEMPTS_TO_MEET 3
#define WAIT_TO_MEET_MS 5000
#define MAX_ATTEMPTS_ON_500 4

/* Two requests may take this much longer and shorter to arrive than each other. */
#define ARRIVAL_SPARE_MS 500
/* Without a limit this many times are kept, to know how fast we were when a 429 comes. */
#define OBSERVED_TIMES 6000
#define SLOWEST_PER_MINUTE 10
#define SLOW_DOWN_EVERY_MS 10000
#define RECOVER_EVERY_MS ((int64_t)30 * 1000)
#define RECOVER_AT_MOST_EVERY_MS ((int64_t)8 * 60 * 1000)
#define SOON_MS ((int64_t)90 * 1000)
#define SMALLEST_RAISE 4

/*
 * A refusal weighs two, a good answer takes one away, and six are enough: three refusals in a
 * row, or more than one in three for long. One in ten at random gets there once in 750
 * requests.
 */
#define REFUSAL_WEIGHT 2
#define ENOUGH_EVIDENCE 6
/* Who names so long a wait counts requests; shorter ones are named by habit. */
#define TELLING_WAIT_MS 10000

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
    struct http_pace *outer; /* counts ours as well; NULL: none */
    struct window minute;
    struct window hour;
    struct window accepted; /* of two minutes */
    int64_t paused_until_ms;
    bool is_paused;      /* a pause was set, over or not */
    int64_t evidence;    /* that the refusals are meant */
    int64_t slowed;      /* the smaller limit at slowed_ms; 0: never slowed down */
    int64_t slowed_ms;   /* when it was made smaller */
    int64_t recovery_ms; /* until it grows */
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

struct http_pace *http_pace_new_within(struct http_pace *outer, int64_t per_minute,
                                       int64_t per_hour)
{
    struct http_pace *pace = calloc(1, sizeof(*pace));
    if (pace == NULL) {
        return NULL;
    }
    pace->outer = outer;
    if (!window_init(&pace->minute, MINUTE_MS, per_minute, OBSERVED_TIMES) ||
        !window_init(&pace->hour, HOUR_MS, per_hour, 0) ||
        !window_init(&pace->accepted, MINUTE_MS, 0, 2 * pace->minute.capacity)) {
        http_pace_free(pace);
        return NULL;
    }
    return pace;
}

struct http_pace *http_pace_new(int64_t per_minute, int64_t per_hour)
{
    return http_pace_new_within(NULL, per_minute, per_hour);
}

void http_pace_free(struct http_pace *pace)
{
    if (pace != NULL) {
        free(pace->minute.times);
        free(pace->hour.times);
        free(pace->accepted.times);
        free(pace);
    }
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What a slow-down has become by now. */
struct recovery {
    int64_t limit;       /* of the minute; 0: none */
    int64_t recovery_ms; /* what the last raise took, or the first will take */
    int64_t since_ms;    /* the last raise, or the slow-down */
    bool has_raised;
};

/* The first raise takes recovery_ms, each further one half as long: what goes well goes on. */
static struct recovery recover(const struct http_pace *pace, int64_t now_ms)
{
    struct recovery r = {.limit = pace->slowed,
                         .recovery_ms = pace->recovery_ms,
                         .since_ms = now_ms - pace->slowed_ms};
    int64_t next_ms = pace->recovery_ms;
    if (pace->slowed == 0) {
        r.limit = pace->minute.limit;
        return r;
    }
    while (r.since_ms >= next_ms && r.limit < pace->minute.capacity) {
        r.limit += max_of((r.limit + 9) / 10, SMALLEST_RAISE);
        r.since_ms -= next_ms;
        r.recovery_ms = next_ms;
        r.has_raised = true;
        next_ms = max_of(next_ms / 2, RECOVER_EVERY_MS);
    }
    if (r.limit >= pace->minute.capacity) {
        r.limit = pace->minute.limit;
    }
    return r;
}

/* The minute's limit after what a slow-down took and time gave back; 0: none. */
static int64_t minute_limit(const struct http_pace *pace, int64_t now_ms)
{
    return recover(pace, now_ms).limit;
}

int64_t http_pace_limit(const struct http_pace *pace, int64_t now_ms)
{
    int64_t limit = pace == NULL ? 0 : minute_limit(pace, now_ms);
    return limit == 0 ? INT64_MAX : limit;
}

int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms)
{
    int64_t wait = 0;
    for (; pace != NULL; pace = pace->outer) {
        int64_t minute = window_wait_ms(&pace->minute, minute_limit(pace, now_ms), now_ms);
        int64_t hour = window_wait_ms(&pace->hour, pace->hour.limit, now_ms);
        int64_t pause = pace->is_paused ? pace->paused_until_ms - now_ms : 0;
        wait = minute > wait ? minute : wait;
        wait = hour > wait ? hour : wait;
        wait = pause > wait ? pause : wait;
    }
    return wait;
}

void http_pace_take(struct http_pace *pace, int64_t now_ms)
{
    for (; pace != NULL; pace = pace->outer) {
        window_take(&pace->minute, now_ms);
        window_take(&pace->hour, now_ms);
    }
}

void http_pace_accepted(struct http_pace *pace, int64_t now_ms)
{
    for (; pace != NULL; pace = pace->outer) {
        window_take(&pace->accepted, now_ms);
        pace->evidence -= pace->evidence > 0;
    }
}

/* The most that the server took within a minute of the last two. */
static int64_t most_accepted(const struct window *accepted, int64_t now_ms)
{
    const int64_t span_ms = MINUTE_MS - ARRIVAL_SPARE_MS;
    int64_t most = 0;
    int64_t newest = 1;
    for (int64_t oldest = 1;
         oldest <= accepted->count && window_time(accepted, oldest) > now_ms - 2 * MINUTE_MS;
         oldest++) {
        while (window_time(accepted, newest) - window_time(accepted, oldest) >= span_ms) {
            newest++;
        }
        most = oldest - newest + 1 > most ? oldest - newest + 1 : most;
    }
    return most;
}

/*
 * Trouble soon after a raise: it was too much, and will be tried again more seldom. Trouble
 * long after: it was all right. Trouble before any: the way down has not ended yet.
 */
static int64_t next_recovery_ms(const struct http_pace *pace, const struct recovery *r)
{
    if (pace->slowed == 0) {
        return RECOVER_EVERY_MS;
    }
    if (!r->has_raised) {
        return pace->recovery_ms;
    }
    int64_t next_ms = r->since_ms < SOON_MS ? 2 * r->recovery_ms : r->recovery_ms / 2;
    next_ms = max_of(next_ms, RECOVER_EVERY_MS);
    return next_ms < RECOVER_AT_MOST_EVERY_MS ? next_ms : RECOVER_AT_MOST_EVERY_MS;
}

static void slow_down(struct http_pace *pace, int64_t now_ms)
{
    const struct recovery r = recover(pace, now_ms);
    if (pace->slowed != 0 && now_ms - pace->slowed_ms < SLOW_DOWN_EVERY_MS) {
        return;
    }
    /* Without a limit: what we did in the last minute was too much. */
    int64_t limit = r.limit == 0 ? window_used(&pace->minute, now_ms) : r.limit;
    int64_t slowest = max_of(SLOWEST_PER_MINUTE, most_accepted(&pace->accepted, now_ms));
    int64_t slowed = max_of(limit * 7 / 10, slowest);
    pace->evidence = 0;
    pace->recovery_ms = next_recovery_ms(pace, &r);
    pace->slowed = slowed < pace->minute.capacity ? slowed : pace->minute.capacity;
    pace->slowed_ms = now_ms;
}

void http_pace_refused(struct http_pace *pace, int64_t now_ms, int64_t wait_ms, bool is_named)
{
    if (pace == NULL) {
        return;
    }
    bool is_telling = is_named && wait_ms >= TELLING_WAIT_MS;
    pace->evidence += is_telling ? ENOUGH_EVIDENCE : REFUSAL_WEIGHT;
    if (pace->evidence >= ENOUGH_EVIDENCE) {
        pace->evidence = ENOUGH_EVIDENCE;
        slow_down(pace, now_ms);
    }
    if (!pace->is_paused || now_ms + wait_ms > pace->paused_until_ms) {
        pace->is_paused = true;
        pace->paused_until_ms = now_ms + wait_ms;
    }
}

static int64_t window_left(const struct window *window, int64_t limit, int64_t now_ms)
{
    int64_t left = limit == 0 ? INT64_MAX : limit - window_used(window, now_ms);
    return left < 0 ? 0 : left;
}

int64_t http_pace_left_this_minute(const struct http_pace *pace, int64_t now_ms)
{
    int64_t left = INT64_MAX;
    for (; pace != NULL; pace = pace->outer) {
        int64_t minute = window_left(&pace->minute, minute_limit(pace, now_ms), now_ms);
        int64_t hour = window_left(&pace->hour, pace->hour.limit, now_ms);
        bool is_pausing = pace->is_paused && pace->paused_until_ms > now_ms;
        left = minute < left ? minute : left;
        left = hour < left ? hour : left;
        left = is_pausing ? 0 : left;
    }
    return left;
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
bool http_date_ms(struct str text, int64_t now_wall_ms, int64_t *out_ms)
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
        timestamp_format(now_wall_ms, text_now);
        uint64_t this_year = 1970;
        (void)str_to_u64(str_from_n(text_now, 4), &this_year);
        year += this_year / 100 * 100;
        if (year > this_year + 50) {
            year -= 100;
        } else if (year + 100 <= this_year + 50) {
            year += 100;
        }
    }
    *out_ms =
        timestamp_from_civil((int)year, month, (int)day, (int)hour, (int)minute, (int)second);
    return true;
}

/* "30" and "1.5"; what is too long to be a number is too long to wait for. */
static bool parse_seconds(struct str text, int64_t *out_ms)
{
    int64_t ms = 0;
    int64_t unit_ms = 1000;
    bool has_point = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && i > 0 && i + 1 < text.n && !has_point) {
            has_point = true;
        } else if (text.p[i] < '0' || text.p[i] > '9') {
            return false;
        } else if (has_point) {
            unit_ms /= 10;
            ms += (text.p[i] - '0') * unit_ms;
        } else if (ms < DAY_MS) {
            ms = ms * 10 + (text.p[i] - '0') * 1000;
        }
    }
    *out_ms = ms;
    return text.n > 0;
}

int64_t http_retry_after_ms(struct str value, int64_t now_wall_ms)
{
    int64_t at_ms;
    int64_t wait;
    value = str_trim(value);
    if (http_date_ms(value, now_wall_ms, &at_ms)) {
        wait = at_ms - now_wall_ms;
    } else if (!parse_seconds(value, &wait)) {
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

/*
 * The server's word, else a backoff. A server that names less again and again than a backoff
 * would be does not know when it will be well.
 */
static int64_t wait_before_next(const struct http_attempt *attempt, uint64_t random)
{
    int64_t backoff = backoff_ms(attempt->number, random);
    bool is_named = attempt->retry_after_ms >= 0;
    bool is_enough = attempt->number == 1 || attempt->retry_after_ms > backoff;
    return is_named && is_enough ? attempt->retry_after_ms : backoff;
}

/* Again, unless this was the last attempt or the wait is more than the budget has left. */
static struct http_decision retry_within_budget(const struct http_attempt *attempt,
                                                uint64_t random, enum status code)
{
    int64_t wait = wait_before_next(attempt, random);
    bool is_last = attempt->max_number > 0 && attempt->number >= attempt->max_number;
    if (is_last || attempt->elapsed_ms + wait > attempt->budget_ms) {
        return fail_with(code);
    }
    return (struct http_decision){.verdict = HTTP_VERDICT_RETRY, .wait_ms = wait};
}

/*
 * Mostly a mistyped address, which somebody waits to be told of; but a server or a network that
 * is just coming up gets its moment. Nothing was sent: always safe to repeat.
 */
static struct http_decision retry_first_contact(const struct http_attempt *attempt)
{
    bool is_last = attempt->number >= MAX_ATTEMPTS_TO_MEET ||
                   (attempt->max_number > 0 && attempt->number >= attempt->max_number);
    if (is_last || attempt->elapsed_ms + WAIT_TO_MEET_MS > attempt->budget_ms) {
        return fail_with(ERR_NETWORK);
    }
    return (struct http_decision){.verdict = HTTP_VERDICT_RETRY, .wait_ms = WAIT_TO_MEET_MS};
}

/*
 * Not carried out, so always safe to repeat. Everybody else waits as well, also when this one
 * has failed; but not for longer than one request may wait, so that a run ends at last.
 */
static struct http_decision refuse(const struct http_attempt *attempt, uint64_t random)
{
    struct http_decision decision = retry_within_budget(attempt, random, ERR_RATE);
    decision.pauses_all = true;
    if (decision.verdict == HTTP_VERDICT_FAIL) {
        int64_t wait = wait_before_next(attempt, random);
        decision.wait_ms = wait < attempt->budget_ms ? wait : attempt->budget_ms;
    }
    return decision;
}

struct http_decision http_decide(const struct http_attempt *attempt, uint64_t random)
{
    int status = attempt->http_status;
    if (attempt->transport != OK) {
        if (attempt->is_first_contact) {
            return retry_first_contact(attempt);
        }
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
    case 429:
        return refuse(attempt, random);
    case 501:
    case 505:
        return fail_with(ERR_NETWORK);
    default:
        break;
    }
    if (status < 500 && status != 408) {
        return fail_with(ERR_REJECTED);
    }
    bool is_passing = status == 408 || (status >= 502 && status <= 504);
    bool is_enough = !is_passing && attempt->number >= MAX_ATTEMPTS_ON_500;
    if (!attempt->is_safe_to_repeat || is_enough) {
        return fail_with(ERR_NETWORK);
    }
    return retry_within_budget(attempt, random, ERR_NETWORK);
}
