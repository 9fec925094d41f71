/*
 * Feeds a fuzz target each file of a folder once, and every prefix of the short ones: the
 * seeds stay good, and cut input is tried in every build.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_FILE_BYTES ((size_t)1024 * 1024)
#define MAX_PREFIX_BYTES 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A heap block of exactly this size, so that a sanitizer sees a read behind the end. */
static void feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        copy[i] = data[i];
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(MAX_FILE_BYTES);
    int result = 1;
    if (file != NULL && data != NULL) {
        size_t size = fread(data, 1, MAX_FILE_BYTES, file);
        feed(data, size);
        for (size_t n = 0; n < size && n < MAX_PREFIX_BYTES; n++) {
            feed(data, n);
        }
        result = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    free(data);
    return result;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        (void)fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    int result = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        result |= replay(path);
        count++;
    }
    (void)closedir(folder);
    if (count == 0) {
        (void)fprintf(stderr, "no seeds in %s\n", argv[1]);
        result = 1;
    }
    return result;
}
