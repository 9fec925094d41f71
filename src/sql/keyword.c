#include "sql/keyword.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_WORD_BYTES 24

/* Short names, for the list. */
enum {
    K_CLAUSE = SQL_KEYWORD_CLAUSE,
    K_JOIN = SQL_KEYWORD_JOIN,
    K_NO_ALIAS = SQL_KEYWORD_NO_ALIAS,
    K_VALUE = SQL_KEYWORD_VALUE,
    K_PREFIX = SQL_KEYWORD_PREFIX,
    K_OPERATOR = SQL_KEYWORD_OPERATOR,
    K_UNIT = SQL_KEYWORD_UNIT,
    K_TYPE = SQL_KEYWORD_TYPE,
    K_NESTED_TYPE = SQL_KEYWORD_NESTED_TYPE,
    K_STATEMENT = SQL_KEYWORD_STATEMENT,
    K_CALL_FROM = SQL_KEYWORD_CALL_FROM,
    K_CALL_UNIT = SQL_KEYWORD_CALL_UNIT,
    K_CALL_TYPE = SQL_KEYWORD_CALL_TYPE,
    K_CALL_CAST = SQL_KEYWORD_CALL_CAST,
    K_CALL_COUNT = SQL_KEYWORD_CALL_COUNT,
    K_CALL_UNIT_LAST = SQL_KEYWORD_CALL_UNIT_LAST
};

#define SPELLING(word, flags) #word,
#define FLAGS(word, flags) (flags),
static const char spellings[][MAX_WORD_BYTES + 1] = {"", SQL_KEYWORDS(SPELLING)};
static const unsigned short all_flags[] = {0, SQL_KEYWORDS(FLAGS)};

enum sql_keyword sql_keyword_of(struct str word)
{
    char upper[MAX_WORD_BYTES + 1];
    size_t low = 1;
    size_t high = COUNT_OF(spellings);
    if (word.n > MAX_WORD_BYTES) {
        return KW_NONE;
    }
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    upper[word.n] = '\0';
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(upper, spellings[middle]);
        if (order == 0) {
            return (enum sql_keyword)middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return KW_NONE;
}

unsigned sql_keyword_flags(unsigned keyword)
{
    return keyword < COUNT_OF(all_flags) ? all_flags[keyword] : 0;
}
