#include "app/cli/plan_view.h"

#include "app/cli/output.h"
#include "base/json_out.h"
#include "base/text.h"

#include <inttypes.h>

#define MAX_ITEM_BYTES ((size_t)256 * 1024 * 1024)
#define SHOWN_BYTES 200

static void put_json(struct buf *text, const struct om_plan_item *item)
{
    struct json_out out;
    json_out_init(&out, text);
    json_out_object(&out);
    json_out_field_cstr(&out, "action", om_plan_action_name(item->action));
    json_out_field_cstr(&out, "kind", item->kind);
    json_out_field_str(&out, "name", item->name);
    json_out_field_str(&out, "title", item->title);
    json_out_key(&out, "fields");
    json_out_array(&out);
    for (size_t i = 0; i < item->field_count; i++) {
        const struct om_plan_field *field = &item->fields[i];
        json_out_object(&out);
        json_out_field_cstr(&out, "name", field->name);
        json_out_field_str(&out, "before", field->before);
        json_out_field_str(&out, "after", field->after);
        json_out_field_bool(&out, "kept", field->is_kept);
        json_out_object_end(&out);
    }
    json_out_array_end(&out);
    json_out_object_end(&out);
    (void)buf_append_char(text, '\n');
}

/* One line of a text, cut where it is long. */
static void put_value(struct buf *text, struct str value)
{
    struct str shown = str_sub(str_trim(value), 0, SHOWN_BYTES);
    size_t end = str_find(shown, '\n');
    struct str line = str_sub(shown, 0, end == SIZE_MAX ? shown.n : end);
    if (str_is_empty(line)) {
        (void)buf_append_cstr(text, "-");
        return;
    }
    (void)buf_append_char(text, '\'');
    text_escape_terminal(text, line);
    (void)buf_append_cstr(text, line.n < str_trim(value).n ? "...'" : "'");
}

static void put_text(struct buf *text, const struct om_plan_item *item)
{
    bool is_new = item->action == OM_PLAN_CREATE;
    (void)buf_printf(text, "%-6s %s ", om_plan_action_name(item->action), item->kind);
    put_value(text, item->title);
    if (!str_eq(item->title, item->name)) {
        (void)buf_append_cstr(text, " (");
        text_escape_terminal(text, item->name);
        (void)buf_append_char(text, ')');
    }
    (void)buf_append_char(text, '\n');
    for (size_t i = 0; i < item->field_count && !is_new; i++) {
        const struct om_plan_field *field = &item->fields[i];
        (void)buf_printf(text, "       %s: ", field->name);
        put_value(text, field->before);
        (void)buf_append_cstr(text, field->is_kept ? " stays, not " : " -> ");
        put_value(text, field->after);
        (void)buf_append_char(text, '\n');
    }
}

enum status plan_view_item(void *ctx, const struct om_plan_item *item, struct error *err)
{
    struct plan_view *view = ctx;
    struct buf text;
    buf_init(&text, MAX_ITEM_BYTES);
    view->counts[item->action]++;
    view->changes += item->action != OM_PLAN_KEEP;
    if (view->is_json) {
        put_json(&text, item);
    } else {
        put_text(&text, item);
    }
    enum status status = output_buf(&text, err);
    buf_free(&text);
    return status;
}

enum status plan_view_end(struct plan_view *view, const struct om_summary *summary,
                          struct error *err)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, 65536);
    if (view->is_json) {
        json_out_init(&out, &text);
        json_out_object(&out);
        json_out_field_cstr(&out, "action", "summary");
        for (int i = 0; i <= OM_PLAN_KEEP; i++) {
            json_out_field_int(&out, om_plan_action_name((enum om_plan_action)i),
                               view->counts[i]);
        }
        json_out_field_int(&out, "privateProjects", summary->private_projects);
        json_out_field_int(&out, "unresolvedTables", summary->unresolved_tables);
        json_out_field_int(&out, "heldBack", summary->held_back);
        json_out_object_end(&out);
        (void)buf_append_char(&text, '\n');
    } else if (view->changes == 0) {
        (void)buf_printf(&text,
                         "Nothing to change: OpenMetadata is as the catalog says. Kept as "
                         "people made them: %" PRId64 ".\n",
                         view->counts[OM_PLAN_KEEP]);
    } else {
        (void)buf_printf(&text,
                         "\nTo create: %" PRId64 ", to update: %" PRId64 ", to unlink: %" PRId64
                         ", to delete: %" PRId64 ". Kept as people made them: %" PRId64 ".\n",
                         view->counts[OM_PLAN_CREATE], view->counts[OM_PLAN_UPDATE],
                         view->counts[OM_PLAN_UNLINK], view->counts[OM_PLAN_DELETE],
                         view->counts[OM_PLAN_KEEP]);
    }
    if (!view->is_json && summary->private_projects > 0) {
        bool is_one = summary->private_projects == 1;
        (void)buf_printf(&text,
                         "%" PRId64 " of the projects %s private in Hex and would be shown to "
                         "everyone in OpenMetadata (hexmeta.visibility: workspace leaves %s "
                         "out).\n",
                         summary->private_projects, is_one ? "is" : "are",
                         is_one ? "it" : "them");
    }
    enum status status = output_buf(&text, err);
    buf_free(&text);
    return status;
}
