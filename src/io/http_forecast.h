/*
 * http_forecast - how long will so many requests take? Pure.
 */
#ifndef IO_HTTP_FORECAST_H
#define IO_HTTP_FORECAST_H

#include "base/error.h"

#include <stdint.h>

/*
 * *out_ms: from the first of so many requests to the last, when they go as a new pace
 * (http_policy.h) with these limits lets them and each is answered at once. 0 without limits:
 * then the answers decide. ERR_NOMEM.
 */
enum status http_forecast_ms(int64_t requests, int64_t per_minute, int64_t per_hour,
                             int64_t *out_ms) WARN_UNUSED;

#endif
