/*
 * seed - fills the server with what others have put there before an importer comes.
 */
#ifndef OMSIM_SEED_H
#define OMSIM_SEED_H

#include "omsim/sim.h"

/*
 * Users, teams, classifications with tags, domains, database services with their tables, and a
 * dashboard service as another connector has left it: README.md shows the form. Everything is
 * created as a request would create it. False after a refusal; what came before it stays.
 */
bool seed_apply(struct sim *sim, const json_t *seed, struct refusal *why);
/* NAME:TYPE:DATABASES:SCHEMAS:TABLES:COLUMNS, all counts per parent: DB1.SCHEMA1.TABLE1.COL1.
 */
bool seed_service(struct sim *sim, struct str rule, struct refusal *why);

#endif
