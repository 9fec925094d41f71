/*
 * config_problem - collects what is wrong with a configuration, each with its place.
 *
 * Texts live in the configuration's arena. When memory ends, reader->is_out_of_memory says
 * so and what was to be added is lost.
 */
#ifndef APP_CONFIG_PROBLEM_H
#define APP_CONFIG_PROBLEM_H

#include "app/config.h"
#include "app/config_table.h"

/* What the steps of config_load share. */
struct config_reader {
    struct config *config;
    const struct config_source *source;
    struct secret_source secrets;
    const struct yaml_node *root; /* the file with all --set applied; NULL when empty */
    bool is_out_of_memory;
};

/*
 * Places: a node of the file has its line and column; one that came from --set has line 0
 * and the number of the --set (from 1) as column; 0, 0 is the file as a whole.
 */
void config_error(struct config_reader *reader, size_t line, size_t column, const char *format,
                  ...) PRINTF_LIKE(4, 5);
void config_warning(struct config_reader *reader, size_t line, size_t column,
                    const char *format, ...) PRINTF_LIKE(4, 5);
/* One warning for each reason why settings that were given have no effect. */
void config_warn_no_effect(struct config_reader *reader);
/* Brings errors and warnings into the order of their places. */
void config_sort_problems(struct config *config);

#endif
