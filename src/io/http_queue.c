#include "io/http_queue.h"

#include <stdlib.h>

/* What waits for one pace, in order. */
struct http_lane {
    struct http_lane *next;
    struct http_pace *pace;
    struct http_ticket *head;
    struct http_ticket *tail;
};

void http_queue_init(struct http_queue *queue, size_t max_under_way, int64_t retry_budget_ms)
{
    *queue =
        (struct http_queue){.max_under_way = max_under_way, .retry_budget_ms = retry_budget_ms};
}

void http_queue_free(struct http_queue *queue)
{
    while (queue->lanes != NULL) {
        struct http_lane *lane = queue->lanes;
        queue->lanes = lane->next;
        free(lane);
    }
}

static struct http_lane *lane_of(struct http_queue *queue, struct http_pace *pace)
{
    struct http_lane *lane;
    for (lane = queue->lanes; lane != NULL; lane = lane->next) {
        if (lane->pace == pace) {
            return lane;
        }
    }
    lane = calloc(1, sizeof(*lane));
    if (lane != NULL) {
        lane->pace = pace;
        lane->next = queue->lanes;
        queue->lanes = lane;
    }
    return lane;
}

/* A repeated request has waited already: it goes before those that come after it. */
static void lane_prepend(struct http_lane *lane, struct http_ticket *ticket)
{
    ticket->next = lane->head;
    lane->head = ticket;
    if (lane->tail == NULL) {
        lane->tail = ticket;
    }
}

enum status http_queue_add(struct http_queue *queue, struct http_ticket *ticket,
                           struct http_pace *pace, bool is_safe_to_repeat)
{
    struct http_lane *lane = lane_of(queue, pace);
    if (lane == NULL) {
        return ERR_NOMEM;
    }
    *ticket = (struct http_ticket){.lane = lane, .is_safe_to_repeat = is_safe_to_repeat};
    if (lane->tail != NULL) {
        lane->tail->next = ticket;
    } else {
        lane->head = ticket;
    }
    lane->tail = ticket;
    return OK;
}

static void requeue_due_retries(struct http_queue *queue, int64_t now_ms)
{
    struct http_ticket **link = &queue->retries;
    while (*link != NULL) {
        struct http_ticket *ticket = *link;
        if (ticket->due_ms <= now_ms) {
            *link = ticket->next;
            lane_prepend(ticket->lane, ticket);
        } else {
            link = &ticket->next;
        }
    }
}

static struct http_ticket *lane_take(struct http_lane *lane, int64_t now_ms)
{
    struct http_ticket *ticket = lane->head;
    lane->head = ticket->next;
    if (lane->head == NULL) {
        lane->tail = NULL;
    }
    ticket->next = NULL;
    ticket->attempts++;
    ticket->sent_ms = now_ms;
    http_pace_take(lane->pace, now_ms);
    return ticket;
}

struct http_ticket *http_queue_take(struct http_queue *queue, int64_t now_ms)
{
    requeue_due_retries(queue, now_ms);
    for (struct http_lane *lane = queue->lanes; lane != NULL; lane = lane->next) {
        if (lane->head != NULL && queue->under_way < queue->max_under_way &&
            http_pace_wait_ms(lane->pace, now_ms) == 0) {
            queue->under_way++;
            return lane_take(lane, now_ms);
        }
    }
    return NULL;
}

void http_queue_put_back(struct http_queue *queue, struct http_ticket *ticket)
{
    queue->under_way--;
    lane_prepend(ticket->lane, ticket);
}

struct http_decision http_queue_landed(struct http_queue *queue, struct http_ticket *ticket,
                                       const struct http_landing *landing, int64_t now_ms,
                                       uint64_t random)
{
    struct http_pace *pace = ticket->lane->pace;
    queue->under_way--;
    /* Only what the server took of our patience; waiting for the pace is our own wish. */
    ticket->spent_ms += now_ms - ticket->sent_ms;
    if (!landing->is_nobody_there) {
        queue->has_met = true;
        queue->has_given_up = false;
    }
    const struct http_attempt attempt = {
        .transport = landing->transport,
        .http_status = landing->http_status,
        .retry_after_ms = landing->retry_after_ms,
        .number = ticket->attempts,
        .elapsed_ms = ticket->spent_ms,
        .budget_ms = queue->retry_budget_ms,
        .max_number = queue->has_given_up ? 1 : queue->max_attempts,
        .is_first_contact = !queue->has_met,
        .is_safe_to_repeat = ticket->is_safe_to_repeat,
    };
    struct http_decision decision = http_decide(&attempt, random);
    if (landing->is_nobody_there && decision.verdict == HTTP_VERDICT_FAIL) {
        queue->has_given_up = true;
    }
    if (decision.pauses_all) {
        http_pace_refused(pace, now_ms, decision.wait_ms, landing->retry_after_ms >= 0);
    } else if (landing->transport == OK) {
        http_pace_accepted(pace, now_ms);
    }
    if (decision.verdict == HTTP_VERDICT_RETRY) {
        ticket->spent_ms += decision.wait_ms;
        ticket->due_ms = now_ms + decision.wait_ms;
        ticket->next = queue->retries;
        queue->retries = ticket;
    }
    return decision;
}

int64_t http_queue_wait_ms(const struct http_queue *queue, int64_t now_ms, int64_t limit_ms)
{
    int64_t wait = limit_ms;
    for (const struct http_ticket *t = queue->retries; t != NULL; t = t->next) {
        wait = t->due_ms - now_ms < wait ? t->due_ms - now_ms : wait;
    }
    bool has_room = queue->under_way < queue->max_under_way;
    for (const struct http_lane *lane = queue->lanes; lane != NULL && has_room;
         lane = lane->next) {
        int64_t pause = lane->head != NULL ? http_pace_wait_ms(lane->pace, now_ms) : wait;
        wait = pause < wait ? pause : wait;
    }
    return wait < 0 ? 0 : wait;
}

/* In the order of submission as far as there is one: lanes first, then what is tried again. */
struct http_ticket *http_queue_clear(struct http_queue *queue)
{
    struct http_ticket *list = queue->retries;
    queue->retries = NULL;
    for (struct http_lane *lane = queue->lanes; lane != NULL; lane = lane->next) {
        if (lane->tail != NULL) {
            lane->tail->next = list;
            list = lane->head;
            lane->head = NULL;
            lane->tail = NULL;
        }
    }
    return list;
}
