/*
 * config_table - every setting that a configuration file may hold, one row each.
 *
 * Rows are in the order of the documentation; rows of one section stand together. A part
 * `*` of a path stands for any key. Static memory throughout.
 */
#ifndef APP_CONFIG_TABLE_H
#define APP_CONFIG_TABLE_H

#include "io/yaml.h"

enum config_type {
    CONFIG_TYPE_TEXT,     /* into a struct str */
    CONFIG_TYPE_BOOL,     /* bool */
    CONFIG_TYPE_INT,      /* int64_t, min to max */
    CONFIG_TYPE_CHOICE,   /* int: index into choices, upper and lower case alike */
    CONFIG_TYPE_TEXTS,    /* struct config_texts */
    CONFIG_TYPE_PATTERNS, /* the same, each a regular expression */
    CONFIG_TYPE_FREE      /* anything, not looked at */
};

struct config_setting {
    const char *path;      /* "source.serviceConnection.config.token" */
    const char *choices;   /* "personal|workspace" */
    const char *fallback;  /* the default as YAML, NULL: none */
    const char *example;   /* "token: ${HEX_TOKEN}": what to write when it is missing */
    const char *no_effect; /* why hexmeta does not obey it; NULL: it does */
    const char *help;
    int64_t min;
    int64_t max;
    size_t offset; /* in struct config; 0: checked, but kept nowhere */
    enum config_type type;
    bool is_secret;
    bool is_required;
};

/* A setting as it was read. */
struct config_value {
    const struct yaml_node *node; /* expanded; NULL: not given, or null */
    size_t line;                  /* of what was given, null included; 0: none, or --set */
    size_t column;
};

extern const struct config_setting config_table[];
extern const size_t config_table_count;

/* Index of the row with this path (stars written as such), SIZE_MAX for none. */
size_t config_table_find(struct str path);
/* True when path is what stands before a dot in some row's path. "" is a section. */
bool config_table_is_section(struct str path);
/*
 * The next part of a row's path behind a section: "token" for the section
 * "source.serviceConnection.config". STR_NULL when the row is not in that section.
 */
struct str config_table_part(const struct config_setting *setting, struct str section);
/* The index-th of "a|b|c"; STR_NULL behind the last. */
struct str config_table_choice(const char *choices, size_t index);

#endif
