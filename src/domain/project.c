#include "domain/project.h"

#include "base/buf.h"

#include <inttypes.h>

#define MAX_MARK_BYTES ((size_t)1024 * 1024)

const char *project_type_name(enum project_type type)
{
    return type == PROJECT_TYPE_COMPONENT ? "COMPONENT" : "PROJECT";
}

const char *project_state_name(enum project_state state)
{
    static const char *const names[] = {"active", "archived", "trashed", "gone"};
    return names[state];
}

const char *project_detail_name(enum project_detail detail)
{
    static const char *const names[] = {"listed", "full", "denied"};
    return names[detail];
}

struct str project_responsible(const struct project *project)
{
    return str_is_empty(project->owner) ? project->creator : project->owner;
}

enum status project_content_mark(const struct project *project, struct arena *arena,
                                 struct str *out)
{
    char edited[TIMESTAMP_TEXT_SIZE];
    char published[TIMESTAMP_TEXT_SIZE];
    timestamp_format(project->edited_ms, edited);
    timestamp_format(project->published_ms, published);
    return arena_printf(arena, out, "%s|%s", edited, published);
}

enum status project_activity_mark(const struct project *project, struct arena *arena,
                                  struct str *out)
{
    struct buf text;
    char updated[TIMESTAMP_TEXT_SIZE];
    timestamp_format(project->results_updated_ms, updated);
    buf_init(&text, MAX_MARK_BYTES);
    (void)buf_append_cstr(&text, updated);
    for (size_t i = 0; i < project->schedule_count; i++) {
        const struct schedule *schedule = &project->schedules[i];
        (void)buf_printf(&text, "|%.*s %.*s %d", STR_ARG(schedule->cron),
                         STR_ARG(schedule->timezone), schedule->is_enabled);
    }
    enum status status = buf_status(&text);
    if (status == OK && text.size > 128) {
        /* Many schedules: their hash will do. */
        status = arena_printf(arena, out, "%s|%016" PRIx64, updated, str_hash(buf_str(&text)));
    } else if (status == OK) {
        status = arena_str(arena, buf_str(&text), out);
    }
    buf_free(&text);
    return status;
}

enum status project_url(struct str host_url, struct str workspace,
                        const struct project *project, struct arena *arena, struct str *out)
{
    if (str_is_empty(host_url) || str_is_empty(workspace)) {
        *out = STR_NULL;
        return OK;
    }
    bool is_app = project->published_ms != TIMESTAMP_NONE;
    return arena_printf(arena, out, "%.*s/%.*s/%s/%.*s/%s", STR_ARG(host_url),
                        STR_ARG(workspace), is_app ? "app" : "hex", STR_ARG(project->id),
                        is_app ? "latest" : "draft/logic");
}

/* A run that has not begun yet is newer than all that have. */
static bool is_waiting(const struct run *run)
{
    return run->started_ms == TIMESTAMP_NONE &&
           (str_is(run->status, "PENDING") || str_is(run->status, "RUNNING"));
}

size_t run_newest(const struct run *runs, size_t count)
{
    size_t newest = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (is_waiting(&runs[i])) {
            return i;
        }
        if (newest == SIZE_MAX || runs[i].started_ms > runs[newest].started_ms) {
            newest = i;
        }
    }
    return newest;
}
