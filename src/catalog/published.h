/*
 * published - what was published to an OpenMetadata server: the base of the three-way merge.
 *
 * A publication is a source, a server and a service name. Its rows say for each entity what we
 * sent last and what the server showed after that, and they are the only entities that hexmeta
 * ever deletes. The working tables (what the server lists, what is wanted) live in the
 * connection's temporary database: their size is no matter of memory, and they end with it.
 */
#ifndef CATALOG_PUBLISHED_H
#define CATALOG_PUBLISHED_H

#include "catalog/catalog.h"
#include "domain/merge.h"
#include "domain/usage.h"

enum published_kind {
    PUBLISHED_CLASSIFICATION,
    PUBLISHED_TAG,
    PUBLISHED_DATA_MODEL,
    PUBLISHED_CHART,
    PUBLISHED_DASHBOARD,
    PUBLISHED_PIPELINE, /* the runs of a project */
    PUBLISHED_EDGE
};

/* Kinds whose names begin with the id of the project that they belong to. */
#define PUBLISHED_FIRST_OF_PROJECT PUBLISHED_DATA_MODEL
#define PUBLISHED_LAST_OF_PROJECT PUBLISHED_PIPELINE

enum published_state {
    PUBLISHED_STATE_THERE,
    PUBLISHED_STATE_DELETED, /* by us: comes back when Hex has it again */
    PUBLISHED_STATE_REFUSED  /* by a person: stays deleted */
};

/* The fields that are merged or compared one by one. */
enum published_field {
    PUBLISHED_FIELD_TITLE,
    PUBLISHED_FIELD_DESCRIPTION,
    PUBLISHED_FIELD_URL,
    PUBLISHED_FIELD_CHART_TYPE,
    PUBLISHED_FIELD_SQL,
    PUBLISHED_FIELD_COLUMNS,
    PUBLISHED_FIELD_CHARTS,
    PUBLISHED_FIELD_DATA_MODELS,
    PUBLISHED_FIELD_LIFE_CYCLE,
    PUBLISHED_FIELD_SCHEDULE,
    PUBLISHED_FIELD_COUNT
};

struct published {
    enum published_kind kind;
    struct str name;
    struct str parent;
    struct str entity_id;
    enum published_state state;
    uint64_t digest;
    struct merge_base fields[PUBLISHED_FIELD_COUNT];
    bool has_tags; /* tags were sent before, even if none */
    struct str *tags;
    size_t tag_count;
    bool has_owners;
    struct str *owners; /* ids of users */
    size_t owner_count;
};

/* ---- the publication ---- */

struct publication {
    int64_t id;
    int64_t source;
    struct str service_id; /* STR_NULL: not known */
};

/*
 * The source of a host that publishing reads from; *out 0 when the catalog has none.
 * workspace (id or name) chooses among several, STR_NULL: ERR_CONFIG when there are several.
 */
enum status published_find_source(struct catalog *catalog, struct str host,
                                  struct str workspace, int64_t *out,
                                  struct error *err) WARN_UNUSED;
/* Finds it, or makes it (needs a transaction then). Texts live in arena. */
enum status published_open(struct catalog *catalog, int64_t source, struct str host,
                           struct str service, struct arena *arena, struct publication *out,
                           struct error *err) WARN_UNUSED;
/*
 * The service on the server has this id now. When it was another one, the old service is gone
 * with all that was in it: what was known of it is forgotten.
 */
enum status published_set_service(struct catalog *catalog, struct publication *publication,
                                  struct str service_id, struct error *err) WARN_UNUSED;

/* *found false: nothing is known of it, *out is empty but for kind and name. */
enum status published_get(struct catalog *catalog, int64_t publication,
                          enum published_kind kind, struct str name, struct arena *arena,
                          struct published *out, bool *found, struct error *err) WARN_UNUSED;
/* Replaces what was known of it. */
enum status published_put(struct catalog *catalog, int64_t publication,
                          const struct published *row, struct error *err) WARN_UNUSED;
/* Forgets it. */
enum status published_drop(struct catalog *catalog, int64_t publication,
                           enum published_kind kind, struct str name,
                           struct error *err) WARN_UNUSED;
/*
 * The next one of a kind that is THERE and not wanted (published_want), by name; start with
 * after STR(""). name, parent and entity_id are filled.
 */
enum status published_next_unwanted(struct catalog *catalog, int64_t publication,
                                    enum published_kind kind, struct str after,
                                    struct arena *arena, struct published *out, bool *has_more,
                                    struct error *err) WARN_UNUSED;
/* How many of a kind are THERE, and how many of these are not wanted. */
enum status published_count(struct catalog *catalog, int64_t publication,
                            enum published_kind kind, int64_t *there, int64_t *unwanted,
                            struct error *err) WARN_UNUSED;

/* Where the counting of a project's views stands; has_base false: nowhere yet. */
enum status published_get_usage(struct catalog *catalog, int64_t publication,
                                struct str project, struct usage_state *out,
                                struct error *err) WARN_UNUSED;
/* What is counted and confirmed now. */
enum status published_put_usage(struct catalog *catalog, int64_t publication,
                                struct str project, const struct usage_state *state,
                                struct error *err) WARN_UNUSED;

/* ---- projects that need no look ---- */

enum published_progress {
    PUBLISHED_PROGRESS_OPEN,   /* something is left to do */
    PUBLISHED_PROGRESS_SENT,   /* only how the server shows it is not known yet */
    PUBLISHED_PROGRESS_SETTLED /* nothing is left to do */
};

/* How far the project was when it had this mark. */
enum status published_get_progress(struct catalog *catalog, int64_t publication,
                                   struct str project, uint64_t mark,
                                   enum published_progress *out, struct error *err) WARN_UNUSED;
/*
 * Something of it is about to be published: until it is settled, something is left to do.
 * *is_new: nothing of it ever was.
 */
enum status published_begin_project(struct catalog *catalog, int64_t publication,
                                    struct str project, bool *is_new,
                                    struct error *err) WARN_UNUSED;
/* SENT or SETTLED, with this mark. */
enum status published_settle(struct catalog *catalog, int64_t publication, struct str project,
                             uint64_t mark, enum published_progress progress,
                             struct error *err) WARN_UNUSED;
/* What the server shows of projects that are SENT (published_want_project) has been read. */
enum status published_settle_sent(struct catalog *catalog, int64_t publication,
                                  struct error *err) WARN_UNUSED;
/* Projects that still have something unwanted of this kind are open again. */
enum status published_reopen(struct catalog *catalog, int64_t publication,
                             enum published_kind kind, struct error *err) WARN_UNUSED;
/* Forgets the progress of projects that are not wanted and of which nothing is THERE. */
enum status published_forget_projects(struct catalog *catalog, int64_t publication,
                                      struct error *err) WARN_UNUSED;
/* How many projects of the publication are neither open nor wanted: they have to go. */
enum status published_count_strangers(struct catalog *catalog, int64_t publication,
                                      int64_t *out, struct error *err) WARN_UNUSED;
/* The next of them behind a project; start with STR(""). */
enum status published_next_stranger(struct catalog *catalog, int64_t publication,
                                    struct str after, struct arena *arena, struct str *out,
                                    bool *has_more, struct error *err) WARN_UNUSED;
/*
 * The next entity of a kind that is THERE and that bears the name of the project or of one of
 * its cells; start with after STR("").
 */
enum status published_next_of_project(struct catalog *catalog, int64_t publication,
                                      enum published_kind kind, struct str project,
                                      struct str after, struct arena *arena, struct str *out,
                                      bool *has_more, struct error *err) WARN_UNUSED;

/* ---- working tables: what the server lists, what is wanted, who changed what ---- */

/* Makes them, empty. */
enum status published_begin_work(struct catalog *catalog, struct error *err) WARN_UNUSED;
/* What the server lists. */
struct published_item {
    enum published_kind kind;
    struct str name;
    struct str entity_id;
    bool is_deleted;
    bool is_new;     /* this run has made it */
    struct str json; /* the whole entity */
};
/* The later one of two with the same name wins; what is new stays new. */
enum status published_list(struct catalog *catalog, const struct published_item *item,
                           struct error *err) WARN_UNUSED;
/* *out STR_NULL: the server does not list it. */
enum status published_listed(struct catalog *catalog, enum published_kind kind, struct str name,
                             struct arena *arena, struct str *out,
                             struct error *err) WARN_UNUSED;
/* Everything but its JSON; *found false: the server does not list it. */
enum status published_find(struct catalog *catalog, enum published_kind kind, struct str name,
                           struct arena *arena, struct published_item *out, bool *found,
                           struct error *err) WARN_UNUSED;
enum published_presence { PUBLISHED_ABSENT, PUBLISHED_PRESENT, PUBLISHED_PRESENT_DELETED };
/* The same without reading it. */
enum status published_presence(struct catalog *catalog, enum published_kind kind,
                               struct str name, enum published_presence *out,
                               struct error *err) WARN_UNUSED;
/* An entity's history as the server tells it; "" : it tells none. */
enum status published_keep_history(struct catalog *catalog, enum published_kind kind,
                                   struct str name, struct str json,
                                   struct error *err) WARN_UNUSED;
enum status published_history(struct catalog *catalog, enum published_kind kind,
                              struct str name, struct arena *arena, struct str *out,
                              struct error *err) WARN_UNUSED;
enum status published_want(struct catalog *catalog, enum published_kind kind, struct str name,
                           struct error *err) WARN_UNUSED;
/*
 * All that belongs to the project is wanted: nothing is left to do for it, or nothing of it was
 * published before (OPEN). row: of the catalog.
 */
enum status published_want_project(struct catalog *catalog, struct str project, int64_t row,
                                   enum published_progress progress,
                                   struct error *err) WARN_UNUSED;
/* As what it is wanted; OPEN also when it is not wanted as a whole. */
enum status published_wanted_as(struct catalog *catalog, struct str project,
                                enum published_progress *out, struct error *err) WARN_UNUSED;
/* What the server shows of a project that is SENT needs a closer look. */
enum status published_doubt(struct catalog *catalog, struct str project,
                            struct error *err) WARN_UNUSED;
/*
 * Takes a project that is SENT (only_doubted: of which was doubted) out of those that are
 * wanted as a whole; *row is its row in the catalog.
 */
enum status published_take_sent(struct catalog *catalog, bool only_doubted, int64_t *row,
                                bool *has_more, struct error *err) WARN_UNUSED;
/*
 * How many entities of each kind belong to settled projects and are THERE: added to counts,
 * which the caller has set to 0.
 */
enum status published_count_settled(struct catalog *catalog, int64_t publication,
                                    int64_t counts[PUBLISHED_EDGE + 1],
                                    struct error *err) WARN_UNUSED;
/* Its project is there, but what it holds is not known: all its children are wanted. */
enum status published_want_children(struct catalog *catalog, int64_t publication,
                                    enum published_kind kind, struct str parent,
                                    struct error *err) WARN_UNUSED;
/* Those of its entities that were there went with the parent. */
enum status published_delete_children(struct catalog *catalog, int64_t publication,
                                      enum published_kind kind, struct str parent,
                                      struct error *err) WARN_UNUSED;

#endif
