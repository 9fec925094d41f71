#include "hexsim/scopes.h"

/* "Read project queried tables" is a box of its own, below "Projects: Read". */
enum scope {
    PROJECTS = 1 << 0,
    QUERIED_TABLES = 1 << 1,
    CELLS = 1 << 2,
    CONNECTIONS = 1 << 3,
    COLLECTIONS = 1 << 4,
    USERS = 1 << 5,
    GROUPS = 1 << 6
};

static const struct {
    const char *word;
    unsigned scope;
} words[] = {
    {"projects", PROJECTS},
    {"queried-tables", QUERIED_TABLES},
    {"cells", CELLS},
    {"data-connections", CONNECTIONS},
    {"collections", COLLECTIONS},
    {"users", USERS},
    {"groups", GROUPS},
    {"none", 0},
};

const char *scopes_words(void)
{
    return "projects, queried-tables, cells, data-connections, collections, users, groups, "
           "none";
}

bool scopes_parse(struct str text, unsigned *scopes)
{
    *scopes = 0;
    while (text.n > 0) {
        size_t comma = str_find(text, ',');
        struct str word = str_trim(str_sub(text, 0, comma));
        bool is_known = false;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            if (str_is(word, words[i].word)) {
                *scopes |= words[i].scope;
                is_known = true;
            }
        }
        if (!is_known) {
            return false;
        }
        text = comma == SIZE_MAX ? STR("") : str_sub(text, comma + 1, SIZE_MAX);
    }
    return true;
}

/* What a path needs; 0: nothing in particular. */
static unsigned needed(struct str path, bool is_workspace_token)
{
    static const struct {
        const char *prefix;
        unsigned scope;
    } prefixes[] = {
        {"/v1/projects", PROJECTS},
        {"/v1/cells", CELLS},
        {"/v1/data-connections", CONNECTIONS},
        {"/v1/collections", COLLECTIONS},
        {"/v1/groups", GROUPS},
        {"/v1/users", USERS},
    };
    if (str_is(path, "/v1/users/me") && !is_workspace_token) {
        return 0; /* everybody may know who they are */
    }
    if (str_ends_with(path, "/queriedTables")) {
        return PROJECTS | QUERIED_TABLES;
    }
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (str_starts_with(path, prefixes[i].prefix)) {
            return prefixes[i].scope;
        }
    }
    return 0;
}

bool scopes_allow(unsigned scopes, struct str path, bool is_workspace_token)
{
    unsigned wanted = needed(path, is_workspace_token);
    return scopes != 0 && (scopes & wanted) == wanted;
}
