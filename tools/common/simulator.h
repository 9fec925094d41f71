/*
 * simulator - what the programs of simulators share: the command line, where to listen,
 * traffic, the log, and the end on a signal.
 *
 * main() makes one struct simulator, parses into it and ends with simulator_end.
 */
#ifndef COMMON_SIMULATOR_H
#define COMMON_SIMULATOR_H

#include "base/option.h"
#include "common/http_host.h"

struct simulator {
    const struct option_table *table;
    const char *faults; /* the words that --fail takes in place of a status: "cut|slow" */
    struct option_result options;
    char address[64];
    uint16_t port;
    struct traffic traffic;
};

/* ---- rows of an option table ---- */

#define SIMULATOR_FLAG(option, text)                                                           \
    {                                                                                          \
        .name = (option), .type = OPTION_TYPE_FLAG, .help = (text)                             \
    }
#define SIMULATOR_COUNT(option, holds, text)                                                   \
    {                                                                                          \
        .name = (option), .argument = "N", .type = OPTION_TYPE_COUNT, .fallback = (holds),     \
        .help = (text)                                                                         \
    }
#define SIMULATOR_TEXT(option, value, holds, text)                                             \
    {                                                                                          \
        .name = (option), .argument = (value), .type = OPTION_TYPE_TEXT, .fallback = (holds),  \
        .help = (text)                                                                         \
    }
#define SIMULATOR_TEXTS(option, value, holds, text)                                            \
    {                                                                                          \
        .name = (option), .argument = (value), .type = OPTION_TYPE_TEXT, .fallback = (holds),  \
        .repeats = true, .help = (text)                                                        \
    }
#define SIMULATOR_CHOICE(option, list, holds, text)                                            \
    {                                                                                          \
        .name = (option), .argument = "WORD", .type = OPTION_TYPE_CHOICE, .choices = (list),   \
        .fallback = (holds), .help = (text)                                                    \
    }

/* Those that every simulator has. */
extern const char *const simulator_retry_afters[];
#define SIMULATOR_LISTEN                                                                       \
    SIMULATOR_TEXT("listen", "HOST:PORT", "127.0.0.1:0",                                       \
                   "Where to listen; port 0 picks a free one, and the first line of output "   \
                   "names it")
#define SIMULATOR_RATE                                                                         \
    SIMULATOR_COUNT("rate", "no limit", "Requests in any minute; more are answered with 429")
#define SIMULATOR_RETRY_AFTER                                                                  \
    SIMULATOR_CHOICE("retry-after", simulator_retry_afters, "seconds",                         \
                     "seconds, date or none: how a 429 says when to come back")
#define SIMULATOR_LATENCY SIMULATOR_COUNT("latency", "0", "Milliseconds before each answer")
#define SIMULATOR_HELP                                                                         \
    {                                                                                          \
        .name = "help", .letter = 'h', .type = OPTION_TYPE_FLAG, .help = "Print this"          \
    }

/* ---- the life of a program ---- */

/*
 * Reads the command line, and from it address and traffic. *is_done: it asked for help, which
 * is printed. Signals end simulator_serve from now on.
 */
enum status simulator_parse(struct simulator *simulator, int argc, char **argv, bool *is_done,
                            struct error *err) WARN_UNUSED;
/* The text of an option; fallback when it is not given. */
const char *simulator_text(const struct simulator *simulator, const char *name,
                           const char *fallback);
/* Whether an option is given as this word. */
bool simulator_is(const struct simulator *simulator, const char *name, const char *word);
/* Opens a log to append to; *fd is -1 without a path. */
enum status simulator_open_log(const char *path, int *fd, struct error *err) WARN_UNUSED;
/* Says where it listens, and lets delayed answers go until a signal comes. */
void simulator_serve(const struct simulator *simulator, struct http_host *host);
/* Frees what was parsed; err is told. The exit code. */
int simulator_end(struct simulator *simulator, const struct error *err);

#endif
