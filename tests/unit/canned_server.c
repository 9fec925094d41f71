#include "canned_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Reads one request's head (and a body that came with it); false at the connection's end. */
static bool read_request(struct canned_server *server, int connection)
{
    size_t n = 0;
    memset(server->last_request, 0, sizeof(server->last_request));
    while (strstr(server->last_request, "\r\n\r\n") == NULL) {
        ssize_t got =
            recv(connection, server->last_request + n, sizeof(server->last_request) - 1 - n, 0);
        if (got <= 0) {
            return false;
        }
        n += (size_t)got;
    }
    return true;
}

static void serve_connection(struct canned_server *server, int connection)
{
    while (read_request(server, connection)) {
        size_t index = server->request_count < server->answer_count ? server->request_count
                                                                    : server->answer_count - 1;
        const struct canned_answer *answer = &server->answers[index];
        server->request_count++;
        (void)usleep(answer->delay_ms * 1000);
        if (answer->text == NULL) {
            return;
        }
        size_t size = answer->size != 0 ? answer->size : strlen(answer->text);
        (void)send(connection, answer->text, size, MSG_NOSIGNAL);
        if (strstr(answer->text, "Connection: close") != NULL) {
            return;
        }
    }
}

static void *serve(void *ctx)
{
    struct canned_server *server = ctx;
    int connection;
    while ((connection = accept(server->socket, NULL, NULL)) >= 0) {
        serve_connection(server, connection);
        (void)close(connection);
    }
    return NULL;
}

void canned_server_start(struct canned_server *server, const struct canned_answer *answers,
                         size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    memset(server, 0, sizeof(*server));
    server->answers = answers;
    server->answer_count = count;
    server->socket = socket(AF_INET, SOCK_STREAM, 0);
    assert(server->socket >= 0);
    assert(bind(server->socket, (struct sockaddr *)&address, sizeof(address)) == 0);
    assert(listen(server->socket, 16) == 0);
    assert(getsockname(server->socket, (struct sockaddr *)&address, &size) == 0);
    server->port = ntohs(address.sin_port);
    assert(pthread_create(&server->thread, NULL, serve, server) == 0);
}

void canned_server_stop(struct canned_server *server)
{
    (void)shutdown(server->socket, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->socket);
}
