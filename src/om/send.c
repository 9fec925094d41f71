/*
 * Writing entities: patches one by one, everything else as rows of bulk requests where the
 * server has them. A row whose answer was lost is looked for on the server before it is sent
 * again; only what the server confirmed becomes the base of the next run.
 */
#include "om/run.h"

#include "base/json_out.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_A_REQUEST 100
/* The server puts the rows of all bulk requests into one queue, of 1,000 unless it is told
 * otherwise, and answers 503 when that is full. */
#define BULK_IN_FLIGHT 6
#define BYTES_A_REQUEST ((size_t)4 * 1024 * 1024)
#define MAX_BODY_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_PATH_BYTES ((size_t)64 * 1024)
#define MAX_LOST_IN_A_ROW 20

/* One entity on its way. */
struct row {
    struct row *next;
    struct published base; /* to be stored when it is confirmed */
    struct str title;
    struct str fqn;
    struct str hash; /* sourceHash of body */
    struct str body; /* STR_NULL: a patch is all there is */
    bool is_new;
    bool overrides;         /* alone, with overrideMetadata, after a fresh look */
    struct str shown_title; /* what that look must still show */
    struct str description; /* what goes with it; STR_NULL: what the look shows */
    bool sets_description;
    unsigned attempts;
};

/* What goes out together. Owns all of its rows' memory. */
struct om_batch {
    struct om_run *run;
    enum published_kind kind;
    struct arena arena;
    struct row *rows;
    struct row **tail;
    size_t count;
    size_t bytes;
    bool is_bulk;
};

static struct om_batch *batch_new(struct om_run *run, enum published_kind kind)
{
    struct om_batch *batch = calloc(1, sizeof(*batch));
    if (batch == NULL) {
        om_run_nomem(run);
        return NULL;
    }
    *batch = (struct om_batch){.run = run, .kind = kind};
    batch->tail = &batch->rows;
    batch->is_bulk = !run->lacks_bulk[kind] &&
                     (kind != PUBLISHED_DATA_MODEL || run->version.has_data_model_bulk);
    arena_init(&batch->arena, MAX_BODY_BYTES * 4);
    return batch;
}

static void batch_free(struct om_batch *batch)
{
    if (batch != NULL) {
        arena_free(&batch->arena);
        free(batch);
    }
}

static void append(struct om_batch *batch, struct row *row)
{
    row->next = NULL;
    *batch->tail = row;
    batch->tail = &row->next;
    batch->count++;
    batch->bytes += row->body.n;
}

/* ---- copies that outlive the project they come from ---- */

static bool copy_texts(struct arena *arena, struct str **texts, size_t count)
{
    struct str *copy = arena_array(arena, count + 1, sizeof(*copy));
    for (size_t i = 0; copy != NULL && i < count; i++) {
        if (arena_str(arena, (*texts)[i], &copy[i]) != OK) {
            return false;
        }
    }
    *texts = copy;
    return copy != NULL;
}

static bool copy_base(struct arena *arena, const struct published *from, struct published *out)
{
    *out = *from;
    return arena_str(arena, from->name, &out->name) == OK &&
           arena_str(arena, from->parent, &out->parent) == OK &&
           arena_str(arena, from->entity_id, &out->entity_id) == OK &&
           copy_texts(arena, &out->tags, out->tag_count) &&
           copy_texts(arena, &out->owners, out->owner_count);
}

static struct row *copy_row(struct arena *arena, const struct row *from)
{
    struct row *row = ARENA_NEW(arena, struct row);
    if (row == NULL) {
        return NULL;
    }
    *row = *from;
    bool is_good = copy_base(arena, &from->base, &row->base) &&
                   arena_str(arena, from->title, &row->title) == OK &&
                   arena_str(arena, from->fqn, &row->fqn) == OK &&
                   arena_str(arena, from->hash, &row->hash) == OK &&
                   arena_str(arena, from->body, &row->body) == OK &&
                   arena_str(arena, from->shown_title, &row->shown_title) == OK &&
                   arena_str(arena, from->description, &row->description) == OK;
    return is_good ? row : NULL;
}

/* ---- answers ---- */

/* It is there now, and has this id. */
static void list_confirmed(struct om_run *run, const struct published *row, bool is_new)
{
    struct buf json;
    struct json_out out;
    struct error err = ERROR_INIT;
    buf_init(&json, 4096);
    json_out_init(&out, &json);
    json_out_object(&out);
    json_out_field_str(&out, "id", row->entity_id);
    json_out_object_end(&out);
    const struct published_item item = {.kind = row->kind,
                                        .name = row->name,
                                        .entity_id = row->entity_id,
                                        .is_new = is_new,
                                        .json = buf_str(&json)};
    if (buf_status(&json) != OK) {
        om_run_nomem(run);
    } else if (published_list(run->catalog, &item, &err) != OK) {
        om_run_fatal(run, &err);
    }
    buf_free(&json);
}

void om_confirm(struct om_run *run, struct published *next, struct str entity_id, bool is_new)
{
    struct om_step *step = om_run_step(run, next->kind);
    enum published_presence presence = PUBLISHED_PRESENT;
    struct error err = ERROR_INIT;
    step->created += is_new;
    step->updated += !is_new;
    run->lost_in_a_row = 0;
    if (!str_is_empty(entity_id)) {
        next->entity_id = entity_id;
    }
    om_run_store(run, next);
    if (published_presence(run->catalog, next->kind, next->name, &presence, &err) == OK &&
        presence != PUBLISHED_PRESENT) {
        list_confirmed(run, next, is_new);
    }
}

static void fail_row(struct om_run *run, const struct row *row, const struct error *err)
{
    om_run_failed(run, om_run_step(run, row->base.kind), om_kind_name(row->base.kind),
                  row->title, row->base.name, err);
    if (err->code == ERR_AUTH) {
        om_run_fatal(run, err);
    }
    /* A server that is gone takes everything with it: do not wait for each. */
    if (err->code == ERR_NETWORK && err->http_status == 0 &&
        ++run->lost_in_a_row >= MAX_LOST_IN_A_ROW) {
        om_run_fatal(run, err);
    }
}

static void fail_all(struct om_batch *batch, const struct error *err)
{
    for (const struct row *row = batch->rows; row != NULL; row = row->next) {
        fail_row(batch->run, row, err);
    }
}

static void send_batch(struct om_batch *batch);
static void look_for(struct om_batch *lost, const struct row *row, const struct error *why);

/* A failed row's name: an FQN, or the whole request when it never reached the repository. */
static bool is_of(const struct json *response, const struct row *row)
{
    const struct json *request = json_get(response, "request");
    return json_is_string(request)
               ? str_eq(json_str(request), row->fqn)
               : str_eq(json_str(json_get(request, "name")), row->base.name);
}

static const struct json *find_response(const struct json *list, const struct row *row)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (is_of(json_at(list, i), row)) {
            return json_at(list, i);
        }
    }
    return NULL;
}

static enum status status_of_row(int64_t http_status)
{
    return http_status == 403   ? ERR_FORBIDDEN
           : http_status == 404 ? ERR_NOT_FOUND
           : http_status >= 500 ? ERR_NETWORK
                                : ERR_REJECTED;
}

static void fail_response(struct om_run *run, const struct row *row,
                          const struct json *response)
{
    struct error err = ERROR_INIT;
    int64_t status = json_int(json_get(response, "status"), 400);
    (void)error_set(&err, status_of_row(status), "OpenMetadata refused it (%d): %.*s",
                    (int)status,
                    STR_ARG(str_sub(json_str(json_get(response, "message")), 0, 400)));
    err.http_status = (int)status;
    fail_row(run, row, &err);
}

static void take_bulk_result(struct om_batch *batch, const struct json *document)
{
    struct om_run *run = batch->run;
    const struct json *failed = json_get(document, "failedRequest");
    const struct json *passed = json_get(document, "successRequest");
    bool has_names = json_count(passed) > 0;
    bool is_success =
        str_is(json_str(json_get(document, "status")), "success") && json_count(failed) == 0;
    for (struct row *row = batch->rows; row != NULL; row = row->next) {
        const struct json *response = find_response(failed, row);
        if (response != NULL) {
            fail_response(run, row, response);
        } else if (is_success || (has_names && find_response(passed, row) != NULL)) {
            om_confirm(run, &row->base, STR_NULL, row->is_new);
        } else {
            struct error err = ERROR_INIT;
            (void)error_set(&err, ERR_REJECTED, "OpenMetadata's answer does not mention it");
            fail_row(run, row, &err);
        }
    }
}

/* One row that the server cannot read must not take the others with it. */
static void send_halves(struct om_batch *batch)
{
    struct row *row = batch->rows;
    size_t left = batch->count;
    for (int half = 0; half < 2; half++) {
        struct om_batch *part = batch_new(batch->run, batch->kind);
        size_t count = half == 0 ? batch->count / 2 : left;
        for (; part != NULL && count > 0; count--, left--, row = row->next) {
            struct row *copy = copy_row(&part->arena, row);
            if (copy == NULL) {
                om_run_nomem(batch->run);
                batch_free(part);
                return;
            }
            append(part, copy);
        }
        if (part != NULL) {
            send_batch(part);
        }
    }
}

/* A batch of its own for one row. */
static struct om_batch *batch_of(struct om_run *run, const struct row *row)
{
    struct om_batch *batch = batch_new(run, row->base.kind);
    struct row *copy = batch != NULL ? copy_row(&batch->arena, row) : NULL;
    if (batch != NULL && copy == NULL) {
        om_run_nomem(run);
        batch_free(batch);
        return NULL;
    }
    if (batch != NULL) {
        append(batch, copy);
    }
    return batch;
}

/* Servers without bulk for a kind take its rows one by one. */
static void send_singly(struct om_batch *batch)
{
    batch->run->lacks_bulk[batch->kind] = true;
    for (const struct row *row = batch->rows; row != NULL; row = row->next) {
        struct om_batch *single = batch_of(batch->run, row);
        if (single != NULL) {
            send_batch(single);
        }
    }
}

static bool has_no_bulk(const struct om_batch *batch, const struct http_answer *answer)
{
    return batch->is_bulk && !batch->rows->overrides &&
           (answer->status == 404 || answer->status == 405);
}

static void on_batch(void *ctx, const struct http_answer *answer, const struct json *document,
                     const struct error *answer_err)
{
    struct om_batch *batch = ctx;
    struct str id = json_str(json_get(document, "id"));
    struct error own = *answer_err;
    const struct error *err = &own;
    if (own.code == OK && !batch->is_bulk && str_is_empty(id)) {
        (void)error_set(&own, ERR_PARSE, "OpenMetadata's answer is no entity");
    }
    if (err->code == OK && batch->is_bulk) {
        take_bulk_result(batch, document);
    } else if (err->code == OK) {
        om_confirm(batch->run, &batch->rows->base, id, batch->rows->is_new);
    } else if (has_no_bulk(batch, answer)) {
        send_singly(batch);
    } else if (err->code == ERR_REJECTED && batch->count > 1) {
        send_halves(batch);
    } else if (om_is_answer_lost(err) && !om_run_is_ending(batch->run)) {
        for (const struct row *row = batch->rows; row != NULL; row = row->next) {
            look_for(batch, row, err);
        }
    } else {
        fail_all(batch, err);
    }
    batch_free(batch);
}

static void send_batch(struct om_batch *batch)
{
    struct om_run *run = batch->run;
    struct buf path;
    struct buf body;
    const struct row *first = batch->rows;
    if (first == NULL || om_run_is_ending(run)) {
        batch_free(batch);
        return;
    }
    buf_init(&path, MAX_PATH_BYTES);
    buf_init(&body, MAX_BODY_BYTES);
    (void)buf_append_cstr(&path, om_collection(batch->kind));
    if (batch->is_bulk) {
        (void)buf_append_cstr(&path,
                              first->overrides ? "/bulk?overrideMetadata=true" : "/bulk");
        (void)buf_append_char(&body, '[');
    }
    for (struct row *row = batch->rows; row != NULL; row = row->next) {
        (void)buf_append_cstr(&body, row == batch->rows ? "" : ",");
        (void)buf_append_str(&body, row->body);
        row->attempts++;
    }
    (void)buf_append_cstr(&body, batch->is_bulk ? "]" : "");
    const struct om_request request = {.method = "PUT",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .done = on_batch,
                                       .ctx = batch};
    if (buf_status(&path) != OK || buf_status(&body) != OK) {
        om_run_nomem(run);
        batch_free(batch);
    } else if (!om_run_send(run, &request)) {
        batch_free(batch);
    }
    buf_free(&path);
    buf_free(&body);
}

/* ---- looking for what a lost answer has done ---- */

static bool start_look(struct om_batch *batch, const char *fields, om_done_fn *done)
{
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_printf(&path, "%s/name", om_collection(batch->kind));
    om_path_segment(&path, batch->rows->fqn);
    (void)buf_append_cstr(&path, fields);
    const struct om_request request = {
        .method = "GET", .path = buf_str(&path), .done = done, .ctx = batch};
    bool is_good = buf_status(&path) == OK;
    if (!is_good) {
        om_run_nomem(batch->run);
    }
    is_good = is_good && om_run_send(batch->run, &request);
    buf_free(&path);
    return is_good;
}

static void on_looked(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *err)
{
    struct om_batch *batch = ctx;
    struct row *row = batch->rows;
    (void)answer;
    if (err->code == OK && row->hash.n > 0 &&
        str_eq(json_str(json_get(document, "sourceHash")), row->hash)) {
        om_confirm(batch->run, &row->base, json_str(json_get(document, "id")), row->is_new);
    } else if ((err->code == OK || err->code == ERR_NOT_FOUND) && row->attempts < 3) {
        send_batch(batch);
        return;
    } else {
        struct error lost = ERROR_INIT;
        if (err->code == OK || err->code == ERR_NOT_FOUND) {
            (void)error_set(&lost, ERR_NETWORK,
                            "OpenMetadata failed to write it, three times; the next run tries "
                            "again");
            lost.http_status = 500;
        } else {
            lost = *err;
        }
        fail_row(batch->run, row, &lost);
    }
    batch_free(batch);
}

static void look_for(struct om_batch *lost, const struct row *row, const struct error *why)
{
    struct om_batch *batch = batch_of(lost->run, row);
    if (batch == NULL) {
        return;
    }
    log_warning("%s '%.*s': %s; looking whether it was written", om_kind_name(batch->kind),
                STR_ARG(str_sub(row->title, 0, 200)), why->message);
    if (!start_look(batch, "?fields=sourceHash", on_looked)) {
        batch_free(batch);
    }
}

/* ---- rows that override: a fresh look first ---- */

/* The row again with the description that the server shows now. */
static bool complete_row(struct row *row, struct str description, struct arena *arena)
{
    struct buf text;
    struct json_out out;
    bool is_good = true;
    if (str_is_empty(description)) {
        return true;
    }
    buf_init(&text, MAX_BODY_BYTES);
    json_out_init(&out, &text);
    json_out_object(&out);
    json_out_field_str(&out, "description", description);
    json_out_object_end(&out);
    /* {"description":...} and {"name":...} become one object. */
    if (buf_status(&text) == OK) {
        text.data[text.size - 1] = ',';
        (void)buf_append_str(&text, str_sub(row->body, 1, row->body.n));
    }
    is_good = buf_status(&text) == OK && arena_str(arena, buf_str(&text), &row->body) == OK;
    buf_free(&text);
    return is_good;
}

static void on_fresh(void *ctx, const struct http_answer *answer, const struct json *document,
                     const struct error *err)
{
    struct om_batch *batch = ctx;
    struct row *row = batch->rows;
    struct str title = STR_NULL;
    (void)answer;
    if (err->code != OK) {
        fail_row(batch->run, row, err);
        batch_free(batch);
        return;
    }
    if (merge_normal(json_str(json_get(document, "displayName")), &batch->arena, &title) !=
        OK) {
        om_run_nomem(batch->run);
    } else if (!str_eq(title, row->shown_title)) {
        /* Somebody was faster: the next run looks at it again. */
        om_run_step(batch->run, batch->kind)->kept++;
        batch->run->is_doubtful = true;
    } else if (!complete_row(row,
                             row->sets_description
                                 ? row->description
                                 : json_str(json_get(document, "description")),
                             &batch->arena)) {
        om_run_nomem(batch->run);
    } else {
        send_batch(batch);
        return;
    }
    batch_free(batch);
}

static void send_override(struct om_run *run, const struct row *row)
{
    struct om_batch *batch = batch_of(run, row);
    if (batch != NULL && !start_look(batch, "", on_fresh)) {
        batch_free(batch);
    }
}

/* ---- rows ---- */

static void send_row(struct om_run *run, const struct row *row)
{
    enum published_kind kind = row->base.kind;
    if (row->overrides) {
        send_override(run, row);
        return;
    }
    struct om_batch **batch = &run->batches[kind];
    if (*batch == NULL) {
        *batch = batch_new(run, kind);
    }
    struct row *copy = *batch != NULL ? copy_row(&(*batch)->arena, row) : NULL;
    if (copy == NULL) {
        om_run_nomem(run);
        return;
    }
    append(*batch, copy);
    size_t limit = (*batch)->is_bulk ? ROWS_A_REQUEST : 1;
    if ((*batch)->count >= limit || (*batch)->bytes >= BYTES_A_REQUEST) {
        struct om_batch *full = *batch;
        *batch = NULL;
        send_batch(full);
    }
}

/* ---- patches ---- */

static void on_patched(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *err)
{
    struct om_batch *batch = ctx;
    struct row *row = batch->rows;
    (void)answer;
    (void)document;
    if (err->code != OK) {
        fail_row(batch->run, row, err);
    } else if (str_is_null(row->body)) {
        om_confirm(batch->run, &row->base, STR_NULL, false);
    } else {
        send_row(batch->run, row);
    }
    batch_free(batch);
}

static void send_patch(struct om_run *run, const struct om_change *change,
                       const struct om_shown *shown, const struct row *row)
{
    struct om_batch *batch = batch_of(run, row);
    struct buf path;
    struct buf body;
    struct json_out out;
    if (batch == NULL) {
        return;
    }
    buf_init(&path, MAX_PATH_BYTES);
    buf_init(&body, MAX_BODY_BYTES);
    json_out_init(&out, &body);
    om_change_write_patch(change, shown, &out);
    (void)buf_append_cstr(&path, om_collection(row->base.kind));
    om_path_segment(&path, shown->id);
    const struct om_request request = {.method = "PATCH",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .is_patch = true,
                                       .done = on_patched,
                                       .ctx = batch};
    if (buf_status(&path) != OK || buf_status(&body) != OK) {
        om_run_nomem(run);
        batch_free(batch);
    } else if (!om_run_send(run, &request)) {
        batch_free(batch);
    }
    buf_free(&path);
    buf_free(&body);
}

/* ---- a change ---- */

/* The hash of what Hex says; another one when the server has this hash already. */
static enum status hash_source(const struct om_change *change, const struct om_shown *shown,
                               struct arena *arena, struct str *out)
{
    struct buf text;
    struct json_out json;
    buf_init(&text, MAX_BODY_BYTES);
    json_out_init(&json, &text);
    json_out_object(&json);
    om_entity_write(&change->ours, false, &json);
    json_out_object_end(&json);
    enum status status = buf_status(&text);
    for (unsigned salt = 0; salt < 2 && status == OK; salt++) {
        status = om_source_hash(buf_str(&text), salt, arena, out);
        if (!str_eq(*out, shown->source_hash)) {
            break;
        }
    }
    buf_free(&text);
    return status;
}

static enum status write_body(const struct om_change *change, const struct om_shown *shown,
                              struct arena *arena, struct row *row)
{
    struct om_entity entity = change->row;
    struct buf text;
    struct json_out out;
    enum status status = hash_source(change, shown, arena, &row->hash);
    if (status != OK) {
        return status;
    }
    if (row->overrides) {
        entity.description = STR_NULL; /* comes with the fresh look */
    }
    buf_init(&text, MAX_BODY_BYTES);
    json_out_init(&out, &text);
    json_out_object(&out);
    om_entity_write(&entity, change->action == OM_ACTION_CREATE, &out);
    json_out_field_str(&out, "sourceHash", row->hash);
    json_out_object_end(&out);
    status = buf_status(&text);
    status = status == OK ? arena_str(arena, buf_str(&text), &row->body) : status;
    buf_free(&text);
    return status;
}

static void make_room_for_row(struct om_run *run, enum published_kind kind)
{
    const struct om_batch *batch = run->batches[kind];
    bool is_last = batch != NULL && batch->is_bulk && batch->count + 1 == ROWS_A_REQUEST;
    if (is_last) {
        om_run_wait(run, BULK_IN_FLIGHT - 1);
    } else {
        om_run_make_room(run);
    }
}

void om_send_change(struct om_run *run, const struct om_change *change,
                    const struct om_shown *shown)
{
    struct arena arena;
    const struct om_field_change *title = &change->fields[PUBLISHED_FIELD_TITLE];
    const struct om_field_change *description = &change->fields[PUBLISHED_FIELD_DESCRIPTION];
    struct row row = {.base = change->next,
                      .title = change->row.title,
                      .fqn = change->row.fqn,
                      .body = STR_NULL,
                      .is_new = change->action == OM_ACTION_CREATE,
                      .overrides = change->needs_override,
                      .shown_title = title->before,
                      .description = description->after,
                      .sets_description =
                          description->verdict == MERGE_WRITE && !change->patches_description};
    arena_init(&arena, MAX_BODY_BYTES * 2);
    if (change->needs_row && write_body(change, shown, &arena, &row) != OK) {
        om_run_nomem(run);
    } else if (change->needs_patch) {
        om_run_make_room(run);
        send_patch(run, change, shown, &row);
    } else {
        make_room_for_row(run, row.base.kind);
        send_row(run, &row);
    }
    arena_free(&arena);
}

void om_send_rest(struct om_run *run)
{
    /* Answers to patches make rows, and lost answers make requests: until it is quiet. */
    for (;;) {
        om_run_wait(run, 0);
        bool has_sent = false;
        for (int kind = 0; kind < PUBLISHED_EDGE; kind++) {
            struct om_batch *batch = run->batches[kind];
            run->batches[kind] = NULL;
            if (batch != NULL) {
                send_batch(batch);
                has_sent = true;
            }
        }
        if (!has_sent) {
            break;
        }
    }
    om_run_flush(run);
}

void om_send_free(struct om_run *run)
{
    for (int kind = 0; kind < PUBLISHED_EDGE; kind++) {
        batch_free(run->batches[kind]);
        run->batches[kind] = NULL;
    }
}
