#include "hexsim/files.h"

#include "io/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status read_text(struct workspace *w, const char *path, struct str *out,
                             struct error *err)
{
    struct buf text;
    char chunk[65536];
    size_t n = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return error_set(err, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    }
    buf_init(&text, SIM_MAX_BYTES);
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        (void)buf_append(&text, chunk, n);
    }
    (void)fclose(file);
    *out = sim_take(&w->arena, &text);
    return OK;
}

static enum status add_file(struct workspace *w, const char *folder, const char *name,
                            struct error *err)
{
    struct sim_file file = {0};
    const struct yaml_node *root = NULL;
    struct str path = sim_printf(&w->arena, "%s/%s", folder, name);
    enum status status = read_text(w, path.p, &file.text, err);
    status = status != OK ? status
                          : yaml_parse(file.text, &yaml_limits_default, &w->arena, &root, err);
    if (status != OK) {
        error_prefix(err, "%s: ", name);
        return status;
    }
    struct str id = yaml_str(yaml_path(root, "meta", "projectId", NULL));
    struct str title = yaml_str(yaml_path(root, "meta", "title", NULL));
    if (str_is_null(id)) { /* not a whole export */
        return OK;
    }
    file.name = sim_copy(&w->arena, str_from(name));
    (void)workspace_add_file(w, file, id, str_is_null(title) ? STR("Untitled") : title);
    return OK;
}

static int is_export(const struct dirent *entry)
{
    return str_ends_with(str_from(entry->d_name), ".hex.yaml");
}

enum status files_add(struct workspace *w, const char *folder, struct error *err)
{
    struct dirent **entries = NULL;
    enum status status = OK;
    int n = scandir(folder, &entries, is_export, alphasort);
    if (n < 0) {
        return error_set(err, ERR_IO, "cannot read %s: %s", folder, strerror(errno));
    }
    for (int i = 0; i < n; i++) {
        if (status == OK) {
            status = add_file(w, folder, entries[i]->d_name, err);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}
