#include "omsim/patch.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <stdint.h>
#include <string.h>

#define MAX_KEY ((size_t)1024 * 1024)

/* Where a pointer leads: the container and the last step. container NULL: the whole. */
struct target {
    json_t *container;
    struct buf key; /* unescaped */
    bool is_end;    /* "-" of an array */
    size_t index;   /* of an array */
};

static enum patch_result fail(struct buf *reason, enum patch_result result, const char *what,
                              struct str path)
{
    (void)buf_printf(reason, "%s: %.*s", what, STR_ARG(path));
    return result;
}

static void unescape(struct str step, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < step.n; i++) {
        bool is_escape = step.p[i] == '~' && i + 1 < step.n &&
                         (step.p[i + 1] == '0' || step.p[i + 1] == '1');
        (void)buf_append_char(out, !is_escape ? step.p[i] : step.p[++i] == '1' ? '/' : '~');
    }
}

/* An array index as RFC 6901 writes it: no sign, no leading zero. */
static bool read_index(struct str text, size_t *out)
{
    uint64_t n = 0;
    if (!str_to_u64(text, &n) || (text.n > 1 && text.p[0] == '0')) {
        return false;
    }
    *out = (size_t)n;
    return true;
}

static json_t *child(const struct target *t)
{
    if (json_is_array(t->container)) {
        return t->is_end ? NULL : json_array_get(t->container, t->index);
    }
    return json_object_get(t->container, buf_cstr(&t->key));
}

/* Goes to the last step; false when something on the way is missing. */
static bool find(json_t *document, struct str path, struct target *t)
{
    json_t *value = document;
    t->container = NULL;
    while (path.n > 0) {
        if (path.p[0] != '/') {
            return false;
        }
        path = str_sub(path, 1, SIZE_MAX);
        size_t slash = str_find(path, '/');
        unescape(str_sub(path, 0, slash == SIZE_MAX ? path.n : slash), &t->key);
        path = slash == SIZE_MAX ? STR("") : str_sub(path, slash, SIZE_MAX);
        t->container = value;
        t->is_end = false;
        if (json_is_array(value)) {
            t->is_end = str_is(buf_str(&t->key), "-");
            if (!t->is_end && !read_index(buf_str(&t->key), &t->index)) {
                return false;
            }
        } else if (!json_is_object(value)) {
            return false;
        }
        value = child(t);
        if (value == NULL && path.n > 0) {
            return false;
        }
    }
    return true;
}

/* Takes value over. */
static bool add(json_t **document, const struct target *t, json_t *value)
{
    if (t->container == NULL) {
        json_decref(*document);
        *document = value;
        return true;
    }
    if (json_is_object(t->container)) {
        value_put(t->container, buf_cstr(&t->key), value);
        return true;
    }
    size_t n = json_array_size(t->container);
    size_t at = t->is_end ? n : t->index;
    if (at > n) {
        json_decref(value);
        return false;
    }
    if (json_array_insert_new(t->container, at, value) != 0) {
        sim_fail_memory();
    }
    return true;
}

static bool remove_at(const struct target *t)
{
    if (t->container == NULL || child(t) == NULL) {
        return false;
    }
    return json_is_array(t->container) ? json_array_remove(t->container, t->index) == 0
                                       : json_object_del(t->container, buf_cstr(&t->key)) == 0;
}

static bool replace(json_t **document, const struct target *t, json_t *value)
{
    if (t->container != NULL && child(t) == NULL) {
        json_decref(value);
        return false;
    }
    if (t->container != NULL && json_is_array(t->container)) {
        return json_array_set_new(t->container, t->index, value) == 0;
    }
    return add(document, t, value);
}

static const json_t *value_at(json_t *document, const struct target *t)
{
    return t->container == NULL ? document : child(t);
}

/* move and copy. */
static enum patch_result carry(json_t **document, const json_t *operation, struct str path,
                               struct target *t, bool is_move, struct buf *reason)
{
    struct str from = value_get(operation, "from");
    if (str_is_null(from)) {
        return fail(reason, PATCH_MALFORMED, "an operation without from", path);
    }
    const json_t *source = find(*document, from, t) ? value_at(*document, t) : NULL;
    bool is_inside =
        path.n > from.n && memcmp(path.p, from.p, from.n) == 0 && path.p[from.n] == '/';
    if (source == NULL || (is_move && is_inside)) {
        return fail(reason, PATCH_FAILED, "nothing to take from", from);
    }
    json_t *value = value_sure(json_deep_copy(source));
    if ((is_move && from.n > 0 && !remove_at(t)) || !find(*document, path, t)) {
        json_decref(value);
        return fail(reason, PATCH_FAILED, "no such path", path);
    }
    return add(document, t, value) ? PATCH_DONE
                                   : fail(reason, PATCH_FAILED, "no such path", path);
}

/* Numbers are equal when their values are. */
static bool is_met(const json_t *found, const json_t *wanted)
{
    if (json_is_number(found) && json_is_number(wanted)) {
        return !(json_number_value(found) < json_number_value(wanted)) &&
               !(json_number_value(found) > json_number_value(wanted));
    }
    return found != NULL && json_equal(found, wanted);
}

static enum patch_result apply(json_t **document, const json_t *operation, struct target *t,
                               struct buf *reason)
{
    struct str name = value_get(operation, "op");
    struct str path = value_get(operation, "path");
    json_t *value = json_object_get(operation, "value");
    bool needs_value = str_is(name, "add") || str_is(name, "replace") || str_is(name, "test");
    if (str_is_null(path) || str_is_null(name) || (needs_value && value == NULL)) {
        return fail(reason, PATCH_MALFORMED, "an operation lacks op, path or value", path);
    }
    if (str_is(name, "move") || str_is(name, "copy")) {
        return carry(document, operation, path, t, str_is(name, "move"), reason);
    }
    if (!needs_value && !str_is(name, "remove")) {
        return fail(reason, PATCH_MALFORMED, "not an operation", name);
    }
    if (!find(*document, path, t)) {
        return fail(reason, PATCH_FAILED, "no such path", path);
    }
    if (str_is(name, "test")) {
        const json_t *found = value_at(*document, t);
        return is_met(found, value) ? PATCH_DONE
                                    : fail(reason, PATCH_FAILED, "the test is not met", path);
    }
    bool is_good = str_is(name, "remove") ? remove_at(t)
                   : str_is(name, "add")
                       ? add(document, t, value_sure(json_deep_copy(value)))
                       : replace(document, t, value_sure(json_deep_copy(value)));
    return is_good ? PATCH_DONE : fail(reason, PATCH_FAILED, "no such path", path);
}

enum patch_result patch_apply(json_t **document, const json_t *operations, struct buf *reason)
{
    struct target target = {0};
    enum patch_result result = PATCH_DONE;
    if (!json_is_array(operations)) {
        return fail(reason, PATCH_MALFORMED, "not an array of operations", STR(""));
    }
    buf_init(&target.key, MAX_KEY);
    for (size_t i = 0; i < json_array_size(operations) && result == PATCH_DONE; i++) {
        result = apply(document, json_array_get(operations, i), &target, reason);
    }
    buf_free(&target.key);
    return result;
}
