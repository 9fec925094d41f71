#include "hex/sync_state.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#define MAX_KEPT_FAILURES 1000
/* Three refusals of readable projects, or twenty-one of others, close an endpoint. */
#define REFUSAL_WEIGHT 7
#define GATE_CLOSES_AT 21

int64_t sync_now_ms(const struct sync *sync)
{
    return clock_wall_ms(&sync->options->clock);
}

bool sync_is_ending(const struct sync *sync)
{
    return sync->fatal.code != OK || sync->summary->was_stopped;
}

void sync_fatal(struct sync *sync, const struct error *err)
{
    if (sync->fatal.code == OK) {
        sync->fatal = *err;
        http_client_cancel_waiting(sync->options->api->client);
    }
}

void sync_failed(struct sync *sync, struct sync_step *step, const char *kind, struct str title,
                 struct str id, const struct error *err)
{
    struct sync_summary *summary = sync->summary;
    step->errors++;
    summary->failure_count++;
    log_error("%s '%.*s' (%.*s): %s", kind, STR_ARG(str_sub(title, 0, 200)), STR_ARG(id),
              err->message);
    if (summary->failure_count > MAX_KEPT_FAILURES) {
        return;
    }
    struct sync_failure *failure = ARENA_NEW(&summary->arena, struct sync_failure);
    if (failure == NULL ||
        arena_printf(&summary->arena, &failure->object, "%s '%.*s' (%.*s)", kind,
                     STR_ARG(title), STR_ARG(id)) != OK ||
        arena_printf(&summary->arena, &failure->message, "%s", err->message) != OK) {
        return; /* counted and logged all the same */
    }
    failure->next = summary->failures;
    summary->failures = failure;
}

void sync_warning(struct sync *sync, struct sync_step *step, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)sync;
    step->warnings++;
    log_warning("%s", text);
}

void sync_gate_grant(struct sync_gate *gate)
{
    gate->was_granted = true;
}

bool sync_gate_refuse(struct sync_gate *gate, bool is_readable)
{
    gate->refusals += is_readable ? REFUSAL_WEIGHT : 1;
    if (gate->was_granted || gate->is_closed || gate->refusals < GATE_CLOSES_AT) {
        return false;
    }
    gate->is_closed = true;
    return true;
}
