#include "domain/brake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_decisions(void **state)
{
    static const struct {
        struct brake_count count; /* active; archived, trashed, unseen */
        int64_t max_percent;
        enum brake_verdict want;
    } cases[] = {
        {{0, 0, 0, 0}, 20, BRAKE_VERDICT_FREE},
        {{1000, 0, 0, 0}, 0, BRAKE_VERDICT_FREE},
        /* A share above the limit counts from the sixth project on. */
        {{10, 0, 3, 0}, 20, BRAKE_VERDICT_FREE},
        {{20, 0, 5, 0}, 20, BRAKE_VERDICT_FREE},
        {{20, 0, 6, 0}, 20, BRAKE_VERDICT_PERCENT},
        /* Exactly the limit is not above it. */
        {{30, 0, 6, 0}, 20, BRAKE_VERDICT_FREE},
        {{29, 0, 6, 0}, 20, BRAKE_VERDICT_PERCENT},
        {{1000, 0, 0, 200}, 20, BRAKE_VERDICT_FREE},
        {{1000, 0, 0, 201}, 20, BRAKE_VERDICT_PERCENT},
        /* Whatever the reason, it counts. */
        {{100, 7, 7, 6}, 20, BRAKE_VERDICT_FREE},
        {{100, 7, 7, 7}, 20, BRAKE_VERDICT_PERCENT},
        /* Few projects: more than half of two or more. */
        {{1, 0, 1, 0}, 20, BRAKE_VERDICT_FREE},
        {{2, 0, 1, 0}, 20, BRAKE_VERDICT_FREE},
        {{2, 0, 2, 0}, 20, BRAKE_VERDICT_HALF},
        {{3, 1, 1, 0}, 20, BRAKE_VERDICT_HALF},
        {{10, 0, 0, 5}, 20, BRAKE_VERDICT_FREE},
        {{9, 0, 0, 5}, 20, BRAKE_VERDICT_HALF},
        /* The share is the user's to choose, half is not. */
        {{1000, 0, 6, 0}, 0, BRAKE_VERDICT_PERCENT},
        {{1000, 0, 5, 0}, 0, BRAKE_VERDICT_FREE},
        {{100, 0, 50, 0}, 100, BRAKE_VERDICT_FREE},
        {{100, 0, 51, 0}, 100, BRAKE_VERDICT_HALF},
        {{INT64_C(4000000000), 0, 0, INT64_C(3999999999)}, 100, BRAKE_VERDICT_HALF},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum brake_verdict got = brake_decide(&cases[i].count, cases[i].max_percent);
        if (got != cases[i].want) {
            fail_msg("case %zu: %d, expected %d", i, (int)got, (int)cases[i].want);
        }
    }
}

static void test_stopping(void **state)
{
    const struct brake_count count = {.active = 100, .archived = 1, .trashed = 20, .unseen = 3};
    (void)state;
    assert_int_equal(brake_stopping(&count), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
