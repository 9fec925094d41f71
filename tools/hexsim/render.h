/*
 * render - Hex's resources as JSON, exactly as its OpenAPI file describes them.
 */
#ifndef HEXSIM_RENDER_H
#define HEXSIM_RENDER_H

#include "base/json_out.h"
#include "hexsim/notebook.h"

/* ProjectApiResource. */
void render_project(const struct workspace *workspace, const struct sim_project *project,
                    bool has_sharing, struct json_out *out);
/* DataConnectionApiResource, or the one with sensitive fields for an admin. */
void render_connection(const struct workspace *workspace, const struct sim_connection *c,
                       bool is_full, struct json_out *out);
/* CollectionApiResource, UserApiResource, GroupApiResource. */
void render_collection(const struct workspace *workspace, const struct sim_collection *c,
                       struct json_out *out);
void render_user(const struct sim_user *user, struct json_out *out);
void render_group(const struct sim_group *group, struct json_out *out);
/* CellApiResource, as a cell of `project` (a component's are inlined). */
void render_cell(const struct sim_project *project, const struct sim_cell *cell,
                 struct json_out *out);

#endif
