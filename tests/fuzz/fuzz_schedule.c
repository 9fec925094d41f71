/* Any bytes as cron text and as the fields of a schedule: what we make ourselves is valid. */
#include "domain/schedule.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const cadences[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY"};
    static const char *const weekdays[] = {"SUNDAY", "MONDAY", "FRIDAY", "SATURDAY", "NODAY"};
    struct arena arena;
    struct str text = str_from_n((const char *)data, size);
    int8_t numbers[4] = {0};
    arena_init(&arena, (size_t)1 << 20);
    (void)schedule_cron_is_valid(text);
    memcpy(numbers, data, size < sizeof(numbers) ? size : sizeof(numbers));
    const struct schedule_fields fields = {
        .minute = numbers[0],
        .hour = numbers[1],
        .day = numbers[2],
        .weekday = str_from(weekdays[(uint8_t)numbers[3] % 5]),
        .cron = text,
    };
    for (size_t i = 0; i < 4; i++) {
        struct str cron;
        if (schedule_cron(str_from(cadences[i]), &fields, &arena, &cron) != OK ||
            (!str_is_null(cron) && !schedule_cron_is_valid(cron))) {
            abort();
        }
    }
    arena_free(&arena);
    return 0;
}
