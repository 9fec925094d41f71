/*
 * catalog_fixture - a catalog in a folder of its own, and projects to put in it.
 */
#ifndef TESTS_UNIT_CATALOG_FIXTURE_H
#define TESTS_UNIT_CATALOG_FIXTURE_H

#include "catalog/catalog.h"
#include "catalog/query.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000)
#define HOUR INT64_C(3600000)

struct fixture {
    char folder[64];
    char path[96];
    struct clock_fake fake;
    struct clock clock;
    struct catalog *catalog;
    struct arena arena;
    struct error err;
    int64_t source;
};

/* A call that must succeed; says why when it does not. */
#define OKAY(fixture, call)                                                                    \
    do {                                                                                       \
        enum status status_ = (call);                                                          \
        if (status_ != OK) {                                                                   \
            fail_msg("%s: %s", #call, (fixture)->err.message);                                 \
        }                                                                                      \
    } while (0)

static inline void fixture_begin(struct fixture *f)
{
    OKAY(f, catalog_begin(f->catalog, &f->err));
}

static inline void fixture_commit(struct fixture *f)
{
    OKAY(f, catalog_commit(f->catalog, &f->err));
}

static inline int64_t fixture_source(struct fixture *f, const char *host, const char *workspace)
{
    struct catalog_source source = {.host = str_from(host),
                                    .workspace_id = str_from(workspace)};
    fixture_begin(f);
    OKAY(f, catalog_open_source(f->catalog, &source, &f->err));
    fixture_commit(f);
    return source.id;
}

static inline void fixture_open(struct fixture *f)
{
    OKAY(f, catalog_open(f->path, CATALOG_MODE_CREATE, &f->clock, &f->catalog, NULL, &f->err));
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    if (f == NULL) {
        return -1;
    }
    memcpy(f->folder, "/tmp/hexmeta-catalog-XXXXXX", 28);
    if (mkdtemp(f->folder) == NULL) {
        free(f);
        return -1;
    }
    (void)snprintf(f->path, sizeof(f->path), "%s/hex.catalog.db", f->folder);
    f->fake.wall_ms = NOW;
    f->clock = clock_fake(&f->fake);
    arena_init(&f->arena, (size_t)256 * 1024 * 1024);
    fixture_open(f);
    f->source = fixture_source(f, "https://app.hex.tech", "w-1");
    *state = f;
    return 0;
}

static inline int fixture_remove(const char *path, const struct stat *info, int type,
                                 struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    catalog_close(f->catalog);
    arena_free(&f->arena);
    (void)nftw(f->folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

/* A project that the listing might show; listing_hash stands for all of it. */
static inline struct project fixture_project(const char *id, const char *title, int64_t views)
{
    return (struct project){
        .id = str_from(id),
        .title = str_from(title),
        .views = {views, views, views, views, TIMESTAMP_NONE},
        .created_ms = NOW,
        .edited_ms = NOW,
        .published_ms = TIMESTAMP_NONE,
        .archived_ms = TIMESTAMP_NONE,
        .trashed_ms = TIMESTAMP_NONE,
        .results_updated_ms = TIMESTAMP_NONE,
        .listing_hash = 1,
    };
}

static const struct catalog_viewer fixture_viewer = {.key = {"user", 4},
                                                     .token_mark = {"token", 5}};

/* One complete walk that shows these projects on one page; the brake is off. */
static inline struct catalog_changes fixture_list(struct fixture *f, int64_t source,
                                                  const struct project *projects, size_t count,
                                                  int64_t now_ms, int64_t *unseen)
{
    struct catalog_walk walk;
    struct catalog_changes changes = {0};
    struct catalog_judgement judgement;
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, source, &fixture_viewer, now_ms, &f->arena, &walk,
                              &f->err));
    OKAY(f, catalog_walk_page(f->catalog, source, &walk, projects, count, STR_NULL, now_ms,
                              &changes, &f->err));
    OKAY(f, catalog_judge_walk(f->catalog, source, walk.id, &judgement, &f->err));
    OKAY(f, catalog_apply_states(f->catalog, source, walk.id, now_ms, &f->err));
    OKAY(f, catalog_walk_close(f->catalog, source, walk.id, true, now_ms, &f->err));
    fixture_commit(f);
    if (unseen != NULL) {
        *unseen = judgement.missing;
    }
    return changes;
}

static inline void fixture_store(struct fixture *f, const struct notebook *notebook,
                                 const char *mark)
{
    fixture_begin(f);
    OKAY(f, catalog_store_notebook(f->catalog, f->source, notebook, STR("raw: text\n"),
                                   str_from(mark), NOW, &f->err));
    fixture_commit(f);
}

static inline enum status fixture_collect(void *ctx, struct str line, struct error *err)
{
    return buf_append_str(ctx, line) == OK ? OK : error_nomem(err);
}

/* The lines of one kind, or of all. */
static inline const char *fixture_export(struct fixture *f, const char *kind)
{
    struct buf text;
    buf_init(&text, (size_t)64 * 1024 * 1024);
    OKAY(f, query_export(f->catalog, kind, fixture_collect, &text, &f->err));
    const char *copy = arena_cstr(&f->arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

#endif
