/*
 * option - a program's commands and options as tables, and the parser that reads them.
 *
 * One table is the only place that knows an option: it drives the parser, --help, the man
 * pages, the completions and the documentation. Tables are static data; what the parser gives
 * points into argv and the tables. Options may stand before or after the command, as
 * "--name value", "--name=value", "-n value" or "-nvalue"; flags with one letter may be
 * joined ("-qv"); "--" ends the options. An option that several commands have must look the
 * same in all of them (option_table_check).
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

enum option_type {
    OPTION_TYPE_FLAG,   /* takes no value */
    OPTION_TYPE_TEXT,   /* any text */
    OPTION_TYPE_FILE,   /* any text; completed as a path */
    OPTION_TYPE_COUNT,  /* a whole number from 0 */
    OPTION_TYPE_CHOICE, /* one of choices, case-blind */
    /* "--name" alone, or "--name=NUMBER"; the next word never belongs to it. */
    OPTION_TYPE_OPTIONAL_COUNT
};

struct option_spec {
    const char *name;           /* "status-file", without dashes */
    const char *argument;       /* "PATH"; NULL for a flag */
    const char *const *choices; /* OPTION_TYPE_CHOICE; NULL-terminated */
    const char *fallback;       /* what holds without it, for the help; NULL: nothing to say */
    const char *help;           /* one sentence without its full stop */
    enum option_type type;
    char letter;  /* 0: none */
    bool repeats; /* every occurrence counts, else the last one wins */
};

struct option_example {
    const char *line; /* the whole command line */
    const char *help;
};

/* A noun that may stand as a command's first argument, for help and completion. */
struct option_word {
    const char *name;
    const char *help;
};

struct option_command {
    const char *name;
    const char *arguments;   /* "KIND [ID]", or "" */
    size_t min_arguments;    /* without the command itself */
    size_t max_arguments;    /* SIZE_MAX: any number */
    const char *summary;     /* one line for the list of commands */
    const char *description; /* paragraphs, separated by an empty line */
    const struct option_spec *options;
    size_t option_count;
    const char *words_title;         /* what the words are: "Kinds"; NULL without words */
    const struct option_word *words; /* the known first arguments; may be NULL */
    size_t word_count;
    bool takes_files; /* arguments are completed as paths */
    const struct option_example *examples;
    size_t example_count;
};

struct option_table {
    const char *program;
    const char *summary;
    const char *description;
    const struct option_spec *options; /* those of every command */
    size_t option_count;
    const struct option_command *commands;
    size_t command_count;
    const struct option_word *exits; /* exit codes and what they mean */
    size_t exit_count;
};

struct option_value {
    const struct option_spec *spec;
    const char *text; /* NULL for a flag */
};

struct option_result {
    const struct option_command *command; /* NULL: none was named */
    struct option_value *values;          /* in order of the command line */
    size_t value_count;
    const char **arguments; /* without the command's name */
    size_t argument_count;
};

/*
 * Reads argv. On failure (ERR_CONFIG with a sentence for people, or ERR_NOMEM) *out still
 * holds what was understood before it, so that the caller knows the command. Free it with
 * option_result_free in either case. The number of arguments is not judged here, see
 * option_check_arguments: "show --help" must work.
 */
enum status option_parse(const struct option_table *table, int argc, char *const *argv,
                         struct option_result *out, struct error *err) WARN_UNUSED;
void option_result_free(struct option_result *result);

/* ERR_CONFIG when the command has too few or too many arguments. */
enum status option_check_arguments(const struct option_result *result,
                                   struct error *err) WARN_UNUSED;

/* Whether the option was given at all. */
bool option_is_set(const struct option_result *result, const char *name);
/* The last value of an option; NULL when it was not given. */
const char *option_text(const struct option_result *result, const char *name);
/* The value of an OPTION_TYPE_COUNT, or fallback. */
int64_t option_count(const struct option_result *result, const char *name, int64_t fallback);
/* The number-th occurrence (from 0) of a repeated option; NULL behind the last. */
const char *option_nth(const struct option_result *result, const char *name, size_t number);

/* The command of that name; NULL when there is none. */
const struct option_command *option_find_command(const struct option_table *table,
                                                 struct str name);

/* ERR_CONFIG: there is no such command; names the nearest one. */
enum status option_unknown_command(const struct option_table *table, struct str name,
                                   struct error *err) WARN_UNUSED;

/* The nearest of count names, NULL when none is near: "did you mean ...?". */
const char *option_nearest(struct str text, const char *const *names, size_t count);

/*
 * ERR_BUG when the table contradicts itself: a name or letter twice in one command, the same
 * name with another letter or type elsewhere, a choice without choices. For the tests.
 */
enum status option_table_check(const struct option_table *table, struct error *err) WARN_UNUSED;

/* Whether an option stands for nothing without a value, which may be the next word. */
bool option_needs_value(const struct option_spec *spec);
/* "-c, --config FILE", "--json" or "--wait[=SECONDS]". For all kinds of documentation. */
void option_write_synopsis(const struct option_spec *spec, struct buf *out);

#endif
