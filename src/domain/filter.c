#include "domain/filter.h"

#include "domain/pattern.h"

#include <stdlib.h>
#include <string.h>

/* How much of a pattern or name is quoted in a message. */
#define MAX_QUOTED_BYTES 100

struct entry {
    struct pattern *pattern;
    char *text; /* for messages */
};

struct entry_list {
    struct entry *items;
    size_t count;
};

struct filter {
    struct entry_list includes;
    struct entry_list excludes;
};

static enum status compile(struct str text, struct pattern **out, struct error *err)
{
    struct error why = ERROR_INIT;
    enum status status = pattern_new(text, out, &why);
    if (status == OK) {
        return OK;
    }
    if (status == ERR_NOMEM) {
        return error_nomem(err);
    }
    return error_set(err, ERR_PARSE, "%s%s%s in '%.*s'", why.message,
                     why.where[0] != '\0' ? " " : "", why.where,
                     STR_ARG(str_sub(text, 0, MAX_QUOTED_BYTES)));
}

enum status filter_check_pattern(struct str pattern, struct error *err)
{
    struct pattern *compiled = NULL;
    enum status status = compile(pattern, &compiled, err);
    pattern_free(compiled);
    return status;
}

static enum status fill(struct entry_list *list, const struct str *texts, size_t count,
                        struct error *err)
{
    list->items = calloc(count + 1, sizeof(list->items[0]));
    if (list->items == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &list->items[list->count++];
        enum status status = compile(texts[i], &entry->pattern, err);
        if (status != OK) {
            return status;
        }
        entry->text = strndup(texts[i].p != NULL ? texts[i].p : "", texts[i].n);
        if (entry->text == NULL) {
            return error_nomem(err);
        }
    }
    return OK;
}

enum status filter_new(const struct filter_patterns *patterns, struct filter **out,
                       struct error *err)
{
    *out = NULL;
    struct filter *filter = calloc(1, sizeof(*filter));
    if (filter == NULL) {
        return error_nomem(err);
    }
    enum status status =
        fill(&filter->includes, patterns->includes, patterns->include_count, err);
    if (status == OK) {
        status = fill(&filter->excludes, patterns->excludes, patterns->exclude_count, err);
    }
    if (status != OK) {
        filter_free(filter);
        return status;
    }
    *out = filter;
    return OK;
}

static void free_list(struct entry_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        pattern_free(list->items[i].pattern);
        free(list->items[i].text);
    }
    free(list->items);
}

void filter_free(struct filter *filter)
{
    if (filter != NULL) {
        free_list(&filter->includes);
        free_list(&filter->excludes);
        free(filter);
    }
}

static void say_unanswered(const struct entry *entry, struct str name, const char *why,
                           struct error *err)
{
    (void)error_set(
        err, ERR_LIMIT, "the filter pattern '%.*s' %s '%.*s'; it counts as not matching",
        MAX_QUOTED_BYTES, entry->text, why, STR_ARG(str_sub(name, 0, MAX_QUOTED_BYTES)));
}

static bool matches_any(const struct entry_list *list, struct str name, struct error *err)
{
    for (size_t i = 0; i < list->count && !str_is_null(name); i++) {
        switch (pattern_matches(list->items[i].pattern, name)) {
        case PATTERN_ANSWER_YES:
            return true;
        case PATTERN_ANSWER_NO:
            break;
        case PATTERN_ANSWER_TOO_EXPENSIVE:
            say_unanswered(&list->items[i], name, "takes too long on", err);
            break;
        case PATTERN_ANSWER_UNCLEAR:
            say_unanswered(&list->items[i], name, "has a back reference that is unclear on",
                           err);
            break;
        }
    }
    return false;
}

bool filter_passes_any(const struct filter *filter, const struct str *names, size_t count,
                       struct error *err)
{
    if (filter == NULL) {
        return true;
    }
    bool has_includes = filter->includes.count > 0;
    for (size_t i = 0; i < count; i++) {
        if (matches_any(has_includes ? &filter->includes : &filter->excludes, names[i], err)) {
            return has_includes;
        }
    }
    return !has_includes;
}

bool filter_passes(const struct filter *filter, struct str name, struct error *err)
{
    return filter_passes_any(filter, &name, 1, err);
}

bool filter_ignores_excludes(const struct filter *filter)
{
    return filter != NULL && filter->includes.count > 0 && filter->excludes.count > 0;
}
