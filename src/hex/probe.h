/*
 * probe - tests the connection to Hex, step by step: is it there, is it Hex, is the token
 * right, what may it read, and what does that mean for an import?
 *
 * Asks what a sync asks, once and of one project: about a dozen requests, each tried at most
 * as often as the http_client was told. Keeps nothing and changes nothing. Same thread as the
 * http_client; hex/diagnosis has the words for what goes wrong.
 */
#ifndef HEX_PROBE_H
#define HEX_PROBE_H

#include "hex/diagnosis.h"
#include "hex/sync.h"

#include <signal.h>

enum probe_step {
    PROBE_STEP_ADDRESS,
    PROBE_STEP_TOKEN,
    PROBE_STEP_PROJECTS,
    PROBE_STEP_METADATA,
    PROBE_STEP_NOTEBOOK,
    PROBE_STEP_OUTPUTS,
    PROBE_STEP_CONNECTIONS,
    PROBE_STEP_USERS, /* this and the following: of use, but an import does without */
    PROBE_STEP_COLLECTIONS,
    PROBE_STEP_GROUPS,
    PROBE_STEP_QUERIED_TABLES,
    PROBE_STEP_COUNT
};

enum probe_result {
    PROBE_RESULT_PASSED,
    PROBE_RESULT_FAILED,
    PROBE_RESULT_NOT_ALLOWED, /* Hex says 403: a permission, a scope or the plan */
    PROBE_RESULT_NOT_NEEDED,  /* the configuration does without it */
    PROBE_RESULT_NOT_TRIED,   /* an earlier step failed */
    PROBE_RESULT_COUNT
};

/* How one step ended. Texts live during the call of the report function. */
struct probe_report {
    enum probe_step step;
    enum probe_result result;
    bool is_mandatory;
    struct str found;   /* what came, or what went wrong */
    struct str meaning; /* for the import */
    struct str warning; /* STR_NULL: none; also of a step that passed */
    struct str remedy;  /* STR_NULL: nothing to do */
    const char *cause;  /* for programs: "token_refused"; NULL when nothing is wrong */
    enum status code;   /* OK, or what the step failed with */
    int http_status;    /* of the failure; 0: no answer, or no failure */
    int64_t requests;
    int64_t elapsed_ms;
};

typedef void probe_report_fn(void *ctx, const struct probe_report *report);
struct probe_options {
    const struct hex_api *api;
    struct clock clock;
    struct str host_url;
    struct str proxy;           /* see struct diagnosis_facts */
    struct str token;           /* for its prefix; never shown */
    bool is_declared_workspace; /* tokenType */
    bool reads_published;
    bool reads_details;
    bool includes_archived;
    bool includes_outputs;
    bool allows_empty;
    bool has_connection_defaults; /* the user names databases and schemas */
    sync_wants_fn *wants;         /* whether the filters let a project pass; NULL: none */
    void *wants_ctx;
    probe_report_fn *report;
    void *report_ctx;
    const volatile sig_atomic_t *stop; /* not 0: end when the request in flight is answered */
};

struct probe_summary {
    size_t results[PROBE_RESULT_COUNT];
    enum status code; /* the worst failure of a mandatory step: ERR_AUTH, ERR_NETWORK, ... */
    int64_t requests;
    /* The first page of the list of projects. */
    size_t listed;
    bool has_more;
    size_t components;
    size_t not_active; /* archived or trashed */
    size_t filtered;   /* active ones that the filters leave out */
    size_t private;    /* of the others, those that neither workspace nor collection may see */
    bool knows_sharing;
};

/*
 * Runs all steps and reports each as it ends. OK also when steps fail (see summary);
 * ERR_CANCELLED, ERR_NOMEM or ERR_BUG when the test itself could not go on.
 */
enum status probe_run(const struct probe_options *options, struct probe_summary *summary,
                      struct error *err) WARN_UNUSED;

/* "projects", "Data connections", "passed", "not allowed": static memory. */
const char *probe_step_name(enum probe_step step);
const char *probe_step_title(enum probe_step step);
const char *probe_result_name(enum probe_result result);
/* What a step proves when it passes, as a sentence. */
const char *probe_step_proves(enum probe_step step);

#endif
