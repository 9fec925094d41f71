#include "hexsim/assign.h"

#include "common/memory.h"
#include "hexsim/words.h"

#include <string.h>

static bool find_status(struct str name, size_t *out)
{
    for (size_t i = 0; words_statuses[i] != NULL; i++) {
        if (str_eq(name, str_from(words_statuses[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool find_user(const struct workspace *w, struct str email, size_t *out)
{
    for (size_t i = 0; i < w->user_count; i++) {
        if (str_eq(email, w->users[i].email)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool find_category(struct workspace *w, struct str name, uint32_t *bits)
{
    size_t i = 0;
    while (i < w->category_count && !str_eq(w->categories[i].name, name)) {
        i++;
    }
    if (i == ASSIGN_MAX_CATEGORIES) {
        return false;
    }
    if (i == w->category_count) {
        struct sim_category *more = sim_alloc(&w->arena, (i + 1) * sizeof(*more));
        memcpy(more, w->categories, i * sizeof(*more));
        more[i] = (struct sim_category){sim_copy(&w->arena, name), STR_NULL};
        w->categories = more;
        w->category_count++;
    }
    *bits |= UINT32_C(1) << i;
    return true;
}

static bool find_collection(struct workspace *w, struct str name, uint32_t *bits)
{
    for (size_t i = 0; i < w->collection_count; i++) {
        if (str_eq(w->collections[i].name, name)) {
            *bits |= UINT32_C(1) << i;
            return true;
        }
    }
    return false;
}

static bool find_all(struct workspace *w, const struct json *names,
                     bool (*find)(struct workspace *, struct str, uint32_t *), uint32_t *bits)
{
    if (names == NULL) {
        return true;
    }
    *bits = 0;
    for (size_t i = 0; i < json_count(names); i++) {
        if (!find(w, json_str(json_at(names, i)), bits)) {
            return false;
        }
    }
    return json_is_array(names);
}

bool assign_is_asked(const struct json *body)
{
    return json_get(body, "status") != NULL || json_get(body, "owner") != NULL ||
           json_get(body, "categories") != NULL || json_get(body, "collections") != NULL;
}

const char *assign(struct workspace *workspace, struct sim_project *project,
                   const struct json *body)
{
    struct workspace *w = workspace;
    struct sim_project next = *project;
    const struct json *status = json_get(body, "status");
    const struct json *owner = json_get(body, "owner");
    if (status != NULL && json_is_null(status)) {
        next.status = NOBODY;
    } else if (status != NULL && !find_status(json_str(status), &next.status)) {
        return "no such status";
    }
    if (owner != NULL && json_is_null(owner)) {
        next.owner = NOBODY;
    } else if (owner != NULL && !find_user(w, json_str(owner), &next.owner)) {
        return "no such user";
    }
    if (!find_all(w, json_get(body, "collections"), find_collection, &next.collections)) {
        return "no such collection";
    }
    if (!find_all(w, json_get(body, "categories"), find_category, &next.categories)) {
        return "not a list of categories, or too many of them";
    }
    *project = next;
    return NULL;
}
