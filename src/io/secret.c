#include "io/secret.h"

#include "base/buf.h"
#include "io/read_all.h"

#include <errno.h>
#include <fcntl.h>
/*
 * The plain functions: EVP of OpenSSL 3.0 looks its algorithms up when they are first used,
 * and dies when memory ends meanwhile.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *look_up_environment(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

struct secret_source secret_source_system(void)
{
    return (struct secret_source){.lookup = look_up_environment, .reads_files = true};
}

static bool is_reference_at(struct str text, size_t at)
{
    return text.n - at >= 2 && text.p[at] == '$' && text.p[at + 1] == '{';
}

bool secret_is_in(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (is_reference_at(text, i)) {
            return true;
        }
    }
    return false;
}

static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return name.n > 0;
}

/* NAME or NAME:-default. */
static enum status expand_variable(struct str inside, const struct secret_source *source,
                                   struct arena *arena, struct buf *out, struct error *err)
{
    size_t colon = str_find(inside, ':');
    struct str name = str_sub(inside, 0, colon == SIZE_MAX ? inside.n : colon);
    bool has_default = str_starts_with(str_sub(inside, name.n, inside.n), ":-");
    if (!is_name(name) || (colon != SIZE_MAX && !has_default)) {
        return error_set(err, ERR_CONFIG,
                         "${%.*s} is not understood; write ${NAME}, ${NAME:-default} or "
                         "${file:/path} ($${ for a plain ${)",
                         (int)(inside.n > 60 ? 60 : inside.n), inside.p);
    }
    const char *name_text = arena_cstr(arena, name);
    if (name_text == NULL) {
        return error_nomem(err);
    }
    const char *value = source->lookup != NULL ? source->lookup(source->ctx, name_text) : NULL;
    if (has_default && (value == NULL || value[0] == '\0')) {
        return buf_append_str(out, str_sub(inside, name.n + 2, inside.n));
    }
    if (value == NULL) {
        return error_set(err, ERR_CONFIG,
                         "the environment variable %s is not set; set it, or write "
                         "${%s:-default}",
                         name_text, name_text);
    }
    if (strlen(value) > SECRET_MAX_BYTES) {
        return error_set(err, ERR_LIMIT, "the environment variable %s is larger than %zu KiB",
                         name_text, SECRET_MAX_BYTES / 1024);
    }
    return buf_append_cstr(out, value);
}

/* All of an open file that is not larger than SECRET_MAX_BYTES. */
static enum status read_small(int fd, const char *path, struct buf *out, struct error *err)
{
    switch (read_all(fd, out)) {
    case OK:
        return OK;
    case ERR_IO:
        return error_set(err, ERR_IO, "cannot read the file %s: %s", path, strerror(errno));
    case ERR_LIMIT:
        return error_set(err, ERR_LIMIT, "the file %s is larger than %zu KiB", path,
                         SECRET_MAX_BYTES / 1024);
    default:
        return error_nomem(err);
    }
}

static enum status read_file(const char *path, struct buf *out, struct error *err)
{
    struct stat about;
    /* Not blocking: a named pipe must not hang the program. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_set(err, ERR_IO, "cannot read the file %s: %s", path, strerror(errno));
    }
    enum status status = OK;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        status = error_set(err, ERR_IO, "cannot read the file %s: not a plain file", path);
    } else {
        status = read_small(fd, path, out, err);
    }
    (void)close(fd);
    return status;
}

static enum status expand_file(struct str path, const struct secret_source *source,
                               struct arena *arena, struct buf *out, struct error *err)
{
    struct str full = path;
    if (!source->reads_files) {
        return error_set(err, ERR_CONFIG, "${file:...} is not allowed here");
    }
    if (path.n == 0) {
        return error_set(err, ERR_CONFIG, "${file:} names no file; write ${file:/path}");
    }
    if (path.p[0] != '/' && !str_is_empty(source->folder) &&
        arena_printf(arena, &full, "%.*s/%.*s", STR_ARG(source->folder), STR_ARG(path)) != OK) {
        return error_nomem(err);
    }
    const char *name = arena_cstr(arena, full);
    if (name == NULL) {
        return error_nomem(err);
    }
    struct buf content;
    buf_init(&content, SECRET_MAX_BYTES);
    enum status status = read_file(name, &content, err);
    struct str value = buf_str(&content);
    if (status == OK && str_find(value, '\0') != SIZE_MAX) {
        status = error_set(err, ERR_CONFIG, "the file %s holds binary data", name);
    }
    if (value.n > 0 && value.p[value.n - 1] == '\n') {
        value.n--;
    }
    if (value.n > 0 && value.p[value.n - 1] == '\r') {
        value.n--;
    }
    if (status == OK) {
        status = buf_append_str(out, value);
    }
    buf_free(&content);
    return status;
}

/* The reference that starts at *at: appends what it stands for and steps behind it. */
static enum status expand_one(struct str text, size_t *at, const struct secret_source *source,
                              struct arena *arena, struct buf *out, struct error *err)
{
    struct str rest = str_sub(text, *at + 2, text.n);
    size_t end = str_find(rest, '}');
    if (end == SIZE_MAX) {
        return error_set(err, ERR_CONFIG,
                         "a ${ without its } (write $${ if a plain ${ is meant)");
    }
    struct str inside = str_sub(rest, 0, end);
    *at += 2 + end + 1;
    if (str_starts_with(inside, "file:")) {
        return expand_file(str_sub(inside, 5, inside.n), source, arena, out, err);
    }
    return expand_variable(inside, source, arena, out, err);
}

static enum status expand_all(struct str text, const struct secret_source *source,
                              struct arena *arena, struct buf *out, struct error *err)
{
    enum status status = OK;
    for (size_t at = 0; at < text.n && status == OK;) {
        if (text.p[at] == '$' && is_reference_at(text, at + 1)) {
            status = buf_append_cstr(out, "${");
            at += 3;
        } else if (is_reference_at(text, at)) {
            status = expand_one(text, &at, source, arena, out, err);
        } else {
            status = buf_append_char(out, text.p[at++]);
        }
    }
    return status;
}

enum status secret_expand(struct str text, const struct secret_source *source,
                          struct arena *arena, struct str *out, struct error *err)
{
    *out = text;
    if (!secret_is_in(text)) {
        return OK;
    }
    struct buf expanded;
    struct error why = ERROR_INIT;
    buf_init(&expanded, text.n + 2 * SECRET_MAX_BYTES);
    enum status status = expand_all(text, source, arena, &expanded, &why);
    if (status == OK) {
        status = arena_str(arena, buf_str(&expanded), out);
    }
    if (status != OK && why.code == OK) {
        status = status == ERR_LIMIT ? error_set(&why, ERR_LIMIT, "the value is too long")
                                     : error_nomem(&why);
    }
    if (status != OK && err != NULL) {
        *err = why;
    }
    buf_free(&expanded);
    return status;
}

void secret_fingerprint(struct str salt, struct str secret, char out[SECRET_FINGERPRINT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, salt.p, salt.n);
    SHA256_Update(&context, secret.p, secret.n);
    SHA256_Final(digest, &context);
    explicit_bzero(&context, sizeof(context));
    for (size_t i = 0; i < (SECRET_FINGERPRINT_SIZE - 1) / 2; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[SECRET_FINGERPRINT_SIZE - 1] = '\0';
}
