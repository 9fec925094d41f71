#include "domain/notebook.h"

bool cell_is_dataset(const struct cell *cell)
{
    return !str_is_empty(cell->dataframe);
}

struct str cell_type_from_export(struct str export_type)
{
    static const struct {
        const char *in_export;
        const char *in_api;
    } names[] = {
        {"TABLE_DISPLAY", "DISPLAY_TABLE"},
        {"CHART", "VEGA_CHART"},
        {"CHARTV2", "CHART"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_is(export_type, names[i].in_export)) {
            return str_from(names[i].in_api);
        }
    }
    return export_type;
}
