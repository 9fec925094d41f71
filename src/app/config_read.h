/*
 * config_read - the steps of config_load: text to tree, tree to settings, settings checked.
 */
#ifndef APP_CONFIG_READ_H
#define APP_CONFIG_READ_H

#include "app/config_problem.h"

/* Parses text into reader->root. Problems are added; false when there is nothing to go on. */
bool config_parse(struct config_reader *reader, struct str text);
/* Puts all --set of the source into reader->root. */
void config_apply_sets(struct config_reader *reader);
/* Defaults, then every key of reader->root: into config->values and the config's fields. */
void config_read_settings(struct config_reader *reader);
/* What needs more than one setting to judge; fills in what is computed. */
void config_check(struct config_reader *reader);

/* The same for what concerns OpenMetadata (config_publish.c). */
void config_check_publish(struct config_reader *reader);
/*
 * The filter of one setting, by the path of its includes (its excludes are the next row of the
 * table); NULL: all pass.
 */
struct filter *config_make_filter(struct config_reader *reader, const char *includes_path);

/* What a key of the table was set to. */
const struct config_value *config_value_at(const struct config_reader *reader,
                                           const char *path);

/* A copy of a scalar with ${...} replaced; NULL (and a problem) when that fails. */
const struct yaml_node *config_expand(struct config_reader *reader,
                                      const struct yaml_node *node);

/* The part of a section of the table that key is most like; STR_NULL when none is near. */
struct str config_nearest_part(struct str section, struct str key);

#endif
