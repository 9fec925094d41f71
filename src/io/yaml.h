/*
 * yaml - reads one YAML document from outside into a tree, with the place of every node.
 *
 * The only file that knows libyaml. The tree and its texts live in the caller's arena.
 * Scalars are kept as text: whether `no` is a boolean or a title is decided by the field that
 * reads it (Hex writes YAML 1.2, OpenMetadata's configuration is YAML 1.1 as PyYAML reads it),
 * with the yaml_to_... functions below.
 *
 * Refused: duplicate keys, keys that are not scalars, more than one document, tabs as
 * indentation (by libyaml), and trees that aliases make larger than max_nodes.
 */
#ifndef IO_YAML_H
#define IO_YAML_H

#include "base/arena.h"
#include "base/buf.h"

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_SEQUENCE, YAML_KIND_MAPPING };

struct yaml_node;

struct yaml_pair {
    const struct yaml_node *key; /* a scalar */
    const struct yaml_node *value;
};

struct yaml_node {
    enum yaml_kind kind;
    bool is_plain;   /* scalar without quotes, not a block: may be a number, boolean, null */
    struct str text; /* scalar: its value, never NULL */
    const struct yaml_node **items; /* sequence */
    struct yaml_pair *pairs;        /* mapping, in order; merge keys (<<) already applied */
    size_t count;                   /* of items or pairs */
    size_t line;                    /* where it starts, from 1 */
    size_t column;                  /* from 1, in characters */
    size_t start;                   /* byte offsets into the text that was parsed */
    size_t end;
};

struct yaml_limits {
    size_t max_bytes;
    unsigned max_depth;
    size_t max_nodes;    /* aliases counted with all that they stand for */
    bool is_version_1_2; /* U+0085, U+2028 and U+2029 are text; in 1.1 they end a line */
};

/* 64 MiB, 64 levels, 4 million nodes. */
extern const struct yaml_limits yaml_limits_default;

/*
 * Parses text. *out is NULL for an empty document. ERR_PARSE or ERR_LIMIT with
 * "line:column" in err->where; err->message says what and, for libyaml, in which context.
 */
enum status yaml_parse(struct str text, const struct yaml_limits *limits, struct arena *arena,
                       const struct yaml_node **out, struct error *err) WARN_UNUSED;

/* Value of a key; NULL when node is NULL, no mapping, or has no such key. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* A path of keys, ended with NULL. */
const struct yaml_node *yaml_path(const struct yaml_node *node, ...) __attribute__((sentinel));
/* Element of a sequence, or NULL. */
const struct yaml_node *yaml_at(const struct yaml_node *node, size_t index);
/* Number of elements of a sequence; 0 for anything else. */
size_t yaml_count(const struct yaml_node *node);

/* True for NULL and for a plain empty, ~, null, Null or NULL. */
bool yaml_is_null(const struct yaml_node *node);
/* Text of a scalar as written, STR_NULL when yaml_is_null or no scalar. */
struct str yaml_str(const struct yaml_node *node);
/* YAML 1.1 resolution as PyYAML does it, of plain scalars only; false when it is no such thing.
 */
bool yaml_to_bool(const struct yaml_node *node, bool *out);
bool yaml_to_int(const struct yaml_node *node, int64_t *out);
bool yaml_to_double(const struct yaml_node *node, double *out);
/* True when PyYAML would read the scalar as a string (quoted, or plain and nothing else). */
bool yaml_is_text(const struct yaml_node *node);

/*
 * The comment behind a node on its last line, without '#' and spaces; STR_NULL when there is
 * none. text is what was parsed. (Hex writes a connection's name and type only there.)
 */
struct str yaml_comment_behind(struct str text, const struct yaml_node *node);

#endif
