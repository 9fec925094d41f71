/*
 * atomic_file - writes a small file so that readers see the old one or the new one, whole.
 */
#ifndef APP_CLI_ATOMIC_FILE_H
#define APP_CLI_ATOMIC_FILE_H

#include "base/error.h"
#include "base/str.h"

/* Replaces path with text (mode 0666 minus umask). On failure the old file stays. */
enum status atomic_file_write(const char *path, struct str text, struct error *err) WARN_UNUSED;

#endif
