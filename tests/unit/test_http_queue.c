#include "io/http_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BUDGET 900000

static const struct http_landing good = {OK, 200, -1};
static const struct http_landing busy = {OK, 503, 1000};
static const struct http_landing reset = {ERR_NETWORK, 0, -1};

static const struct http_landing nobody = {ERR_NETWORK, 0, -1, .is_nobody_there = true};

static void add(struct http_queue *queue, struct http_ticket *ticket, struct http_pace *pace)
{
    assert_int_equal(http_queue_add(queue, ticket, pace, true), OK);
}

static void one_after_the_other_while_there_is_room(void **state)
{
    struct http_queue queue;
    struct http_ticket a, b, c;
    (void)state;
    http_queue_init(&queue, 2, BUDGET);
    add(&queue, &a, NULL);
    add(&queue, &b, NULL);
    add(&queue, &c, NULL);
    assert_ptr_equal(http_queue_take(&queue, 0), &a);
    assert_ptr_equal(http_queue_take(&queue, 0), &b);
    assert_null(http_queue_take(&queue, 0));
    assert_int_equal(http_queue_wait_ms(&queue, 0, 250), 250);
    assert_int_equal(http_queue_landed(&queue, &a, &good, 10, 0).verdict, HTTP_VERDICT_DONE);
    assert_int_equal(http_queue_wait_ms(&queue, 10, 250), 0);
    assert_ptr_equal(http_queue_take(&queue, 10), &c);
    http_queue_put_back(&queue, &c); /* it could not be sent */
    assert_ptr_equal(http_queue_take(&queue, 20), &c);
    assert_int_equal(c.attempts, 2);
    assert_int_equal(queue.under_way, 2);
    http_queue_free(&queue);
}

static void a_retry_waits_and_then_goes_first(void **state)
{
    struct http_queue queue;
    struct http_ticket a, b;
    (void)state;
    http_queue_init(&queue, 1, BUDGET);
    add(&queue, &a, NULL);
    assert_ptr_equal(http_queue_take(&queue, 0), &a);
    add(&queue, &b, NULL);
    assert_int_equal(http_queue_landed(&queue, &a, &busy, 100, 0).verdict, HTTP_VERDICT_RETRY);
    assert_int_equal(http_queue_wait_ms(&queue, 100, 5000), 0); /* b may go */
    assert_ptr_equal(http_queue_take(&queue, 1100), &a);
    assert_int_equal(a.attempts, 2);
    http_queue_put_back(&queue, &a);
    struct http_ticket *list = http_queue_clear(&queue);
    assert_ptr_equal(list, &a);
    assert_ptr_equal(list->next, &b);
    assert_null(list->next->next);
    assert_null(http_queue_take(&queue, 2000));
    http_queue_free(&queue);
}

static void a_pause_of_one_pace_leaves_the_others_alone(void **state)
{
    struct http_pace *slow = http_pace_new(60, 0);
    struct http_pace *fast = http_pace_new(60, 0);
    const struct http_landing refused = {OK, 429, 30000};
    struct http_queue queue;
    struct http_ticket a, b, c;
    (void)state;
    http_queue_init(&queue, 8, BUDGET);
    add(&queue, &a, slow);
    assert_ptr_equal(http_queue_take(&queue, 0), &a);
    add(&queue, &b, slow);
    assert_int_equal(http_queue_landed(&queue, &a, &refused, 0, 0).wait_ms, 30000);
    assert_null(http_queue_take(&queue, 29999));
    assert_int_equal(http_queue_wait_ms(&queue, 29000, 5000), 1000);
    add(&queue, &c, fast);
    assert_ptr_equal(http_queue_take(&queue, 29999), &c);
    assert_ptr_equal(http_queue_take(&queue, 30000), &a);
    assert_ptr_equal(http_queue_take(&queue, 30000), &b);
    http_queue_free(&queue);
    http_pace_free(slow);
    http_pace_free(fast);
}

/* An hour of waiting for our own limit says nothing about the server's health. */
static void waiting_for_the_pace_costs_no_budget(void **state)
{
    struct http_pace *pace = http_pace_new(0, 1);
    struct http_queue queue;
    struct http_ticket a;
    int64_t now = 0;
    (void)state;
    http_queue_init(&queue, 8, BUDGET);
    add(&queue, &a, pace);
    for (int i = 0; i < 3; i++) {
        while (http_queue_take(&queue, now) == NULL) {
            int64_t wait = http_queue_wait_ms(&queue, now, INT64_MAX);
            assert_true(wait > 0);
            now += wait;
        }
        assert_int_equal(http_queue_landed(&queue, &a, &reset, now + 200, 500).verdict,
                         HTTP_VERDICT_RETRY);
    }
    assert_true(now > (int64_t)2 * 3600 * 1000);
    assert_true(a.spent_ms < 10000);
    http_queue_free(&queue);
    http_pace_free(pace);
}

static void attempts_and_waits_cost_budget(void **state)
{
    struct http_queue queue;
    struct http_ticket a;
    (void)state;
    http_queue_init(&queue, 8, 60000);
    add(&queue, &a, NULL);
    assert_ptr_equal(http_queue_take(&queue, 0), &a);
    assert_int_equal(http_queue_landed(&queue, &a, &busy, 30000, 0).verdict,
                     HTTP_VERDICT_RETRY);
    assert_ptr_equal(http_queue_take(&queue, 31000), &a);
    struct http_decision end = http_queue_landed(&queue, &a, &busy, 60001, 0);
    assert_int_equal(end.verdict, HTTP_VERDICT_FAIL);
    assert_int_equal(end.code, ERR_NETWORK);
    assert_null(http_queue_clear(&queue));
    assert_int_equal(queue.under_way, 0);
    http_queue_free(&queue);
}

/* Sends the ticket until it is done; how long that took from the first attempt on. */
static int64_t wear_out(struct http_queue *queue, struct http_ticket *ticket,
                        const struct http_landing *landing, int64_t now)
{
    int64_t begin = now;
    enum http_verdict verdict;
    add(queue, ticket, NULL);
    do {
        now += http_queue_wait_ms(queue, now, INT64_MAX);
        assert_ptr_equal(http_queue_take(queue, now), ticket);
        verdict = http_queue_landed(queue, ticket, landing, now, 123456789).verdict;
    } while (verdict == HTTP_VERDICT_RETRY);
    assert_int_equal(verdict, HTTP_VERDICT_FAIL);
    return now - begin;
}

/* A mistyped host: three attempts, and then it is known for all others. */
static void who_was_never_there_is_given_up_soon(void **state)
{
    struct http_queue queue;
    struct http_ticket a;
    (void)state;
    http_queue_init(&queue, 8, BUDGET);
    assert_int_equal(wear_out(&queue, &a, &nobody, 0), 10000);
    assert_int_equal(a.attempts, 3);
    assert_int_equal(wear_out(&queue, &a, &nobody, 20000), 0);
    assert_int_equal(a.attempts, 1);
    http_queue_free(&queue);

    http_queue_init(&queue, 8, 7000);
    assert_int_equal(wear_out(&queue, &a, &nobody, 0), 5000);
    http_queue_free(&queue);
}

/* A network that is cut, at any time after an answer or a connection. */
static void who_was_there_once_has_the_whole_budget(void **state)
{
    static const struct http_landing *const met[] = {&good, &reset};
    for (size_t i = 0; i < sizeof(met) / sizeof(met[0]); i++) {
        struct http_queue queue;
        struct http_ticket a;
        (void)state;
        http_queue_init(&queue, 8, BUDGET);
        add(&queue, &a, NULL);
        assert_ptr_equal(http_queue_take(&queue, 0), &a);
        (void)http_queue_landed(&queue, &a, met[i], 10, 0);
        (void)http_queue_clear(&queue);
        assert_true(wear_out(&queue, &a, &nobody, 100) > BUDGET - 70000);
        assert_true(a.attempts > 10);
        assert_int_equal(wear_out(&queue, &a, &nobody, 2 * BUDGET), 0);
        http_queue_free(&queue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other_while_there_is_room),
        cmocka_unit_test(a_retry_waits_and_then_goes_first),
        cmocka_unit_test(a_pause_of_one_pace_leaves_the_others_alone),
        cmocka_unit_test(waiting_for_the_pace_costs_no_budget),
        cmocka_unit_test(attempts_and_waits_cost_budget),
        cmocka_unit_test(who_was_never_there_is_given_up_soon),
        cmocka_unit_test(who_was_there_once_has_the_whole_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
