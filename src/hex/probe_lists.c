/*
 * The lists of the workspace, one page of each.
 */
#include "hex/probe_state.h"

/* ---- data connections ---- */

static enum status take_connections(struct probe *probe, const struct json *document,
                                    struct error *err)
{
    const struct json *values = json_get(document, "values");
    size_t capacity = 0;
    struct str next;
    probe->connection_count = 0;
    probe->detailed_count = 0;
    for (size_t i = 0; i < json_count(values); i++) {
        probe->detailed_count +=
            json_is_object(json_get(json_at(values, i), "connectionDetails"));
    }
    enum status status = decode_connections(document, &probe->arena, &probe->connections,
                                            &probe->connection_count, &capacity, &next, err);
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

void probe_ask_connections(struct probe *probe)
{
    const struct hex_request request = {.call = HEX_CALL_CONNECTIONS, .cursor = STR_NULL};
    if (!probe->connections_answer.was_asked) {
        (void)probe_ask(probe, &request, take_connections, &probe->connections_answer);
    }
}

static void judge_basic(struct probe *probe)
{
    bool has_defaults = probe->options->has_connection_defaults;
    probe->report.meaning =
        has_defaults ? STR("Hex gives names and types only: bare table names get the database "
                           "and schema of hexmeta.connections, the others none.")
                     : STR("Hex gives names and types only: bare table names stay without "
                           "database and schema.");
    if (!has_defaults) {
        probe_warn(probe, "basic_connections",
                   STR("Lineage to bare table names cannot be matched to one database."),
                   STR("Take the token of an admin, who sees the details of connections, or "
                       "name database and schema below hexmeta.connections."));
    }
}

void probe_connections(struct probe *probe)
{
    probe_ask_connections(probe);
    if (probe->fatal.code != OK) {
        return;
    }
    if (probe->connections_answer.diagnosis.kind != DIAGNOSIS_FINE) {
        probe_fail(probe, &probe->connections_answer);
        return;
    }
    struct str count =
        probe_count(probe, probe->connection_count, "data connection", "data connections");
    const char *more = probe->has_more ? " and more" : "";
    if (probe->connection_count == 0) {
        probe->report.meaning = STR("Tables are known by the names that SQL gives them.");
        probe_pass(probe, STR("The workspace has no data connection."));
    } else if (probe->detailed_count == 0) {
        judge_basic(probe);
        probe_pass(probe,
                   probe_text(probe, "%.*s%s, in the basic form.", STR_ARG(count), more));
    } else {
        probe->report.meaning =
            STR("Bare table names get the database and schema of their connection.");
        probe_pass(probe, probe_text(probe, "%.*s%s, with details of %zu.", STR_ARG(count),
                                     more, probe->detailed_count));
    }
}

/* ---- people and collections ---- */

static enum status take_users(struct probe *probe, const struct json *document,
                              struct error *err)
{
    struct user *items = NULL;
    size_t capacity = 0;
    struct str next;
    enum status status = decode_users(document, &probe->arena, &items, &probe->list_count,
                                      &capacity, &next, err);
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

static enum status take_collections(struct probe *probe, const struct json *document,
                                    struct error *err)
{
    struct collection *items = NULL;
    size_t capacity = 0;
    struct str next;
    enum status status = decode_collections(document, &probe->arena, &items, &probe->list_count,
                                            &capacity, &next, err);
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

static enum status take_groups(struct probe *probe, const struct json *document,
                               struct error *err)
{
    struct group *items = NULL;
    size_t capacity = 0;
    struct str next;
    enum status status = decode_groups(document, &probe->arena, &items, &probe->list_count,
                                       &capacity, &next, err);
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

static void run_list(struct probe *probe, enum hex_call call, probe_take_fn *take,
                     const char *one, const char *many)
{
    const struct hex_request request = {.call = call, .cursor = STR_NULL};
    struct probe_answer answer = {.was_asked = false};
    probe->list_count = 0;
    if (probe_ask(probe, &request, take, &answer)) {
        struct str count = probe_count(probe, probe->list_count, one, many);
        probe_pass(probe, probe_text(probe, "%.*s%s.", STR_ARG(count),
                                     probe->has_more ? " and more" : ""));
    } else if (probe->fatal.code == OK) {
        probe_fail(probe, &answer);
    }
}

void probe_users(struct probe *probe)
{
    run_list(probe, HEX_CALL_USERS, take_users, "person", "people");
}

void probe_collections(struct probe *probe)
{
    run_list(probe, HEX_CALL_COLLECTIONS, take_collections, "collection", "collections");
}

void probe_groups(struct probe *probe)
{
    run_list(probe, HEX_CALL_GROUPS, take_groups, "group", "groups");
}
