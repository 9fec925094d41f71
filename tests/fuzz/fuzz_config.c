/* Any bytes as a configuration (no variables, no files): read it, print everything about it. */
#include "app/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every variable has this value: a secret that must not come out. */
static const char *look_up(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "HEX_TOKEN") == 0 ? "hxtp_fuzz_secret" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct config config;
    struct buf out;
    const struct config_source source = {
        .path = "fuzz.yaml",
        .text = str_from_n(size > 0 ? (const char *)data : "", size),
        .secrets = {.lookup = look_up},
    };
    buf_init(&out, (size_t)64 * 1024 * 1024);
    enum status status = config_load(&source, &config, &err);
    if ((status == OK) != (config.error_count == 0) && status == OK) {
        abort();
    }
    if (status == OK && (str_is_empty(config.host_url) || str_is_empty(config.token) ||
                         str_is_empty(config.service_name) || str_is_empty(config.catalog))) {
        abort();
    }
    config_write_problems(&config, &out);
    config_write_effective(&config, &out);
    const struct config_candidate candidate = {
        .title = STR("Finance report"),
        .owner = STR("ann@acme.io"),
        .categories = &config.service_name,
        .category_count = 1,
        .collections = &config.service_name,
        .collection_count = 1,
    };
    (void)config_wants_project(&config, &candidate);
    buf_free(&out);
    config_free(&config);
    return 0;
}
