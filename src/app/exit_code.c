#include "app/exit_code.h"

enum exit_code exit_code_from(enum status status)
{
    switch (status) {
    case OK:
        return EXIT_CODE_OK;
    case ERR_CONFIG:
        return EXIT_CODE_USAGE;
    case ERR_AUTH:
    case ERR_FORBIDDEN:
        return EXIT_CODE_AUTH;
    case ERR_NETWORK:
    case ERR_RATE:
        return EXIT_CODE_UNREACHABLE;
    case ERR_CANCELLED:
        return EXIT_CODE_INTERRUPTED;
    case ERR_NOMEM:
    case ERR_IO:
    case ERR_PARSE:
    case ERR_LIMIT:
    case ERR_NOT_FOUND:
    case ERR_REJECTED:
    case ERR_BUG:
        break;
    }
    return EXIT_CODE_FAILED;
}

enum exit_code exit_code_first(enum exit_code a, enum exit_code b)
{
    static const enum exit_code order[] = {
        EXIT_CODE_USAGE,  EXIT_CODE_INTERRUPTED, EXIT_CODE_AUTH,   EXIT_CODE_UNREACHABLE,
        EXIT_CODE_FAILED, EXIT_CODE_BRAKE,       EXIT_CODE_CHANGES};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return EXIT_CODE_OK;
}

const char *exit_code_name(enum exit_code code)
{
    switch (code) {
    case EXIT_CODE_OK:
        return "done";
    case EXIT_CODE_FAILED:
        return "failed";
    case EXIT_CODE_USAGE:
        return "usage or configuration error";
    case EXIT_CODE_AUTH:
        return "not allowed";
    case EXIT_CODE_UNREACHABLE:
        return "not reachable";
    case EXIT_CODE_BRAKE:
        return "deletions held back";
    case EXIT_CODE_CHANGES:
        return "changes found";
    case EXIT_CODE_INTERRUPTED:
        return "interrupted";
    }
    return "unknown";
}
