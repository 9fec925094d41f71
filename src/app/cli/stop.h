/*
 * stop - Ctrl-C and SIGTERM: the first asks politely, the second ends the process at once.
 */
#ifndef APP_CLI_STOP_H
#define APP_CLI_STOP_H

#include <signal.h>

/*
 * From now on SIGINT and SIGTERM raise the flag that is returned (and interrupt waiting
 * system calls); one more ends the process with 130.
 */
const volatile sig_atomic_t *stop_install(void);

#endif
