/*
 * template - Jinja in SQL, masked: what it puts out becomes a dynamic name, its tags vanish.
 *
 * Nothing is evaluated. All branches of an if count, so a text has as many variants as its
 * widest nest of branches; each variant has the text's size and positions. A body of a loop
 * stands once, the body of a block set and comments not at all. Pure.
 */
#ifndef SQL_TEMPLATE_H
#define SQL_TEMPLATE_H

#include "base/arena.h"
#include "sql/note.h"

struct sql_template_tag;

struct sql_template {
    struct str text;
    struct sql_template_tag *tags; /* in order; NULL without any */
    size_t tag_count;
    size_t tag_capacity;
    size_t variant_count; /* at least 1, at most SQL_TEMPLATE_MAX_VARIANTS */
};

#define SQL_TEMPLATE_MAX_VARIANTS 32

/* Finds the tags of text. A tag without end is noted and reaches to the end of its line. */
enum status sql_template_read(struct str text, struct arena *arena, struct sql_notes *notes,
                              struct sql_template *out) WARN_UNUSED;

/* A variant as SQL; the text itself when it has no tags. */
enum status sql_template_variant(const struct sql_template *template, size_t variant,
                                 struct arena *arena, struct str *out) WARN_UNUSED;

#endif
