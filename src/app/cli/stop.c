#include "app/cli/stop.h"

#include "app/exit_code.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t is_asked;
/* A person waits at a terminal; a log is not for such lines. */
static volatile sig_atomic_t has_terminal;

static void on_signal(int number)
{
    int interrupted = errno; /* of the call that the signal came into */
    (void)number;
    if (is_asked != 0) {
        _exit(EXIT_CODE_INTERRUPTED);
    }
    is_asked = 1;
    static const char words[] =
        "\nStopping: what is under way is finished first. Once more to stop at once.\n";
    if (has_terminal != 0 && write(STDERR_FILENO, words, sizeof(words) - 1) < 0) {
        is_asked = 1; /* nobody to tell; the stop holds all the same */
    }
    errno = interrupted;
}

const volatile sig_atomic_t *stop_install(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    has_terminal = isatty(STDERR_FILENO);
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &is_asked;
}
