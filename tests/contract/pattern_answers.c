/*
 * Answers for compare_patterns.py: a line of standard input is a pattern and a text, both in
 * hexadecimal digits with "-" for nothing, a line of output is yes, no, expensive, unclear, or
 * "error" with the message.
 */
#include "domain/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int value_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    return found != NULL ? (int)(found - digits) : 0;
}

/* Decoded in place. */
static struct str decode(char *digits)
{
    size_t n = strcmp(digits, "-") == 0 ? 0 : strlen(digits) / 2;
    for (size_t i = 0; i < n; i++) {
        digits[i] = (char)(value_of(digits[2 * i]) * 16 + value_of(digits[2 * i + 1]));
    }
    return str_from_n(digits, n);
}

static void answer(struct str pattern_text, struct str text)
{
    static const char *const words[] = {
        [PATTERN_ANSWER_NO] = "no",
        [PATTERN_ANSWER_YES] = "yes",
        [PATTERN_ANSWER_TOO_EXPENSIVE] = "expensive",
        [PATTERN_ANSWER_UNCLEAR] = "unclear",
    };
    struct error err = ERROR_INIT;
    struct pattern *pattern = NULL;
    if (pattern_new(pattern_text, &pattern, &err) != OK) {
        printf("error %s%s%s\n", err.message, err.where[0] != '\0' ? " " : "", err.where);
    } else {
        printf("%s\n", words[pattern_matches(pattern, text)]);
    }
    pattern_free(pattern);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n = getline(&line, &capacity, stdin);
    while (n > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (space == NULL) {
            break;
        }
        *space = '\0';
        answer(decode(line), decode(space + 1));
        n = getline(&line, &capacity, stdin);
    }
    free(line);
    return n > 0 ? 1 : 0;
}
