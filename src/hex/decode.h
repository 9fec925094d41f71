/*
 * decode - Hex's answers as the domain's structs.
 *
 * Tolerant: a member that is missing, null or of another type is "unknown", names that we do
 * not know are kept as they are, members that we do not know are passed over. Only what makes
 * an answer useless is an error: ERR_PARSE. All texts are copied into the arena.
 * Sources: Hex's OpenAPI file 1.0.0; docs/hex.md.
 */
#ifndef HEX_DECODE_H
#define HEX_DECODE_H

#include "domain/notebook.h"
#include "domain/project.h"
#include "io/json.h"

/* GET /users/me */
struct decoded_me {
    struct str user_id;
    struct str workspace_id; /* org.id */
    struct str email;
    struct str role;
    int64_t token_expires_ms; /* TIMESTAMP_NONE: never, or not said */
};
enum status decode_me(const struct json *document, struct arena *arena, struct decoded_me *out,
                      struct error *err) WARN_UNUSED;

/* GET /projects */
struct decoded_projects {
    struct project *items;
    size_t count;
    size_t skipped;  /* entries without a usable id */
    struct str next; /* cursor; STR_NULL: the last page */
};
enum status decode_projects(const struct json *document, struct arena *arena,
                            struct decoded_projects *out, struct error *err) WARN_UNUSED;

/* GET /projects/{id} */
enum status decode_project(const struct json *document, struct arena *arena,
                           struct project *out, struct error *err) WARN_UNUSED;

/*
 * Lists that are kept whole: each call appends a page's items to the growing array (as
 * arena_push does) and gives the next cursor.
 */
enum status decode_connections(const struct json *document, struct arena *arena,
                               struct data_connection **items, size_t *count, size_t *capacity,
                               struct str *next, struct error *err) WARN_UNUSED;
enum status decode_collections(const struct json *document, struct arena *arena,
                               struct collection **items, size_t *count, size_t *capacity,
                               struct str *next, struct error *err) WARN_UNUSED;
enum status decode_users(const struct json *document, struct arena *arena, struct user **items,
                         size_t *count, size_t *capacity, struct str *next,
                         struct error *err) WARN_UNUSED;
enum status decode_groups(const struct json *document, struct arena *arena,
                          struct group **items, size_t *count, size_t *capacity,
                          struct str *next, struct error *err) WARN_UNUSED;
/* GET /cells: appends to notebook->cells, which is marked as not complete. */
enum status decode_cells(const struct json *document, struct arena *arena,
                         struct notebook *notebook, size_t *capacity, struct str *next,
                         struct error *err) WARN_UNUSED;
/* GET /projects/{id}/queriedTables */
enum status decode_queried_tables(const struct json *document, struct arena *arena,
                                  struct queried_table **items, size_t *count, size_t *capacity,
                                  struct str *next, struct error *err) WARN_UNUSED;

/* GET /projects/{id}/runs, one page */
enum status decode_runs(const struct json *document, struct arena *arena, struct run **items,
                        size_t *count, struct error *err) WARN_UNUSED;

/* POST /projects/export; views into document. */
struct decoded_export {
    struct str filename;
    struct str content;
};
enum status decode_export(const struct json *document, struct decoded_export *out,
                          struct error *err) WARN_UNUSED;

/* GET .../image: the picture's bytes, at most 16 MiB. */
enum status decode_image(const struct json *document, struct arena *arena,
                         struct str *mime_type, struct str *bytes,
                         struct error *err) WARN_UNUSED;

/*
 * What an error answer says, as one line of printable text: {"reason", "details"},
 * {"code", "message", "issues"}, {"message"}, plain text, or "a web page". Adds nothing when
 * it says nothing.
 */
void decode_error_body(struct str content_type, struct str body, struct buf *out);
/*
 * True for a JSON object, whatever its keys (Hex has several shapes): its own answer, not the
 * page of a proxy on the way to it.
 */
bool decode_is_error_object(struct str body);
/* True for a 403 that names the workspace's tier as its reason. */
bool decode_is_tier_message(struct str body);

/* "acme" of "https://app.hex.tech/acme/app/..."; STR_NULL when there is no such segment. */
struct str decode_workspace_of_url(struct str url);

#endif
