#include "om/version.h"

/* Up to three numbers between dots; what follows them does not matter. */
static bool read_numbers(struct str text, unsigned numbers[3])
{
    size_t count = 0;
    size_t at = 0;
    while (count < 3) {
        size_t start = at;
        while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9') {
            at++;
        }
        uint64_t value;
        if (at == start || !str_to_u64(str_sub(text, start, at - start), &value) ||
            value > 9999) {
            return count >= 2;
        }
        numbers[count++] = (unsigned)value;
        if (at >= text.n || text.p[at] != '.') {
            return count >= 2;
        }
        at++;
    }
    return true;
}

enum status om_version_parse(struct str text, struct om_version *out, struct error *err)
{
    unsigned numbers[3] = {0, 0, 0};
    *out = (struct om_version){.data_model_type = STR("MetabaseDataModel")};
    if (!read_numbers(str_trim(text), numbers)) {
        return error_set(err, ERR_PARSE, "'%.*s' is no version of OpenMetadata",
                         STR_ARG(str_sub(text, 0, 40)));
    }
    out->major = numbers[0];
    out->minor = numbers[1];
    out->patch = numbers[2];
    out->has_status_bulk = out->major >= 2 || out->minor >= 13;
    if (out->major >= 2) {
        out->has_data_model_bulk = true;
        out->keeps_titles = true;
        out->has_lineage_by_name = true;
        out->has_progress = true;
        out->data_model_type = STR("ModeDataModel");
    }
    bool is_old = out->major < 1 || (out->major == 1 && out->minor < 12);
    if (is_old || out->major > 2) {
        return error_set(err, ERR_CONFIG,
                         "OpenMetadata %u.%u.%u is not supported: hexmeta publishes to 1.12 "
                         "up to 2.x (enableVersionValidation: false tries all the same)",
                         out->major, out->minor, out->patch);
    }
    return OK;
}
