#include "io/http_forecast.h"

#include "io/http_policy.h"

/* The pace itself in a time that costs nothing: what it does to a run is what is foretold. */
enum status http_forecast_ms(int64_t requests, int64_t per_minute, int64_t per_hour,
                             int64_t *out_ms)
{
    int64_t now_ms = 0;
    *out_ms = 0;
    if (per_minute <= 0 && per_hour <= 0) {
        return OK;
    }
    struct http_pace *pace = http_pace_new(per_minute, per_hour);
    if (pace == NULL) {
        return ERR_NOMEM;
    }
    for (int64_t i = 0; i < requests; i++) {
        now_ms += http_pace_wait_ms(pace, now_ms);
        http_pace_take(pace, now_ms);
    }
    http_pace_free(pace);
    *out_ms = now_ms;
    return OK;
}
