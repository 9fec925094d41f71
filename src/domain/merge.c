#include "domain/merge.h"

#include "base/buf.h"

#include <string.h>

/* ---- normal form ---- */

static const struct {
    const char *name;
    uint32_t codepoint;
} entities[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xA0}};

static bool read_number(struct str digits, uint32_t *out)
{
    bool is_hex = digits.n > 0 && (digits.p[0] == 'x' || digits.p[0] == 'X');
    uint32_t value = 0;
    digits = is_hex ? str_sub(digits, 1, digits.n) : digits;
    if (digits.n == 0 || digits.n > 7) {
        return false;
    }
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        char lower = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
        bool is_letter = is_hex && lower >= 'a' && lower <= 'f';
        if (!is_letter && (c < '0' || c > '9')) {
            return false;
        }
        uint32_t digit = is_letter ? (uint32_t)(lower - 'a' + 10) : (uint32_t)(c - '0');
        value = value * (is_hex ? 16 : 10) + digit;
    }
    *out = value;
    return value > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

/* The entity at the start of s ("&lt;..."): its code point and length; 0 when there is none. */
static size_t read_entity(struct str s, uint32_t *out)
{
    size_t end = str_find(str_sub(s, 0, 12), ';');
    if (end == SIZE_MAX || end < 2) {
        return 0;
    }
    struct str name = str_sub(s, 1, end - 1);
    if (name.p[0] == '#') {
        return read_number(str_sub(name, 1, name.n), out) ? end + 1 : 0;
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (str_is(name, entities[i].name)) {
            *out = entities[i].codepoint;
            return end + 1;
        }
    }
    return 0;
}

enum status merge_normal(struct str s, struct arena *arena, struct str *out)
{
    s = str_is_null(s) ? STR("") : s;
    if (str_find(s, '&') == SIZE_MAX && str_find(s, '\r') == SIZE_MAX) {
        *out = str_trim(s);
        return OK;
    }
    char *text = arena_alloc(arena, s.n + 1); /* an entity is longer than what it stands for */
    size_t n = 0;
    if (text == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s.n;) {
        uint32_t codepoint = 0;
        size_t length = s.p[i] == '&' ? read_entity(str_sub(s, i, s.n), &codepoint) : 0;
        if (length > 0) {
            n += str_put_utf8(codepoint, text + n);
            i += length;
        } else if (s.p[i] == '\r') {
            text[n++] = '\n';
            i += i + 1 < s.n && s.p[i + 1] == '\n' ? 2 : 1;
        } else {
            text[n++] = s.p[i++];
        }
    }
    *out = str_trim(str_from_n(text, n));
    return OK;
}

uint64_t merge_hash(struct str normal)
{
    uint64_t hash = str_hash(str_is_null(normal) ? STR("") : normal);
    return hash == 0 ? 1 : hash;
}

/* ---- one text ---- */

static bool is_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static enum merge_verdict write_ours(const struct merge_text *field)
{
    return field->ours.n > 0 ? MERGE_WRITE : MERGE_REMOVE;
}

static bool has_theirs_changed(const struct merge_text *field)
{
    uint64_t theirs = merge_hash(field->theirs);
    return theirs != (field->base.has_seen ? field->base.seen : field->base.sent);
}

static enum merge_verdict ask_author(const struct merge_text *field)
{
    switch (field->author) {
    case MERGE_AUTHOR_US:
        return write_ours(field);
    case MERGE_AUTHOR_PERSON:
        return MERGE_KEEP;
    case MERGE_AUTHOR_LOST:
        return field->theirs.n > 0 ? MERGE_KEEP : write_ours(field);
    case MERGE_AUTHOR_UNKNOWN:
        break;
    }
    return MERGE_ASK;
}

enum merge_verdict merge_text(const struct merge_text *field)
{
    const struct merge_base *base = &field->base;
    if (is_equal(field->ours, field->theirs)) {
        return MERGE_SAME;
    }
    bool ours_changed = base->has_sent && merge_hash(field->ours) != base->sent;
    bool theirs_changed = base->has_sent && has_theirs_changed(field);
    if (base->has_sent && !ours_changed && !theirs_changed) {
        return MERGE_SAME; /* the server's way of writing what we sent */
    }
    /* Hex never said anything here: nothing to override with. */
    if (field->ours.n == 0 && !ours_changed) {
        return MERGE_KEEP;
    }
    if (field->overrides) {
        return write_ours(field);
    }
    if (!base->has_sent) {
        return ask_author(field);
    }
    if (!ours_changed) {
        return MERGE_KEEP;
    }
    return theirs_changed ? ask_author(field) : write_ours(field);
}

struct merge_base merge_next_base(const struct merge_text *field, enum merge_verdict verdict)
{
    struct merge_base next = field->base;
    uint64_t ours = merge_hash(field->ours);
    switch (verdict) {
    case MERGE_SAME:
        next.has_seen = true;
        next.seen = merge_hash(field->theirs);
        break;
    case MERGE_WRITE:
    case MERGE_REMOVE:
        next.has_seen = false;
        next.seen = 0;
        break;
    case MERGE_KEEP:
        if (!next.has_seen) {
            next.has_seen = true;
            next.seen = next.has_sent ? next.sent : ours;
        }
        break;
    case MERGE_ASK:
        return next;
    }
    next.has_sent = true;
    next.sent = ours;
    return next;
}

/* ---- sets ---- */

static bool holds(const struct str *items, size_t count, struct str item)
{
    for (size_t i = 0; i < count; i++) {
        if (is_equal(items[i], item)) {
            return true;
        }
    }
    return false;
}

/* A person took it away after we had sent it. */
static bool is_kept_away(const struct merge_set *set, struct str item)
{
    if (set->overrides) {
        return false;
    }
    return set->has_base ? holds(set->sent, set->sent_count, item)
                         : holds(set->dropped, set->dropped_count, item);
}

enum status merge_set(const struct merge_set *set, struct arena *arena,
                      struct merge_set_result *out)
{
    *out = (struct merge_set_result){
        .add = arena_array(arena, set->our_count + 1, sizeof(struct str)),
        .remove = arena_array(arena, set->their_count + 1, sizeof(struct str))};
    if (out->add == NULL || out->remove == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < set->our_count; i++) {
        if (holds(set->theirs, set->their_count, set->ours[i])) {
            continue;
        }
        if (is_kept_away(set, set->ours[i])) {
            out->kept_away++;
        } else {
            out->add[out->add_count++] = set->ours[i];
        }
    }
    for (size_t i = 0; set->has_base && i < set->their_count; i++) {
        if (holds(set->sent, set->sent_count, set->theirs[i]) &&
            !holds(set->ours, set->our_count, set->theirs[i])) {
            out->remove[out->remove_count++] = set->theirs[i];
        }
    }
    return OK;
}
