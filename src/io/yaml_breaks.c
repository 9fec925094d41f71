#include "io/yaml_breaks.h"

#include <stdio.h>
#include <string.h>

/* So many characters follow the first stand-in with the same bytes but the last. */
#define CANDIDATES 48

static const struct {
    const char *text;
    const char *first_stand_in;
} breaks_of_1_1[YAML_BREAK_COUNT] = {
    {"\xC2\x85", "\xDD\x90"},         /* U+0750 */
    {"\xE2\x80\xA8", "\xEE\x80\x80"}, /* U+E000 */
    {"\xE2\x80\xA9", "\xEE\x81\x80"}, /* U+E040 */
};

/* The first candidate that text does not have; an empty one when it has them all. */
static struct yaml_stand_in choose(struct str text, size_t which)
{
    struct yaml_stand_in out = {""};
    const char *first = breaks_of_1_1[which].first_stand_in;
    size_t size = strlen(first);
    for (int i = 0; i < CANDIDATES && out.text[0] == '\0'; i++) {
        (void)snprintf(out.text, sizeof(out.text), "%s", first);
        out.text[size - 1] = (char)((unsigned char)first[size - 1] + i);
        if (str_contains(text, out.text)) {
            out.text[0] = '\0';
        }
    }
    return out;
}

static void replace(char *text, size_t size, const char *from, const char *to)
{
    size_t length = strlen(from);
    char *at = length > 0 ? memmem(text, size, from, length) : NULL;
    while (at != NULL) {
        memcpy(at, to, length);
        at += length;
        at = memmem(at, size - (size_t)(at - text), from, length);
    }
}

enum status yaml_breaks_hide(struct yaml_breaks *breaks, struct str text, struct arena *arena,
                             struct str *hidden)
{
    *breaks = (struct yaml_breaks){.stand_ins = {{""}}};
    *hidden = text;
    for (size_t i = 0; i < YAML_BREAK_COUNT; i++) {
        struct yaml_stand_in *stand_in = &breaks->stand_ins[i];
        if (!str_contains(text, breaks_of_1_1[i].text)) {
            continue;
        }
        *stand_in = choose(text, i);
        if (stand_in->text[0] == '\0') {
            continue;
        }
        if (hidden->p == text.p && arena_str(arena, text, hidden) != OK) {
            return ERR_NOMEM;
        }
        replace((char *)hidden->p, hidden->n, breaks_of_1_1[i].text, stand_in->text);
    }
    return OK;
}

void yaml_breaks_restore(const struct yaml_breaks *breaks, char *text, size_t size)
{
    for (size_t i = 0; i < YAML_BREAK_COUNT; i++) {
        replace(text, size, breaks->stand_ins[i].text, breaks_of_1_1[i].text);
    }
}
