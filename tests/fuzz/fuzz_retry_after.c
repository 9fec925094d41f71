/* Any bytes as a Retry-After header, and as the next numbers of a pace. */
#include "io/http_policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* However requests and pauses come: never more than the limit within a minute. */
static void drive_pace(const uint8_t *data, size_t size)
{
    int64_t times[4096];
    size_t count = 0;
    int64_t now_ms = 0;
    struct http_pace *pace = http_pace_new(7, 100);
    for (size_t i = 0; pace != NULL && i < size && count < 4096; i++) {
        now_ms += (int64_t)(data[i] & 0x3F) * 137;
        if (data[i] >= 0xF0) {
            http_pace_refused(pace, now_ms, (int64_t)(data[i] & 0x07) * 2000, data[i] & 0x08);
        } else if (data[i] >= 0x80) {
            http_pace_accepted(pace, now_ms);
        }
        if (http_pace_wait_ms(pace, now_ms) == 0) {
            http_pace_take(pace, now_ms);
            times[count++] = now_ms;
        }
        if (count > 7 && times[count - 1] - times[count - 8] < 60000) {
            abort();
        }
    }
    http_pace_free(pace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t wait = http_retry_after_ms(str_from_n((const char *)data, size), 1767225600000);
    if (wait < -1 || wait > (int64_t)24 * 3600 * 1000) {
        abort();
    }
    drive_pace(data, size);
    return 0;
}
