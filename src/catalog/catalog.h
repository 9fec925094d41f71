/*
 * catalog - everything hexmeta knows, in one SQLite file: cache, state, and what people read.
 *
 * The only folder that knows SQL. One writer at a time (catalog_open for writing takes an
 * advisory lock on "<path>.lock" that names its holder); readers are never blocked (WAL).
 * A struct catalog belongs to one thread. All texts handed in are copied; texts handed out
 * live in the arena that the caller gave. Every row belongs to a source: a workspace on a
 * host, or the imported files; nothing done to one source touches another.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "domain/brake.h"
#include "domain/edge.h"
#include "domain/notebook.h"
#include "domain/project.h"

#include <signal.h>

struct catalog;
struct notebook_edges; /* domain/notebook_lineage.h */

enum catalog_mode {
    CATALOG_MODE_READ,  /* must exist */
    CATALOG_MODE_WRITE, /* must exist; takes the writer's lock */
    CATALOG_MODE_CREATE /* like WRITE, made when missing, with mode 0600 */
};

/*
 * Opens the catalog at path and brings its schema up to date (forward only; a newer schema
 * than ours is refused). *created says whether the file is new (may be NULL). ERR_IO,
 * ERR_NOT_FOUND, or ERR_IO naming the holder of the lock.
 */
enum status catalog_open(const char *path, enum catalog_mode mode, const struct clock *clock,
                         struct catalog **out, bool *created, struct error *err) WARN_UNUSED;
/* For whoever would rather wait for another writer than fail. */
struct catalog_wait {
    int64_t timeout_ms;                /* INT64_MAX: as long as it takes */
    const volatile sig_atomic_t *stop; /* not 0: ERR_CANCELLED; may be NULL */
};
/*
 * The same, but waits for the lock, and tells the log whom for; wait NULL: not at all. ERR_IO
 * naming the holder when the time is over.
 */
enum status catalog_open_waiting(const char *path, enum catalog_mode mode,
                                 const struct clock *clock, const struct catalog_wait *wait,
                                 struct catalog **out, bool *created,
                                 struct error *err) WARN_UNUSED;
void catalog_close(struct catalog *catalog);

/* Transactions; not nested. Every writing function below needs an open one. */
enum status catalog_begin(struct catalog *catalog, struct error *err) WARN_UNUSED;
enum status catalog_commit(struct catalog *catalog, struct error *err) WARN_UNUSED;
/* Legal without an open transaction. */
void catalog_rollback(struct catalog *catalog);

/* ---- sources ---- */

struct catalog_source {
    int64_t id;              /* out */
    struct str host;         /* "https://app.hex.tech", or "files" */
    struct str workspace_id; /* STR_NULL: not known (yet) */
    struct str name;         /* slug or name for URLs, STR_NULL */
};

/*
 * Finds the source of host and workspace, or makes it; fills source->id and what the catalog
 * knew and the caller did not. With workspace_id unknown, the host's only source is taken;
 * a source that was made without a workspace id is completed when the id becomes known. Texts
 * that it fills in live as long as the catalog. ERR_CONFIG when several sources would do.
 */
enum status catalog_open_source(struct catalog *catalog, struct catalog_source *source,
                                struct error *err) WARN_UNUSED;
/* The same without making one: source->id is 0 when the catalog has none. Writes nothing. */
enum status catalog_find_source(struct catalog *catalog, struct catalog_source *source,
                                struct error *err) WARN_UNUSED;
/* Remembers workspace id and name found later in the run. */
enum status catalog_update_source(struct catalog *catalog, const struct catalog_source *source,
                                  struct error *err) WARN_UNUSED;

/* Small facts kept per source ("queriedTables.unavailable"). *out STR_NULL when not set. */
enum status catalog_get_fact(struct catalog *catalog, int64_t source, const char *key,
                             struct arena *arena, struct str *out,
                             struct error *err) WARN_UNUSED;
enum status catalog_set_fact(struct catalog *catalog, int64_t source, const char *key,
                             struct str value, struct error *err) WARN_UNUSED;

/* ---- the listing walk ---- */

/* With whose eyes a walk sees: what it does not show says nothing of what others see. */
struct catalog_viewer {
    struct str key;        /* the same as long as the same must be seen: a user, or a token */
    struct str token_mark; /* differs between tokens and token types */
    bool is_unnamed;       /* key is but the token's: whose it is, if anybody's, is not known */
};

struct catalog_walk {
    int64_t id;
    struct str cursor; /* where to go on; STR_NULL: from the start */
    int64_t listed;    /* projects that this walk has shown so far */
};

/*
 * Goes on with the source's unfinished walk when it moved within the last hour and had the
 * same viewer and token, else begins a new one (and forgets what the old one had seen). One
 * token is one viewer, whether or not it was known each time whose it is. Times of earlier runs
 * that lie ahead of now_ms (the clock was put back) become now_ms.
 */
enum status catalog_walk_open(struct catalog *catalog, int64_t source,
                              const struct catalog_viewer *viewer, int64_t now_ms,
                              struct arena *arena, struct catalog_walk *out,
                              struct error *err) WARN_UNUSED;

/* What a page changed. */
struct catalog_changes {
    int64_t added;
    int64_t updated; /* any listed field */
    int64_t unchanged;
};

/*
 * Stores one page: its projects, that the walk has seen them, and the cursor of the next page
 * (STR_NULL on the last). A project whose listing_hash is as stored costs no write but the
 * "seen". added to *changes. Views are sampled when they changed. An active project that the
 * page shows as archived or trashed stays active, with that state pending, until
 * catalog_apply_states; every other new state holds at once.
 */
enum status catalog_walk_page(struct catalog *catalog, int64_t source,
                              struct catalog_walk *walk, const struct project *projects,
                              size_t count, struct str next_cursor, int64_t now_ms,
                              struct catalog_changes *changes, struct error *err) WARN_UNUSED;

/*
 * Ends the walk: complete (it reached the end without an error), or not (its cursor is
 * dropped, the next run starts anew, nothing is concluded). A complete one notes what its
 * viewer has seen and what is missing.
 */
enum status catalog_walk_close(struct catalog *catalog, int64_t source, int64_t walk,
                               bool is_complete, int64_t now_ms, struct error *err) WARN_UNUSED;

/* ---- absence: between the last page of a walk and its end, and behind it ---- */

/*
 * What a walk that reached its end means for the projects that were known before. It judges
 * those that it showed, and those that an earlier complete walk of the same viewer showed;
 * with another token than the last complete walk of this source, only the former.
 */
struct catalog_judgement {
    struct brake_count count; /* unseen: without the denied that are kept another time */
    int64_t missing;          /* not shown, not gone: to be looked up, or waiting */
    int64_t others;           /* not gone, but only ever shown to other viewers */
    bool is_other_token;      /* no look-up may conclude anything */
};
/* Writes nothing. Before catalog_walk_close. */
enum status catalog_judge_walk(struct catalog *catalog, int64_t source, int64_t walk,
                               struct catalog_judgement *out, struct error *err) WARN_UNUSED;
/* The brake is off: the pending states of what this walk judges hold. Before its close. */
enum status catalog_apply_states(struct catalog *catalog, int64_t source, int64_t walk,
                                 int64_t now_ms, struct error *err) WARN_UNUSED;

struct catalog_missing {
    struct str project_id;
    struct str title;
    enum project_state state;
};
/*
 * Behind the end of a complete walk: the projects that its viewer saw earlier and that it did
 * not show, those first that were never looked up, then the longest ago. At most limit;
 * *items lives in arena.
 */
enum status catalog_list_missing(struct catalog *catalog, int64_t source, int64_t walk,
                                 size_t limit, struct arena *arena,
                                 struct catalog_missing **items, size_t *count,
                                 struct error *err) WARN_UNUSED;

enum catalog_lookup {
    CATALOG_LOOKUP_SHOWN,  /* 200: it is stored as a page would, and its state holds */
    CATALOG_LOOKUP_GONE,   /* 404 */
    CATALOG_LOOKUP_DENIED, /* 403: detail denied; gone when missing in 3 complete walks */
    CATALOG_LOOKUP_FAILED  /* looked up, to no avail */
};
/* shown: of CATALOG_LOOKUP_SHOWN, else NULL. *state: the project's, afterwards. */
enum status catalog_store_lookup(struct catalog *catalog, int64_t source, struct str project_id,
                                 enum catalog_lookup lookup, const struct project *shown,
                                 int64_t now_ms, enum project_state *state,
                                 struct error *err) WARN_UNUSED;

/* ---- workspace lists: each call replaces what the source had ---- */

enum status catalog_store_connections(struct catalog *catalog, int64_t source,
                                      const struct data_connection *items, size_t count,
                                      struct error *err) WARN_UNUSED;
enum status catalog_store_collections(struct catalog *catalog, int64_t source,
                                      const struct collection *items, size_t count,
                                      struct error *err) WARN_UNUSED;
enum status catalog_store_users(struct catalog *catalog, int64_t source,
                                const struct user *items, size_t count,
                                struct error *err) WARN_UNUSED;
enum status catalog_store_groups(struct catalog *catalog, int64_t source,
                                 const struct group *items, size_t count,
                                 struct error *err) WARN_UNUSED;
/* How long the lists were when they were read last. */
struct catalog_list_counts {
    int64_t connections;
    int64_t collections;
    int64_t users;
    int64_t groups;
};
enum status catalog_count_lists(struct catalog *catalog, int64_t source,
                                struct catalog_list_counts *out, struct error *err) WARN_UNUSED;
/* One connection, or ERR_NOT_FOUND. */
enum status catalog_get_connection(struct catalog *catalog, int64_t source, struct str id,
                                   struct arena *arena, struct data_connection *out,
                                   struct error *err) WARN_UNUSED;

/* ---- details ---- */

struct catalog_work {
    struct str project_id;
    struct str title;
    struct str owner; /* e-mail address; the creator's where there is no owner */
    struct str status;
    struct str *categories;
    size_t category_count;
    struct str *collections; /* names */
    size_t collection_count;
    enum project_type type;
    int64_t views_all_time;
    int64_t published_ms;
    bool has_schedule;
    bool needs_content;      /* the content mark moved, or an earlier read failed */
    bool needs_activity;     /* the activity mark moved, and the last look is an hour old */
    struct str content_mark; /* to hand back when the read succeeded */
    struct str activity_mark;
};

/*
 * The next project whose details are due, most viewed first. *after_views and *after_id hold
 * the position (start with INT64_MAX and STR_NULL) so that each comes once a run. has_more
 * false: no more. archived ones only when include_archived; trashed ones never.
 */
enum status catalog_next_work(struct catalog *catalog, int64_t source, bool include_archived,
                              int64_t now_ms, int64_t *after_views, struct str *after_id,
                              struct arena *arena, struct catalog_work *out, bool *has_more,
                              struct error *err) WARN_UNUSED;
/* How many catalog_next_work would give from the start. */
enum status catalog_count_work(struct catalog *catalog, int64_t source, bool include_archived,
                               int64_t now_ms, int64_t *out, struct error *err) WARN_UNUSED;

/*
 * What would be due if the listing showed project now; nothing is written. catalog may be NULL
 * and source 0: nothing is known. Texts are views into project, or live in arena.
 */
enum status catalog_foresee_work(struct catalog *catalog, int64_t source,
                                 const struct project *project, int64_t now_ms,
                                 struct arena *arena, struct catalog_work *out, bool *is_known,
                                 struct error *err) WARN_UNUSED;

/* ---- unchanged projects that are read again because of their age ---- */

struct catalog_age {
    int64_t now_ms;
    int64_t refresh_after_ms; /* since the last read; spread by refresh_offset_ms */
    bool include_archived;
};

/*
 * The next unchanged project that is old enough, the oldest first: not one whose details are
 * due anyway, not a denied one, and none that was tried within a day. It comes with
 * needs_content set. *after_ms and *after_id hold the position (start with INT64_MIN and
 * STR_NULL). An index serves it: unchanged projects that are not old cost nothing.
 */
enum status catalog_next_aged(struct catalog *catalog, int64_t source,
                              const struct catalog_age *age, int64_t *after_ms,
                              struct str *after_id, struct arena *arena,
                              struct catalog_work *out, bool *has_more,
                              struct error *err) WARN_UNUSED;
/* How many catalog_next_aged would give from the start. */
enum status catalog_count_aged(struct catalog *catalog, int64_t source,
                               const struct catalog_age *age, int64_t *out,
                               struct error *err) WARN_UNUSED;
/* A project was asked for because of its age, whatever came of it, with so many requests. */
enum status catalog_note_aged(struct catalog *catalog, int64_t source, struct str project_id,
                              int64_t requests, int64_t now_ms, struct error *err) WARN_UNUSED;
/* The requests that catalog_note_aged has noted since since_ms. */
enum status catalog_count_aged_requests(struct catalog *catalog, int64_t source,
                                        int64_t since_ms, int64_t *out,
                                        struct error *err) WARN_UNUSED;

/*
 * Stores a notebook in place of what was known: cells, data sets, search text, raw (the
 * export's text with secrets blanked; STR_NULL: none, the old one is dropped), connections
 * named in it that the source does not list. The project becomes detail full and is due for
 * analysis, and so are the projects that import it. Cells that came, went or changed since an
 * earlier read of the same kind become part of the history.
 */
enum status catalog_store_notebook(struct catalog *catalog, int64_t source,
                                   const struct notebook *notebook, struct str raw,
                                   struct str content_mark, int64_t now_ms,
                                   struct error *err) WARN_UNUSED;
/* Newest 100 are kept. activity_mark as given by catalog_next_work. */
enum status catalog_store_runs(struct catalog *catalog, int64_t source, struct str project_id,
                               const struct run *runs, size_t count, struct str activity_mark,
                               int64_t now_ms, struct error *err) WARN_UNUSED;
/* 403 or 404: the runs that were known stay, and are asked for when activity_mark moves. */
enum status catalog_skip_runs(struct catalog *catalog, int64_t source, struct str project_id,
                              struct str activity_mark, int64_t now_ms,
                              struct error *err) WARN_UNUSED;
enum status catalog_store_queried_tables(struct catalog *catalog, int64_t source,
                                         struct str project_id,
                                         const struct queried_table *items, size_t count,
                                         struct error *err) WARN_UNUSED;
/*
 * What was known before stays; the next run tries again. is_denied: 403, the project becomes
 * detail denied and is tried again when its listing changes (in more than views), not before.
 */
enum status catalog_store_failure(struct catalog *catalog, int64_t source,
                                  struct str project_id, bool is_denied,
                                  const struct error *why, int64_t now_ms,
                                  struct error *err) WARN_UNUSED;
/* Another version of published projects is wanted than was read: they are due once more. */
enum status catalog_forget_published_contents(struct catalog *catalog, int64_t source,
                                              struct error *err) WARN_UNUSED;
/*
 * A token that none of the source's walks had may read what others may not: denied projects are
 * due once more. Call it before the walk is opened.
 */
enum status catalog_forget_denials(struct catalog *catalog, int64_t source,
                                   struct str token_mark, struct error *err) WARN_UNUSED;
/* A project that comes from a file, not from a listing (import). */
enum status catalog_store_file_project(struct catalog *catalog, int64_t source,
                                       const struct notebook *notebook, int64_t now_ms,
                                       bool *is_new, struct error *err) WARN_UNUSED;

struct picture {
    struct str cell;
    struct str run;
    struct str mime_type; /* STR_NULL with bytes: there is none of this run */
    struct str bytes;
};
/* Replaces the picture of one cell. */
enum status catalog_store_picture(struct catalog *catalog, int64_t source,
                                  struct str project_id, const struct picture *picture,
                                  struct error *err) WARN_UNUSED;

struct catalog_picture_work {
    int64_t row; /* position, for *after_row */
    struct str project_id;
    struct str cell_id;
    struct str run_id; /* the project's newest COMPLETED run */
};
/*
 * The next chart cell (types CHART, EXPLORE, VEGA_CHART, METRIC, PIVOT, MAP) of an active
 * project for which no picture of the project's newest completed run is stored (a stored one
 * without bytes counts: it was refused). *after_row starts at 0 and holds the position.
 */
enum status catalog_next_picture(struct catalog *catalog, int64_t source, int64_t *after_row,
                                 struct arena *arena, struct catalog_picture_work *out,
                                 bool *has_more, struct error *err) WARN_UNUSED;

/* ---- stored exports that are read again, without a request ---- */

/* All sources, by id; texts live in arena. */
enum status catalog_list_sources(struct catalog *catalog, struct arena *arena,
                                 struct catalog_source **out, size_t *count,
                                 struct error *err) WARN_UNUSED;

struct catalog_raw {
    int64_t row; /* position, for *after_row */
    struct str project_id;
    struct str text; /* the export */
};
/*
 * The next stored export whose notebook was made by a parser before parser_version (INT64_MAX:
 * all). *after_row starts at 0 and holds the position. ERR_PARSE when it cannot be unpacked:
 * then *out has its project and the next call goes on behind it.
 */
enum status catalog_next_raw(struct catalog *catalog, int64_t source, int64_t parser_version,
                             int64_t *after_row, struct arena *arena, struct catalog_raw *out,
                             bool *has_more, struct error *err) WARN_UNUSED;
/*
 * Stores what a stored export says in place of what was made of it before, every cell anew.
 * Marks, detail, history and the export itself stay as they are; the project is due for
 * analysis as after catalog_store_notebook.
 */
enum status catalog_restore_notebook(struct catalog *catalog, int64_t source,
                                     const struct notebook *notebook,
                                     struct error *err) WARN_UNUSED;
/* The export makes no sense to this parser: what is known stays, and it does not come again. */
enum status catalog_skip_raw(struct catalog *catalog, int64_t source, struct str project_id,
                             int64_t parser_version, struct error *err) WARN_UNUSED;
/* What an analysis before NOTEBOOK_LINEAGE_VERSION made (or all of it) is due again. */
enum status catalog_outdate_edges(struct catalog *catalog, int64_t source, bool is_all,
                                  struct error *err) WARN_UNUSED;

/* ---- analysis: from stored notebooks to edges ---- */

/*
 * A project due for analysis; *project_id STR_NULL when there is none. Components come first:
 * others want to know the columns of their data sets.
 */
enum status catalog_next_unanalysed(struct catalog *catalog, int64_t source,
                                    struct arena *arena, struct str *project_id,
                                    struct error *err) WARN_UNUSED;
/* The stored notebook; ERR_NOT_FOUND when there is none. */
enum status catalog_load_notebook(struct catalog *catalog, int64_t source,
                                  struct str project_id, struct arena *arena,
                                  struct notebook **out, struct error *err) WARN_UNUSED;
/* Gives the cells of a loaded notebook the columns that its analysis found, if all of them. */
enum status catalog_load_datasets(struct catalog *catalog, int64_t source,
                                  struct notebook *notebook, struct arena *arena,
                                  struct error *err) WARN_UNUSED;
/* What Hex says that the project asked its warehouses for; none when it never said. */
enum status catalog_load_queried_tables(struct catalog *catalog, int64_t source,
                                        struct str project_id, struct arena *arena,
                                        struct queried_table **out, size_t *count,
                                        struct error *err) WARN_UNUSED;
/* The tables of a connection that have this name, case-blind, whatever their schema. */
enum status catalog_find_tables(struct catalog *catalog, int64_t source, struct str connection,
                                struct str name, struct arena *arena, struct table_name **out,
                                size_t *count, struct error *err) WARN_UNUSED;
/*
 * Replaces what an analysis found of the project: edges, imports, columns of data sets, and
 * why SQL does not show a queried table (as many reasons as catalog_load_queried_tables gave,
 * NULL: none). It is analysed now.
 */
enum status catalog_store_edges(struct catalog *catalog, int64_t source, struct str project_id,
                                const struct notebook_edges *found,
                                struct error *err) WARN_UNUSED;

/* ---- log of runs ---- */

enum status catalog_log_run(struct catalog *catalog, int64_t source, const char *command,
                            int64_t started_ms, int64_t ended_ms, int exit_code,
                            struct str summary_json, struct error *err) WARN_UNUSED;

#endif
