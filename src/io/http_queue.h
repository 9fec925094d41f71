/*
 * http_queue - which request goes out next, and when; what becomes of one that came back.
 * Pure: the time and random bits are arguments, whoever sends them is somebody else.
 *
 * A request that is queued owns a struct http_ticket, which the queue links into its lists; the
 * queue never frees one. A ticket is waiting (for its pace, or for its next attempt), under way
 * (between http_queue_take and http_queue_landed), or done and of no concern to the queue.
 * Not thread-safe.
 */
#ifndef IO_HTTP_QUEUE_H
#define IO_HTTP_QUEUE_H

#include "io/http_policy.h"

#include <stddef.h>

struct http_lane;

/* All fields belong to the queue; attempts may be read. */
struct http_ticket {
    struct http_ticket *next;
    struct http_lane *lane;
    bool is_safe_to_repeat;
    unsigned attempts;
    int64_t sent_ms;  /* monotonic, of the running attempt */
    int64_t spent_ms; /* of the retry budget */
    int64_t due_ms;   /* of the next attempt, while it waits for that */
};

struct http_queue {
    struct http_lane *lanes;
    struct http_ticket *retries; /* wait for due_ms */
    size_t max_under_way;
    size_t under_way;
    int64_t retry_budget_ms;
    unsigned max_attempts; /* of one ticket, within the budget; 0, as set up: no limit */
    bool has_met;          /* somebody was there, ever */
    bool has_given_up;     /* nobody was for all attempts of a ticket, nor has been since */
};

/* An empty queue; free it with http_queue_free. */
void http_queue_init(struct http_queue *queue, size_t max_under_way, int64_t retry_budget_ms);
/* The tickets are the caller's: see http_queue_clear. */
void http_queue_free(struct http_queue *queue);

/*
 * The ticket waits for its turn; those of one pace (NULL: none) go in order. The pace must
 * outlive it.
 */
enum status http_queue_add(struct http_queue *queue, struct http_ticket *ticket,
                           struct http_pace *pace, bool is_safe_to_repeat);
/* The next that may go now, and goes: counted by its pace. NULL: nothing may. */
struct http_ticket *http_queue_take(struct http_queue *queue, int64_t now_ms);
/* It did not go after all, or must go again at once (a redirect): first of its lane. */
void http_queue_put_back(struct http_queue *queue, struct http_ticket *ticket);

/* What an attempt brought. */
struct http_landing {
    enum status transport;  /* OK when an answer came */
    int http_status;        /* when transport is OK */
    int64_t retry_after_ms; /* -1: not named */
    bool is_nobody_there;   /* the name is not known, or nobody listens */
};

/*
 * The ticket came back: its pace hears how the server took it, and http_decide says what
 * next. With HTTP_VERDICT_RETRY it waits in the queue again, else it is done. As long as
 * nobody has ever been there, a ticket has a few attempts instead of the whole budget. When it
 * has failed for that reason, each other has one, until somebody is there again.
 */
struct http_decision http_queue_landed(struct http_queue *queue, struct http_ticket *ticket,
                                       const struct http_landing *landing, int64_t now_ms,
                                       uint64_t random);

/* How long nothing can go, at most limit_ms; 0: something may go now. */
int64_t http_queue_wait_ms(const struct http_queue *queue, int64_t now_ms, int64_t limit_ms);
/* Takes all that is waiting out, as a list linked by next. Those under way stay. */
struct http_ticket *http_queue_clear(struct http_queue *queue);

#endif
