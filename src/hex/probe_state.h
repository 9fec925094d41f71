/*
 * probe_state - what the files of the probe share: probe.c (order of steps, asking, telling),
 * probe_access.c (address, token, list of projects), probe_contents.c (what is in one project)
 * and probe_lists.c (lists of the workspace). Of no use to anybody else.
 */
#ifndef HEX_PROBE_STATE_H
#define HEX_PROBE_STATE_H

#include "hex/decode.h"
#include "hex/probe.h"

struct probe;

/* Takes what is wanted out of an answer; ERR_PARSE when it is not Hex's. */
typedef enum status probe_take_fn(struct probe *probe, const struct json *document,
                                  struct error *err);

/* One question and how it was answered. */
struct probe_answer {
    bool was_asked;
    enum hex_call call;
    struct diagnosis diagnosis;
    struct diagnosis if_all_refused; /* of a 403: what it means when all else is 403, too */
    int http_status;
};

struct probe {
    const struct probe_options *options;
    struct probe_summary *summary;
    struct arena arena; /* of the whole test */
    struct error fatal; /* the test itself cannot go on; code OK otherwise */
    bool is_over;       /* the steps that are left cannot pass */
    enum diagnosis_token token;

    struct probe_report report; /* of the running step */
    int64_t started_ms;
    int64_t requests_before;

    probe_take_fn *take; /* of the question under way */
    struct probe_answer *answer;
    bool is_answered;

    struct probe_answer me_answer;
    struct probe_answer projects_answer;
    struct probe_answer connections_answer;
    struct decoded_me me;
    struct decoded_projects projects;
    struct data_connection *connections;
    size_t connection_count;
    size_t detailed_count;        /* of the connections: with database, schema, ... */
    const struct project *sample; /* whose contents are read; NULL: none */
    struct notebook *notebook;    /* of the sample; NULL: not read */
    struct run *runs;
    size_t run_count;
    size_t list_count; /* entries of the list that was read last */
    bool has_more;     /* and another page of it */
};

/* ---- probe.c ---- */

/*
 * Asks and waits; *answer says how it went, texts in the arena. True when take has got what it
 * wanted; false also when the test cannot go on (probe->fatal).
 */
bool probe_ask(struct probe *probe, const struct hex_request *request, probe_take_fn *take,
               struct probe_answer *answer);
/* printf into the arena; out of memory ends the test. */
struct str probe_text(struct probe *probe, const char *format, ...) PRINTF_LIKE(2, 3);

/* The running step ends so; what it means comes from the table of steps. */
void probe_pass(struct probe *probe, struct str found);
/* FAILED, or NOT_ALLOWED where the answer was 403. */
void probe_fail(struct probe *probe, const struct probe_answer *answer);
void probe_skip(struct probe *probe, enum probe_result result, struct str found);
/* Something to look at in a step that passed. */
void probe_warn(struct probe *probe, const char *cause, struct str warning, struct str remedy);

/* True for the kinds of a 403. */
bool probe_is_forbidden(const struct probe_answer *answer);
/* "1 user", "2 users". */
struct str probe_count(struct probe *probe, size_t count, const char *one, const char *many);

/* ---- probe_access.c ---- */

/* Each ends the running step. */
void probe_address(struct probe *probe);
void probe_token(struct probe *probe);
void probe_projects(struct probe *probe);

/* ---- probe_contents.c ---- */

/* Each ends the running step. */
void probe_metadata(struct probe *probe);
void probe_notebook(struct probe *probe);
void probe_outputs(struct probe *probe);
void probe_queried_tables(struct probe *probe);

/* ---- probe_lists.c ---- */

/* Asks for the connections unless that was done. */
void probe_ask_connections(struct probe *probe);
/* Each ends the running step. */
void probe_connections(struct probe *probe);
void probe_users(struct probe *probe);
void probe_collections(struct probe *probe);
void probe_groups(struct probe *probe);

#endif
