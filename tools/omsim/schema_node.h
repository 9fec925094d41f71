/*
 * schema_node - a compiled schema: for the files of schema only.
 */
#ifndef OMSIM_SCHEMA_NODE_H
#define OMSIM_SCHEMA_NODE_H

#include "omsim/schema.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum schema_type {
    SCHEMA_TYPE_NULL = 1,
    SCHEMA_TYPE_BOOLEAN = 2,
    SCHEMA_TYPE_INTEGER = 4,
    SCHEMA_TYPE_NUMBER = 8,
    SCHEMA_TYPE_STRING = 16,
    SCHEMA_TYPE_ARRAY = 32,
    SCHEMA_TYPE_OBJECT = 64
};

struct schema_list {
    const struct schema **items;
    size_t count;
};

struct schema_property {
    struct str name;
    const struct schema *schema;
    pcre2_code *pattern; /* of patternProperties */
};

struct schema {
    bool is_never; /* false as a schema */
    const struct schema *ref;
    unsigned types; /* 0: any */
    const json_t *choices;
    const json_t *constant;
    pcre2_code *pattern;
    struct str pattern_text;
    struct str format;
    int64_t min_length; /* -1: none, also below */
    int64_t max_length;
    int64_t min_items;
    int64_t max_items;
    int64_t min_properties;
    int64_t max_properties;
    const json_t *minimum;
    const json_t *maximum;
    const json_t *exclusive_minimum;
    const json_t *exclusive_maximum;
    double multiple_of; /* 0: none */
    bool has_unique_items;
    const struct schema *items;
    struct schema_list tuple;
    const struct schema *additional_items;
    struct schema_property *properties;
    size_t property_count;
    struct map property_index;
    struct schema_property *patterns;
    size_t pattern_count;
    struct str *required;
    size_t required_count;
    const struct schema *additional; /* NULL: everything goes */
    struct schema_list any_of;
    struct schema_list one_of;
    struct schema_list all_of;
    const struct schema *none_of; /* not */
    const struct schema *condition;
    const struct schema *consequence;
    const struct schema *alternative;
};

#endif
