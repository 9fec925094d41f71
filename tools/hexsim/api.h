/*
 * api - answers requests as Hex's public API does. Knows nothing of sockets.
 */
#ifndef HEXSIM_API_H
#define HEXSIM_API_H

#include "base/json_out.h"
#include "common/http_host.h"
#include "hexsim/notebook.h"

struct api_request {
    const char *method;
    struct str path; /* decoded, without query */
    const struct http_argument *arguments;
    size_t argument_count;
    struct str body;
    struct str trace_id;
    struct arena *arena; /* lives as long as the request */
    bool is_workspace_token;
    size_t user;         /* whose token it is */
    bool repeats_cursor; /* the next page's cursor is the present one's: a fault */
};

struct api_answer {
    int status;
    const char *content_type;
    struct buf body;   /* owned; freed by who sent it */
    bool is_cacheable; /* the same until the workspace changes */
};

/* How this API behaves, beside what the workspace holds. */
struct api_options {
    bool has_me_for_workspace_tokens;
    int64_t token_expires_ms; /* of personal tokens, as /users/me tells it */
};

struct api;

/* Owned by the caller; the workspace outlives it. */
struct api *api_new(struct workspace *workspace, const struct api_options *options);
void api_free(struct api *api);
/* Fills *answer, whose body is initialised here. `path` starts behind /api. */
void api_answer(struct api *api, const struct api_request *request, struct api_answer *answer);

/* ---- for the files of the API ---- */

/* {"reason", "traceId"} with a status. */
void api_fail(const struct api_request *request, struct api_answer *answer, int status,
              const char *reason);
/* The last value of an argument; STR_NULL when it was not given. */
struct str api_argument(const struct api_request *request, const char *name);

struct api_page {
    size_t limit;
    bool is_descending;
    bool is_backwards; /* `before` was given */
    bool has_cursor;
    struct str value; /* of the cursor */
    struct str id;
};

/* limit, after, before, sortDirection; false after api_fail. */
bool api_read_page(const struct api_request *request, struct api_answer *answer,
                   size_t max_limit, bool is_descending, struct api_page *page);
/* One of names (NULL-terminated); 0 when not given; false after api_fail. */
bool api_read_choice(const struct api_request *request, struct api_answer *answer,
                     const char *name, const char *const *names, size_t *choice);

struct api_entry {
    struct str value; /* what it is sorted by */
    struct str id;
    size_t index;
};

typedef bool api_filter_fn(void *ctx, size_t index);
typedef void api_write_fn(void *ctx, size_t index, struct json_out *out);

struct api_list {
    const struct api_entry *entries; /* sorted ascending by value, then id */
    size_t count;
    api_filter_fn *filter; /* NULL: all */
    api_write_fn *write;
    void *ctx;
    bool has_trace_id;
};

/* {"values", "pagination"} for one page. */
void api_write_list(const struct api_request *request, const struct api_page *page,
                    const struct api_list *list, struct api_answer *answer);
/* For qsort. */
int api_compare_entries(const void *a, const void *b);

/* Endpoints below /v1/projects and /v1/cells; false when the path is not theirs. */
bool api_projects(struct api *api, const struct api_request *request,
                  struct api_answer *answer);
bool api_cells(struct api *api, const struct api_request *request, struct api_answer *answer);
/* Everything else of the workspace. */
bool api_directory(struct api *api, const struct api_request *request,
                   struct api_answer *answer);

/* The picture of a cell (by its static id) in a run that is completed. */
void api_run_image(struct api *api, const struct api_request *request,
                   const struct sim_project *project, struct str run, struct str cell,
                   struct api_answer *answer);

/* What the files of the API share. */
const struct workspace *api_workspace(const struct api *api);
const struct api_options *api_settings(const struct api *api);
/* All projects sorted by created, edited, published (0 to 2), kept until something changes. */
const struct api_entry *api_sorted_projects(struct api *api, size_t sort, size_t *count);

#endif
