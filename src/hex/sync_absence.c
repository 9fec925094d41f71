/*
 * What a complete walk does not show: with whose eyes it was made, whether so many projects
 * may stop being active, and what Hex says of each that is missing.
 */
#include "base/log.h"
#include "hex/decode.h"
#include "hex/sync_state.h"
#include "io/secret.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_LOOKUPS 200
#define MAX_IN_FLIGHT 4
/* After so many without an answer, the others wait for a better day. */
#define MAX_UNREACHABLE 3
#define LOOKUP_BYTES ((size_t)16 * 1024 * 1024)
#define SALT_FACT "token.salt"

struct sync_lookup {
    struct sync *sync;
    struct catalog_missing project;
};

/* ---- whose eyes ---- */

static enum status read_salt(struct sync *sync, struct str *salt, struct error *err)
{
    struct catalog *catalog = sync->options->catalog;
    const struct clock *clock = &sync->options->clock;
    enum status status = catalog_begin(catalog, err);
    if (status == OK) {
        status = catalog_get_fact(catalog, sync->source.id, SALT_FACT, &sync->arena, salt, err);
    }
    if (status == OK && str_is_null(*salt)) {
        status = arena_printf(&sync->arena, salt, "%016" PRIx64 "%016" PRIx64,
                              clock_random(clock), clock_random(clock));
        status = status == OK
                     ? catalog_set_fact(catalog, sync->source.id, SALT_FACT, *salt, err)
                     : error_nomem(err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    return status;
}

/*
 * A personal token sees what its user sees, so that a new one of the same user goes on where
 * the old one was. Of others nothing is known: each token is a viewer of its own.
 */
enum status sync_know_viewer(struct sync *sync, struct str user_id, struct error *err)
{
    struct str salt = STR_NULL;
    struct str type = sync->options->token_type;
    struct str salted_type;
    char mark[SECRET_FINGERPRINT_SIZE];
    bool is_user = str_is(type, "personal") && !str_is_empty(user_id);
    enum status status = read_salt(sync, &salt, err);
    if (status != OK) {
        return status;
    }
    if (arena_printf(&sync->arena, &salted_type, "%.*s %.*s ", STR_ARG(salt), STR_ARG(type)) !=
        OK) {
        return error_nomem(err);
    }
    sync->viewer.is_unnamed = !is_user;
    secret_fingerprint(salted_type, sync->options->api->authorization, mark);
    if (arena_str(&sync->arena, str_from(mark), &sync->viewer.token_mark) != OK ||
        arena_printf(&sync->arena, &sync->viewer.key, "%.*s %s:%.*s", STR_ARG(type),
                     is_user ? "user" : "token",
                     STR_ARG(is_user ? user_id : sync->viewer.token_mark)) != OK) {
        return error_nomem(err);
    }
    return OK;
}

/* ---- the brake ---- */

/* "4 archived, 40 trashed, 6 missing from the list" */
static void describe(const struct brake_count *count, struct buf *out)
{
    const struct {
        int64_t number;
        const char *what;
    } parts[] = {{count->archived, "archived"},
                 {count->trashed, "trashed"},
                 {count->unseen, "missing from the list"}};
    const char *separator = "";
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].number > 0) {
            (void)buf_printf(out, "%s%" PRId64 " %s", separator, parts[i].number,
                             parts[i].what);
            separator = ", ";
        }
    }
}

/* True when the states may be applied and the missing be looked up. */
static bool passes_brake(struct sync *sync, const struct brake_count *count)
{
    int64_t max_percent = sync->options->max_delete_percent;
    enum brake_verdict verdict = brake_decide(count, max_percent);
    char limit[96];
    struct buf parts;
    if (verdict == BRAKE_VERDICT_FREE) {
        return true;
    }
    if (verdict == BRAKE_VERDICT_PERCENT) {
        (void)snprintf(limit, sizeof(limit),
                       "more than the %" PRId64 " %% of hexmeta.maxDeletePercent", max_percent);
    } else {
        (void)snprintf(limit, sizeof(limit), "more than half");
    }
    buf_init(&parts, 256);
    describe(count, &parts);
    if (sync->options->accepts_deletes) {
        log_info("%" PRId64 " of %" PRId64 " active projects may go (%s): accepted",
                 brake_stopping(count), count->active, buf_cstr(&parts));
    } else {
        sync->summary->absence.is_held = true;
        sync->summary->absence.held = *count;
        log_error("deletion brake: %" PRId64 " of %" PRId64
                  " active projects would stop being active (%s), %s. None of them is marked. "
                  "If this is right, run once with --accept-deletes",
                  brake_stopping(count), count->active, buf_cstr(&parts), limit);
    }
    buf_free(&parts);
    return sync->options->accepts_deletes;
}

static void tell_of_other_tokens(struct sync *sync, const struct catalog_judgement *judgement)
{
    if (judgement->is_other_token) {
        sync_warning(sync, &sync->summary->listing,
                     "the token is not that of the last complete walk: no project that it does "
                     "not list is taken for deleted in this run");
    }
    if (judgement->others > 0) {
        log_info("%" PRId64 " projects were only ever listed with other tokens: they are left "
                 "as they are",
                 judgement->others);
    }
}

static enum status settle(struct sync *sync, struct catalog_judgement *judgement,
                          struct error *err)
{
    struct catalog *catalog = sync->options->catalog;
    struct sync_absence *absence = &sync->summary->absence;
    int64_t source = sync->source.id;
    int64_t walk = sync->walk.walk.id;
    int64_t now_ms = sync_now_ms(sync);
    enum status status = catalog_begin(catalog, err);
    if (status == OK) {
        status = catalog_judge_walk(catalog, source, walk, judgement, err);
    }
    if (status == OK && passes_brake(sync, &judgement->count)) {
        status = catalog_apply_states(catalog, source, walk, now_ms, err);
        absence->archived = judgement->count.archived;
        absence->trashed = judgement->count.trashed;
    }
    if (status == OK) {
        status = catalog_walk_close(catalog, source, walk, true, now_ms, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    return status;
}

void sync_end_walk(struct sync *sync)
{
    struct error err = ERROR_INIT;
    struct catalog_judgement judgement;
    struct sync_lookups *lookups = &sync->lookups;
    sync->walk.is_open = false;
    if (settle(sync, &judgement, &err) != OK) {
        sync_fatal(sync, &err);
        return;
    }
    sync->walk.is_complete = true;
    sync->summary->absence.missing = judgement.missing;
    lookups->may_conclude = !sync->summary->absence.is_held && !judgement.is_other_token;
    tell_of_other_tokens(sync, &judgement);
}

/* ---- looking up what is missing ---- */

static void count_lookup(struct sync_absence *absence, enum catalog_lookup kind,
                         enum project_state before, enum project_state after)
{
    absence->denied += kind == CATALOG_LOOKUP_DENIED && after != PROJECT_STATE_GONE;
    if (after != before) {
        absence->missing--;
        absence->archived += after == PROJECT_STATE_ARCHIVED;
        absence->trashed += after == PROJECT_STATE_TRASHED;
        absence->gone += after == PROJECT_STATE_GONE;
    }
}

static void store_lookup(struct sync_lookup *lookup, enum catalog_lookup kind,
                         const struct project *shown)
{
    struct sync *sync = lookup->sync;
    struct catalog *catalog = sync->options->catalog;
    struct error err = ERROR_INIT;
    enum project_state state = lookup->project.state;
    if (catalog_begin(catalog, &err) != OK ||
        catalog_store_lookup(catalog, sync->source.id, lookup->project.project_id, kind, shown,
                             sync_now_ms(sync), &state, &err) != OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        sync_fatal(sync, &err);
        return;
    }
    count_lookup(&sync->summary->absence, kind, lookup->project.state, state);
}

/* What an answer means; CATALOG_LOOKUP_FAILED with the reason in err. */
static enum catalog_lookup judge_answer(const struct sync_lookup *lookup,
                                        const struct http_answer *answer,
                                        const struct json *document, struct project *shown,
                                        struct error *err)
{
    struct sync *sync = lookup->sync;
    /* A proxy on the way has pages for 403 and 404, too; they say nothing of the project. */
    if (err->code == ERR_NOT_FOUND || err->code == ERR_FORBIDDEN) {
        return !decode_is_error_object(answer->body) ? CATALOG_LOOKUP_FAILED
               : err->code == ERR_NOT_FOUND          ? CATALOG_LOOKUP_GONE
                                                     : CATALOG_LOOKUP_DENIED;
    }
    if (err->code != OK || decode_project(document, &sync->walk.page, shown, err) != OK) {
        return CATALOG_LOOKUP_FAILED;
    }
    if (!str_eq(shown->id, lookup->project.project_id)) {
        (void)error_set(err, ERR_PARSE, "project: the answer is about another project");
        return CATALOG_LOOKUP_FAILED;
    }
    return CATALOG_LOOKUP_SHOWN;
}

static void on_lookup(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *answer_err)
{
    struct sync_lookup *lookup = ctx;
    struct sync *sync = lookup->sync;
    struct project shown;
    struct error err = *answer_err;
    sync->lookups.running--;
    arena_reset(&sync->walk.page);
    enum catalog_lookup kind = judge_answer(lookup, answer, document, &shown, &err);
    if (err.code == ERR_CANCELLED) {
        return;
    }
    if (err.code == ERR_AUTH || err.code == ERR_NOMEM || err.code == ERR_BUG) {
        sync_fatal(sync, &err);
        return;
    }
    if (kind == CATALOG_LOOKUP_FAILED) {
        sync->lookups.unreachable += err.code == ERR_NETWORK || err.code == ERR_RATE;
        sync_warning(sync, &sync->summary->listing,
                     "project '%.*s' (%.*s) is not listed any more, and looking it up failed; "
                     "it is kept as it was: %s",
                     STR_ARG(str_sub(lookup->project.title, 0, 200)),
                     STR_ARG(lookup->project.project_id), err.message);
    }
    store_lookup(lookup, kind, kind == CATALOG_LOOKUP_SHOWN ? &shown : NULL);
}

static enum status list_lookups(struct sync *sync, struct error *err)
{
    struct sync_lookups *lookups = &sync->lookups;
    struct catalog_missing *missing = NULL;
    size_t count = 0;
    arena_init(&lookups->arena, LOOKUP_BYTES);
    enum status status =
        catalog_list_missing(sync->options->catalog, sync->source.id, sync->walk.walk.id,
                             MAX_LOOKUPS, &lookups->arena, &missing, &count, err);
    if (status != OK) {
        return status;
    }
    lookups->items = arena_array(&lookups->arena, count, sizeof(*lookups->items));
    if (lookups->items == NULL && count > 0) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < count; i++) {
        lookups->items[i] = (struct sync_lookup){.sync = sync, .project = missing[i]};
    }
    lookups->count = count;
    if (sync->summary->absence.missing > (int64_t)count) {
        log_info("%zu of %" PRId64 " missing projects are looked up in this run", count,
                 sync->summary->absence.missing);
    }
    return OK;
}

void sync_fill_lookups(struct sync *sync)
{
    struct sync_lookups *lookups = &sync->lookups;
    struct error err = ERROR_INIT;
    if (lookups->may_conclude && !lookups->is_listed) {
        lookups->is_listed = true;
        if (list_lookups(sync, &err) != OK) {
            sync_fatal(sync, &err);
            return;
        }
    }
    if (lookups->unreachable >= MAX_UNREACHABLE && lookups->next < lookups->count) {
        log_warning(
            "%zu missing projects are looked up another time, since Hex does not answer",
            lookups->count - lookups->next);
        lookups->next = lookups->count;
    }
    while (lookups->next < lookups->count && lookups->running < MAX_IN_FLIGHT) {
        struct sync_lookup *lookup = &lookups->items[lookups->next++];
        const struct hex_request request = {.call = HEX_CALL_PROJECT,
                                            .project = lookup->project.project_id,
                                            .done = on_lookup,
                                            .ctx = lookup};
        if (hex_api_send(sync->options->api, &request, &err) != OK) {
            sync_fatal(sync, &err);
            return;
        }
        lookups->running++;
    }
}

bool sync_lookups_are_done(const struct sync *sync)
{
    return sync->lookups.next == sync->lookups.count && sync->lookups.running == 0;
}
