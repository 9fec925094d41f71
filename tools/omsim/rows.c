#include "omsim/rows.h"

#include "omsim/value.h"

void rows_init(struct rows *rows, const struct sim *sim, bool is_dry)
{
    *rows = (struct rows){.done = value_sure(json_array()),
                          .failed = value_sure(json_array()),
                          .is_dry = is_dry,
                          .is_two = sim->is_two};
}

void rows_add_done(struct rows *rows, json_t *request, int status)
{
    json_t *row = value_sure(json_pack("{s:o,s:i}", "request", request, "status", status));
    if (rows->is_two) {
        value_put(row, "hasSideEffects", json_false());
    }
    value_append(rows->done, row);
}

void rows_add_failed(struct rows *rows, json_t *request, int status, struct str message)
{
    json_t *row = value_sure(json_pack("{s:o,s:i}", "request", request, "status", status));
    value_put_text(row, "message", message);
    value_append(rows->failed, row);
}

void rows_answer(struct rows *rows, struct call *call, int status)
{
    json_int_t done = (json_int_t)json_array_size(rows->done);
    json_int_t failed = (json_int_t)json_array_size(rows->failed);
    const char *verdict = failed == 0 ? "success" : done == 0 ? "failure" : "partialSuccess";
    call_answer(call, status,
                json_pack("{s:b,s:s,s:I,s:I,s:I,s:o,s:o}", "dryRun", rows->is_dry, "status",
                          verdict, "numberOfRowsProcessed", done + failed, "numberOfRowsPassed",
                          done, "numberOfRowsFailed", failed, "successRequest", rows->done,
                          "failedRequest", rows->failed));
}
