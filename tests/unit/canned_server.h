/*
 * canned_server - an HTTP server for tests: answers the n-th request with the n-th text,
 * exactly as given, faults and all. One thread, loopback, a free port.
 */
#ifndef TESTS_UNIT_CANNED_SERVER_H
#define TESTS_UNIT_CANNED_SERVER_H

#include <pthread.h>
#include <stddef.h>

struct canned_answer {
    const char *text;  /* status line, headers, body; NULL: close without a word */
    size_t size;       /* 0: strlen(text) */
    unsigned delay_ms; /* before answering */
};

struct canned_server {
    int socket;
    unsigned port;
    pthread_t thread;
    const struct canned_answer *answers;
    size_t answer_count;
    size_t request_count;    /* seen so far; read it after canned_server_stop */
    char last_request[4096]; /* its head */
};

/* Answers stay the caller's; the last one is given again to requests beyond them. */
void canned_server_start(struct canned_server *server, const struct canned_answer *answers,
                         size_t count);
void canned_server_stop(struct canned_server *server);

#endif
