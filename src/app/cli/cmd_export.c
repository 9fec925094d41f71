#include "app/cli/catalog_path.h"
#include "app/cli/output.h"
#include "catalog/query.h"

#define ARENA_BYTES ((size_t)1024 * 1024)

static enum status write_output(void *ctx, struct str line, struct error *err)
{
    (void)ctx;
    return output_write(line, err);
}

enum exit_code cmd_export(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    struct catalog *catalog = NULL;
    const char *kind = option_text(&cli->options, "kind");
    arena_init(&arena, ARENA_BYTES);
    enum status status =
        catalog_path_open(cli, CATALOG_MODE_READ, &arena, &catalog, NULL, &err);
    if (status == OK) {
        status = query_export(catalog, kind, write_output, NULL, &err);
    }
    catalog_close(catalog);
    arena_free(&arena);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
