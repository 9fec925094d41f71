/*
 * The filters that a setting's includes and excludes make.
 */
#include "app/config_read.h"

static size_t pattern_texts(const struct yaml_node *list, struct arena *arena, struct str **out)
{
    size_t count = yaml_count(list);
    *out = arena_array(arena, count, sizeof(**out));
    for (size_t i = 0; i < count && *out != NULL; i++) {
        (*out)[i] = yaml_at(list, i)->text;
    }
    return count;
}

struct filter *config_make_filter(struct config_reader *reader, const char *includes_path)
{
    struct arena *arena = &reader->config->arena;
    const struct config_value *includes = config_value_at(reader, includes_path);
    const struct config_value *excludes = includes + 1; /* the next row of the table */
    struct filter_patterns patterns;
    struct filter *filter = NULL;
    struct str *texts[2];
    patterns.include_count = pattern_texts(includes->node, arena, &texts[0]);
    patterns.exclude_count = pattern_texts(excludes->node, arena, &texts[1]);
    patterns.includes = texts[0];
    patterns.excludes = texts[1];
    if (texts[0] == NULL || texts[1] == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    if (patterns.include_count + patterns.exclude_count == 0) {
        return NULL;
    }
    /* Bad patterns were reported when they were read. */
    if (filter_new(&patterns, &filter, NULL) == ERR_NOMEM) {
        reader->is_out_of_memory = true;
    }
    if (filter_ignores_excludes(filter)) {
        config_warning(reader, excludes->line, excludes->column,
                       "excludes have no effect beside includes, in OpenMetadata as well");
    }
    return filter;
}
