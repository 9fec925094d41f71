/*
 * api - answers calls as OpenMetadata's REST API does.
 */
#ifndef OMSIM_API_H
#define OMSIM_API_H

#include "omsim/call.h"
#include "omsim/render.h"

/* Finds out who calls, and answers. */
void api_answer(struct call *call);

/* ---- for the files of the API: each answers the paths that are its own ---- */

/* Behind a collection of entities; `at` is the first segment behind it. */
void api_read(struct call *call, const struct kind *kind, size_t at);
void api_write(struct call *call, const struct kind *kind, size_t at);
void api_patch(struct call *call, struct entity *entity);
void api_bulk(struct call *call, const struct kind *kind);
void api_delete_stale(struct call *call, const struct kind *kind);
void api_list(struct call *call, const struct kind *kind);
/* Statuses of runs, below pipelines and ingestion pipelines; false: not theirs. */
bool api_runs(struct call *call, const struct kind *kind, size_t at);
/* Users and bots beside what all entities have; false: not theirs. */
bool api_users(struct call *call, const struct kind *kind, size_t at);
void api_lineage(struct call *call);
void api_usage(struct call *call);
void api_search(struct call *call);

/* The optional fields that were asked for; false after an answer of 400. */
bool api_read_view(struct call *call, const struct kind *kind, struct view *view);
/* By id, or behind "name" by FQN, deleted ones by `include`; NULL after an answer. */
struct entity *api_find(struct call *call, const struct kind *kind, size_t at);
/* The same with deleted ones. */
struct entity *api_find_any(struct call *call, const struct kind *kind, size_t at);
/* Answers with the whole entity, and X-OpenMetadata-Change. */
void api_answer_entity(struct call *call, int status, const struct entity *entity,
                       const char *change);
/* 404 as for any missing entity. */
void api_missing(struct call *call, const struct kind *kind, struct str name);
/* 405. */
void api_refuse_method(struct call *call);
/* The name under which the request is counted: "GET /api/v1/" and these. */
void api_count_as(struct call *call, const char *collection, const char *rest);

#endif
