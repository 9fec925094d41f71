/*
 * secret - replaces ${NAME}, ${NAME:-default} and ${file:/path} in a text.
 *
 * For configuration that the user named on the command line, never for one that came over
 * the network. $${ stands for a plain ${. What comes out of a variable or file is not
 * expanded again.
 */
#ifndef IO_SECRET_H
#define IO_SECRET_H

#include "base/arena.h"

/* Larger values are refused, from variables and from files. */
#define SECRET_MAX_BYTES ((size_t)64 * 1024)

/* The value of a variable, NULL when it is not set. */
typedef const char *secret_lookup_fn(void *ctx, const char *name);

struct secret_source {
    secret_lookup_fn *lookup; /* NULL: no variable is set */
    void *ctx;
    bool reads_files;
    struct str folder; /* that relative ${file:...} start from; STR_NULL: the current one */
};

/* The process environment, and files. */
struct secret_source secret_source_system(void);

/* True when text holds something that secret_expand would replace. */
bool secret_is_in(struct str text);

/*
 * *out is text itself when there is nothing to replace, else a new text in the arena.
 * ERR_CONFIG (unset variable, bad syntax, files not allowed), ERR_IO, ERR_LIMIT. One line
 * break at the end of a file is cut; a NUL byte in it is refused.
 */
enum status secret_expand(struct str text, const struct secret_source *source,
                          struct arena *arena, struct str *out, struct error *err) WARN_UNUSED;

#define SECRET_FINGERPRINT_SIZE 33
/*
 * A text of 32 hexadecimal digits that tells one secret from another without telling anything
 * of it: the beginning of SHA-256 over salt and secret.
 */
void secret_fingerprint(struct str salt, struct str secret, char out[SECRET_FINGERPRINT_SIZE]);

#endif
