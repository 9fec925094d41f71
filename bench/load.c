/*
 * Sends the HTTP requests of a file over keep-alive connections, as fast as they are answered:
 * what a server can take. bench/publish makes the file.
 *
 *     load PORT CONNECTIONS FILE
 *
 * The file holds requests, each as its size in bytes, a line feed and the request itself; the
 * size 0 is a barrier: what is behind it waits for all answers before it. Prints the number of
 * requests, of answers that are not 2xx, and the seconds.
 */
#include "base/arena.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_BYTES 16384
#define MAX_ANSWER_BYTES ((size_t)64 * 1024 * 1024)

struct section {
    struct str *requests;
    size_t count;
    size_t capacity;
};

static struct arena arena;
static struct section *sections;
static size_t section_count;
static size_t section_capacity;
static atomic_size_t next_request;
static atomic_size_t refused;
static pthread_barrier_t barrier;
static uint16_t port;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- the file ---- */

static struct str map_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || info.st_size == 0) {
        die(path);
    }
    char *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
        die(path);
    }
    (void)close(fd);
    return str_from_n(data, (size_t)info.st_size);
}

static struct section *add_section(void)
{
    struct section *section =
        arena_push(&arena, &sections, &section_count, &section_capacity, sizeof(*section));
    if (section == NULL) {
        die("memory");
    }
    *section = (struct section){.requests = NULL};
    return section;
}

static void read_requests(struct str text)
{
    struct section *section = add_section();
    while (text.n > 0) {
        uint64_t size;
        size_t end = str_find(text, '\n');
        if (end == SIZE_MAX || !str_to_u64(str_sub(text, 0, end), &size) ||
            size > text.n - end - 1) {
            (void)fprintf(stderr, "load: the file is damaged\n");
            exit(1);
        }
        struct str request = str_sub(text, end + 1, size);
        text = str_sub(text, end + 1 + size, text.n);
        if (size == 0) {
            section = add_section();
            continue;
        }
        struct str *place = arena_push(&arena, &section->requests, &section->count,
                                       &section->capacity, sizeof(*place));
        if (place == NULL) {
            die("memory");
        }
        *place = request;
    }
}

/* ---- one connection ---- */

static int open_connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        die("connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static void send_all(int fd, struct str text)
{
    while (text.n > 0) {
        ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
        if (n <= 0) {
            die("send");
        }
        text = str_sub(text, (size_t)n, text.n);
    }
}

/* Bytes of the answer with its head; 0 while the head is not there. */
static size_t answer_size(const char *head)
{
    uint64_t length = 0;
    const char *end = strstr(head, "\r\n\r\n");
    const char *field = strcasestr(head, "\r\nContent-Length:");
    if (end == NULL) {
        return 0;
    }
    if (field != NULL && field < end) {
        size_t digits = strcspn(field + 17, "\r");
        (void)str_to_u64(str_trim(str_from_n(field + 17, digits)), &length);
    }
    return (size_t)(end - head) + 4 + (length < MAX_ANSWER_BYTES ? (size_t)length : 0);
}

static void take_answer(int fd)
{
    char head[ANSWER_BYTES + 1];
    char rest[ANSWER_BYTES];
    size_t got = 0;
    size_t size = 0;
    while (size == 0 || got < size) {
        bool has_head = size > 0;
        size_t room = has_head ? sizeof(rest) : ANSWER_BYTES - got;
        ssize_t n = recv(fd, has_head ? rest : head + got, room, 0);
        if (n <= 0) {
            die("the server closed a connection");
        }
        got += (size_t)n;
        if (!has_head) {
            head[got] = '\0';
            size = answer_size(head);
        }
    }
    if (strncmp(head, "HTTP/1.1 2", 10) != 0) {
        (void)atomic_fetch_add(&refused, 1);
    }
}

static void *run_connection(void *ctx)
{
    const bool *is_first = ctx;
    int fd = open_connection();
    for (size_t i = 0; i < section_count; i++) {
        const struct section *section = &sections[i];
        (void)pthread_barrier_wait(&barrier);
        if (*is_first) {
            atomic_store(&next_request, 0);
        }
        (void)pthread_barrier_wait(&barrier);
        for (;;) {
            size_t at = atomic_fetch_add(&next_request, 1);
            if (at >= section->count) {
                break;
            }
            send_all(fd, section->requests[at]);
            take_answer(fd);
        }
    }
    (void)close(fd);
    return NULL;
}

/* ---- all of them ---- */

int main(int argc, char **argv)
{
    uint64_t number = 0;
    uint64_t connections = 0;
    size_t count = 0;
    bool is_first[] = {true, false};
    struct clock clock = clock_system();
    if (argc != 4 || !str_to_u64(str_from(argv[1]), &number) || number > UINT16_MAX ||
        !str_to_u64(str_from(argv[2]), &connections) || connections == 0 || connections > 256) {
        (void)fprintf(stderr, "usage: load PORT CONNECTIONS FILE\n");
        return 2;
    }
    port = (uint16_t)number;
    arena_init(&arena, (size_t)1024 * 1024 * 1024);
    read_requests(map_file(argv[3]));
    pthread_t *threads = arena_array(&arena, (size_t)connections, sizeof(*threads));
    if (threads == NULL || pthread_barrier_init(&barrier, NULL, (unsigned)connections) != 0) {
        die("memory");
    }
    int64_t started_ms = clock_monotonic_ms(&clock);
    for (size_t i = 0; i < connections; i++) {
        if (pthread_create(&threads[i], NULL, run_connection, &is_first[i > 0]) != 0) {
            die("thread");
        }
    }
    for (size_t i = 0; i < connections; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    int64_t ms = clock_monotonic_ms(&clock) - started_ms;
    for (size_t i = 0; i < section_count; i++) {
        count += sections[i].count;
    }
    (void)dprintf(STDOUT_FILENO, "%zu %zu %" PRId64 ".%03" PRId64 "\n", count,
                  atomic_load(&refused), ms / 1000, ms % 1000);
    arena_free(&arena);
    return 0;
}
