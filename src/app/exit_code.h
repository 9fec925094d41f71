/*
 * exit_code - what the process answers to its caller, decided in one place.
 *
 * docs/design.md, section 2. Scripts rely on these numbers.
 */
#ifndef APP_EXIT_CODE_H
#define APP_EXIT_CODE_H

#include "base/error.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1,      /* finished with failures, or could not run */
    EXIT_CODE_USAGE = 2,       /* command line or configuration */
    EXIT_CODE_AUTH = 3,        /* authentication or permission */
    EXIT_CODE_UNREACHABLE = 4, /* Hex (or OpenMetadata) not reachable */
    EXIT_CODE_BRAKE = 5,       /* the deletion brake held something back */
    EXIT_CODE_CHANGES = 10,    /* plan --exit-code found changes */
    EXIT_CODE_INTERRUPTED = 130
};

/* The code for a run that ended with this status. */
enum exit_code exit_code_from(enum status status);
/* Of two causes the one that counts: 3, 4, 1, 5; usage and an interruption before all. */
enum exit_code exit_code_first(enum exit_code a, enum exit_code b);
/* "finished", "finished with failures", ...: for the status file and messages. Static. */
const char *exit_code_name(enum exit_code code);

#endif
