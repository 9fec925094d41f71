/*
 * Which version of projects was read. It is no part of their marks: those say what Hex lists,
 * and nothing there changes when the user wants the other one.
 */
#include "hex/sync_state.h"

#define VERSION_FACT "contents.version"

static struct str wanted(const struct sync_options *options)
{
    return options->reads_published ? STR("published") : STR("draft");
}

enum status sync_version_is_other(const struct sync_options *options, int64_t source,
                                  struct arena *arena, bool *out, struct error *err)
{
    struct str known;
    enum status status =
        catalog_get_fact(options->catalog, source, VERSION_FACT, arena, &known, err);
    *out = status == OK && !str_is_null(known) && !str_eq(known, wanted(options));
    return status;
}

enum status sync_settle_version(struct sync *sync, struct error *err)
{
    const struct sync_options *options = sync->options;
    struct catalog *catalog = options->catalog;
    int64_t source = sync->source.id;
    bool is_other = false;
    if (!options->reads_details) {
        return OK;
    }
    enum status status = sync_version_is_other(options, source, &sync->arena, &is_other, err);
    if (status == OK && is_other) {
        status = catalog_forget_published_contents(catalog, source, err);
    }
    return status == OK ? catalog_set_fact(catalog, source, VERSION_FACT, wanted(options), err)
                        : status;
}
