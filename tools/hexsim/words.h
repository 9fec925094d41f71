/*
 * words - what names, titles and texts of a simulated workspace are made of.
 *
 * All lists end with NULL.
 */
#ifndef HEXSIM_WORDS_H
#define HEXSIM_WORDS_H

#include <stddef.h>

extern const char *const words_subjects[];     /* "Revenue": what a project is about */
extern const char *const words_forms[];        /* "Dashboard": what kind of thing it is */
extern const char *const words_trap_titles[];  /* titles that programs trip over */
extern const char *const words_descriptions[]; /* the same for descriptions */
extern const char *const words_labels[];       /* labels of cells */
extern const char *const words_given[];        /* given names */
extern const char *const words_family[];       /* family names */
extern const char *const words_categories[];   /* names of categories */
extern const char *const words_statuses[];     /* names of statuses */
extern const char *const words_collections[];  /* names of collections */
extern const char *const words_groups[];       /* names of groups */
extern const char *const words_tables[];       /* nouns that tables are named after */

/* How many words a list has. */
size_t words_count(const char *const *list);

#endif
