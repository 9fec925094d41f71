#include "app/cli/plan_view.h"

#include "app/cli/output.h"
#include "app/cli/table.h"
#include "base/json_out.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define MAX_ITEM_BYTES ((size_t)256 * 1024 * 1024)
#define SHOWN_WIDTH 200

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
    value = str_trim(value);
    struct str line = str_sub(value, 0, str_find(value, '\n'));
    bool is_cut = line.n < value.n;
    if (str_is_empty(line)) {
        (void)buf_append_cstr(text, "-");
        return;
    }
    (void)buf_append_char(text, '\'');
    table_cut(text, line, SHOWN_WIDTH);
    (void)buf_append_cstr(text, is_cut ? " \xE2\x80\xA6'" : "'");
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

/* Kinds beyond the room that is there are in the sum alone. */
static void count_kind(struct plan_view *view, const struct om_plan_item *item)
{
    size_t at = 0;
    while (at < view->kind_count && strcmp(view->kinds[at].kind, item->kind) != 0) {
        at++;
    }
    if (at == PLAN_VIEW_KINDS) {
        return;
    }
    view->kind_count = at == view->kind_count ? at + 1 : view->kind_count;
    view->kinds[at].kind = item->kind;
    view->kinds[at].of[item->action]++;
}

static void put_counts(struct buf *text, const struct plan_view_counts *counts)
{
    (void)buf_printf(text, "%-20s", counts->kind);
    for (int i = 0; i <= OM_PLAN_KEEP; i++) {
        (void)buf_printf(text, "  %8" PRId64, counts->of[i]);
    }
    (void)buf_append_char(text, '\n');
}

/* A row for each kind: the end of a long list tells what was in it. */
static void put_table(const struct plan_view *view, struct buf *text)
{
    struct plan_view_counts sum = view->all;
    sum.kind = "Together";
    (void)buf_printf(text, "\n%-20s", "");
    for (int i = 0; i <= OM_PLAN_KEEP; i++) {
        (void)buf_printf(text, "  %8s", om_plan_action_name((enum om_plan_action)i));
    }
    (void)buf_append_char(text, '\n');
    for (size_t i = 0; i < view->kind_count; i++) {
        put_counts(text, &view->kinds[i]);
    }
    put_counts(text, &sum);
}

enum status plan_view_item(void *ctx, const struct om_plan_item *item, struct error *err)
{
    struct plan_view *view = ctx;
    struct buf text;
    buf_init(&text, MAX_ITEM_BYTES);
    view->all.of[item->action]++;
    count_kind(view, item);
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
                               view->all.of[i]);
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
                         view->all.of[OM_PLAN_KEEP]);
    } else {
        put_table(view, &text);
    }
    if (!view->is_json && summary->private_projects > 0) {
        bool is_one = summary->private_projects == 1;
        (void)buf_printf(
            &text,
            "\n%" PRId64 " of the projects %s private in Hex and would be shown to "
            "everyone in OpenMetadata (hexmeta.visibility: workspace leaves %s "
            "out).\n",
            summary->private_projects, is_one ? "is" : "are", is_one ? "it" : "them");
    }
    enum status status = output_buf(&text, err);
    buf_free(&text);
    return status;
}
