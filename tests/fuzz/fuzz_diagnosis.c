/* Any bytes as an answer that somebody gave in the place of Hex, and as its type and target. */
#include "hex/diagnosis.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int statuses[] = {0, 200, 302, 400, 401, 403, 404, 407, 422, 429, 500, 503};

static void diagnose(struct diagnosis_facts *facts)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    struct diagnosis diagnosis;
    arena_init(&arena, 1024 * 1024);
    enum status status = diagnosis_make(facts, &arena, &diagnosis, &err);
    if (status == OK && (diagnosis.cause.n == 0 || diagnosis.remedy.n == 0)) {
        abort(); /* nothing may fail without a word */
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    struct str text = str_from_n((const char *)data + 3, size - 3);
    struct diagnosis_facts facts = {
        .call = (enum hex_call)(data[0] % HEX_CALL_COUNT),
        .host_url =
            (data[1] & 1) != 0 ? STR("http://127.0.0.1:80") : STR("https://hex.example"),
        .proxy = (data[1] & 2) != 0 ? STR("proxy:3128") : STR_NULL,
        .token = (enum diagnosis_token)(data[1] % 3),
        .code = ERR_REJECTED,
        .words = "words",
        .http_status = statuses[data[2] % (sizeof(statuses) / sizeof(statuses[0]))],
        .cause = (enum http_cause)(data[0] % (HTTP_CAUSE_OTHER + 1)),
        .content_type = (data[1] & 4) != 0 ? STR("text/html") : STR_NULL,
        .body = text,
        .is_json = (data[1] & 16) != 0,
        .redirect = text,
        .retry_after_ms = (int64_t)data[0] - 1,
        .is_everything_refused = (data[1] & 8) != 0,
    };
    diagnose(&facts);
    return 0;
}
