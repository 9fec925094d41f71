#include "app/cli/terminal.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_interactive(int fd)
{
    const char *kind = getenv("TERM");
    return isatty(fd) == 1 && kind != NULL && strcmp(kind, "dumb") != 0;
}

bool terminal_has_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return (no_color == NULL || no_color[0] == '\0') && terminal_is_interactive(fd);
}

size_t terminal_width(int fd)
{
    struct winsize size = {0};
    uint64_t columns = 0;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    if (str_to_u64(str_from(getenv("COLUMNS")), &columns) && columns > 0 && columns < 10000) {
        return (size_t)columns;
    }
    return 0;
}
