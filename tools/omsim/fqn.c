#include "omsim/fqn.h"

#include "common/memory.h"

static bool is_quoted(struct str name)
{
    return name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"';
}

struct str fqn_quote(struct arena *arena, struct str name, bool has_doubled_quotes)
{
    bool has_quote = str_find(name, '"') != SIZE_MAX;
    bool needs = str_find(name, '.') != SIZE_MAX || (has_doubled_quotes && has_quote);
    if (!needs || is_quoted(name)) {
        return name;
    }
    char *out = sim_alloc(arena, name.n * 2 + 3);
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' && has_doubled_quotes) {
            out[n++] = '"';
        }
        out[n++] = name.p[i];
    }
    out[n++] = '"';
    return (struct str){out, n};
}

struct str fqn_join(struct arena *arena, struct str parent, struct str name,
                    bool has_doubled_quotes)
{
    struct str part = fqn_quote(arena, name, has_doubled_quotes);
    return sim_printf(arena, "%.*s.%.*s", STR_ARG(parent), STR_ARG(part));
}

/* The part at the start of fqn, without quotes; *used: its bytes. False: never closed. */
static bool read_part(struct arena *arena, struct str fqn, struct str *part, size_t *used)
{
    if (fqn.n == 0 || fqn.p[0] != '"') {
        size_t dot = str_find(fqn, '.');
        *used = dot == SIZE_MAX ? fqn.n : dot;
        *part = str_sub(fqn, 0, *used);
        return true;
    }
    char *out = sim_alloc(arena, fqn.n);
    size_t n = 0;
    for (size_t i = 1; i < fqn.n; i++) {
        if (fqn.p[i] != '"') {
            out[n++] = fqn.p[i];
        } else if (i + 1 < fqn.n && fqn.p[i + 1] == '"') {
            out[n++] = '"';
            i++;
        } else {
            *used = i + 1;
            *part = (struct str){out, n};
            return i + 1 == fqn.n || fqn.p[i + 1] == '.';
        }
    }
    return false;
}

bool fqn_canonical(struct arena *arena, struct str fqn, bool has_doubled_quotes,
                   struct str *out)
{
    struct buf text;
    bool is_good = true;
    if (str_find(fqn, '"') == SIZE_MAX) {
        *out = fqn;
        return true;
    }
    buf_init(&text, SIM_MAX_BYTES);
    while (is_good && fqn.n > 0) {
        struct str part = STR_NULL;
        size_t used = 0;
        is_good = read_part(arena, fqn, &part, &used);
        if (is_good) {
            (void)buf_append_cstr(&text, text.size > 0 ? "." : "");
            (void)buf_append_str(&text, fqn_quote(arena, part, has_doubled_quotes));
            fqn = str_sub(fqn, used + 1, SIZE_MAX);
        }
    }
    *out = sim_take(arena, &text);
    return is_good;
}

bool fqn_is_name(struct str name, size_t max_codepoints)
{
    size_t n = 0;
    for (size_t at = 0; at < name.n; n++) {
        uint32_t c = str_next_codepoint(name, &at);
        if (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) {
            return false;
        }
    }
    return n > 0 && n <= max_codepoints && !str_contains(name, "::");
}
