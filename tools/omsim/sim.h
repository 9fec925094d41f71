/*
 * sim - the simulated server as a whole: its store, its version, its rules, its violations.
 *
 * Everything is used by the server's one thread.
 */
#ifndef OMSIM_SIM_H
#define OMSIM_SIM_H

#include "common/traffic.h"
#include "omsim/schema.h"
#include "omsim/store.h"

enum html_rule { HTML_NEVER, HTML_ON_UPDATE, HTML_ALWAYS };

struct sim_options {
    const char *version; /* "2.0.7" */
    const char *schemas; /* a folder, or NULL: our own shapes */
    enum html_rule html; /* which descriptions are rewritten */
    bool is_search_down;
    const char *bot_token; /* of the ingestion bot */
    const char *admin_token;
};

struct sim {
    struct sim_options options;
    bool is_two; /* 2.0 and newer */
    struct store store;
    struct schema_set schemas;
    struct map shapes;   /* request type -> compiled schema */
    struct map labels;   /* tag labels that many entities share; json_t */
    struct map edges;    /* lineage by its two ids; struct edge */
    struct arena arena;  /* of keys; forgotten by sim_reset */
    json_t *violations;  /* requests that broke a schema */
    struct str base_url; /* "http://127.0.0.1:8585/api" */
    struct entity *bot;
    struct entity *admin;
};

/* Who does something, and how. */
struct actor {
    struct entity *user;
    bool is_bot;
    bool is_patch;  /* the wanted state is complete, nobody's text is spared */
    bool overrides; /* overrideMetadata */
};

/* Why something is not done: an answer to be. */
struct refusal {
    struct arena *arena; /* of the message */
    int status;          /* 0: nothing is refused */
    const char *type;    /* errorType, or NULL */
    struct str message;
    bool is_violation; /* the request breaks its schema */
};

/* With the bot, the admin, their tokens, and what a fresh server has. */
enum status sim_init(struct sim *sim, const struct sim_options *options,
                     struct error *err) WARN_UNUSED;
/* As after sim_init again; compiled schemas are kept. */
void sim_reset(struct sim *sim);
void sim_free(struct sim *sim);

/* Fills why and returns false. */
bool refuse(struct refusal *why, int status, const char *format, ...) PRINTF_LIKE(3, 4);
/* 404 "<type> instance for <name> not found". */
bool refuse_missing(struct refusal *why, const char *type, struct str name);

/*
 * Checks a request against its schema, nulls already gone. What only a bean's validation sees
 * (required, lengths, patterns) is left to sim_check_values.
 */
bool sim_check_structure(struct sim *sim, const char *shape, const json_t *body,
                         struct refusal *why);
bool sim_check_values(struct sim *sim, const char *shape, const json_t *body,
                      struct refusal *why);
/* Both. */
bool sim_check(struct sim *sim, const char *shape, const json_t *body, struct refusal *why);
/* The compiled schema of a request type; NULL (and err) when it cannot be had. */
const struct schema *sim_schema(struct sim *sim, const char *shape, struct error *err);

#endif
