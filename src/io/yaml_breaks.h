/*
 * yaml_breaks - three characters that end a line in YAML 1.1, which libyaml reads, but not in
 * YAML 1.2: U+0085, U+2028 and U+2029.
 *
 * Before libyaml sees a text of YAML 1.2, others of the same length that do not occur in it
 * take their place; afterwards they are put back into its scalars.
 */
#ifndef IO_YAML_BREAKS_H
#define IO_YAML_BREAKS_H

#include "base/arena.h"

#define YAML_BREAK_COUNT 3

struct yaml_breaks {
    struct yaml_stand_in {
        char text[4]; /* empty: that break does not occur */
    } stand_ins[YAML_BREAK_COUNT];
};

/* *hidden is text itself when it has none of them, else a copy in arena. */
enum status yaml_breaks_hide(struct yaml_breaks *breaks, struct str text, struct arena *arena,
                             struct str *hidden) WARN_UNUSED;
/* Puts them back into a part of what hide made, in its place. */
void yaml_breaks_restore(const struct yaml_breaks *breaks, char *text, size_t size);

#endif
