#include "om/change.h"

#include "domain/name.h"

#include <stdio.h>
#include <string.h>

struct decision {
    const struct om_entity *entity;
    const struct om_shown *shown;
    const struct published *base;
    bool has_base;
    const struct om_history *history;
    const struct om_change_rules *rules;
    struct arena *arena;
    struct om_change *out;
    bool must_ask;
};

static enum merge_author author_of(const struct decision *d, const char *field)
{
    if (d->history == NULL && d->shown->is_first_version) {
        return str_eq(d->shown->updated_by, d->rules->user) ? MERGE_AUTHOR_US
                                                            : MERGE_AUTHOR_PERSON;
    }
    return om_history_author(d->history, field, d->rules->user);
}

/* ---- texts that people edit ---- */

static enum status decide_text(struct decision *d, enum published_field field)
{
    struct om_field_change *change = &d->out->fields[field];
    struct merge_text text = {.base = d->base->fields[field],
                              .author = author_of(d, om_field_name(field)),
                              .overrides = d->rules->overrides};
    enum status status = om_entity_field(d->entity, field, d->arena, &text.ours);
    if (status == OK) {
        status = om_entity_field(&d->shown->entity, field, d->arena, &text.theirs);
    }
    if (status != OK) {
        return status;
    }
    /* Nobody but us has touched it since we wrote: that is how the server shows it. */
    if (text.base.has_sent && !text.base.has_seen &&
        str_eq(d->shown->updated_by, d->rules->user)) {
        text.base.has_seen = true;
        text.base.seen = merge_hash(text.theirs);
    }
    change->before = text.theirs;
    change->after = text.ours;
    change->verdict = merge_text(&text);
    if (change->verdict == MERGE_REMOVE && field == PUBLISHED_FIELD_TITLE) {
        change->verdict = MERGE_KEEP; /* a name is better than none */
    }
    d->must_ask = d->must_ask || change->verdict == MERGE_ASK;
    d->out->keeps_something = d->out->keeps_something || change->verdict == MERGE_KEEP;
    d->out->next.fields[field] = merge_next_base(&text, change->verdict);
    return OK;
}

/* ---- what only Hex knows: written when it changed, or when it was never sent ---- */

static enum status decide_fact(struct decision *d, enum published_field field)
{
    struct om_field_change *change = &d->out->fields[field];
    struct merge_base *base = &d->out->next.fields[field];
    enum status status = om_entity_field(d->entity, field, d->arena, &change->after);
    if (status == OK) {
        status = om_entity_field(&d->shown->entity, field, d->arena, &change->before);
    }
    if (status != OK) {
        return status;
    }
    uint64_t ours = merge_hash(change->after);
    bool is_same = str_eq(change->after, change->before);
    bool has_changed = !base->has_sent || base->sent != ours;
    change->verdict = is_same                              ? MERGE_SAME
                      : has_changed || d->rules->overrides ? MERGE_WRITE
                                                           : MERGE_SAME;
    *base = (struct merge_base){true, true, ours, ours};
    return OK;
}

/* True for names that only we give: "<service>.<project>_<cell>". */
static bool is_ours(const struct om_entity *entity, struct str fqn)
{
    size_t head = entity->fqn.n;
    return fqn.n > head && entity->fqn.n > 0 && memcmp(fqn.p, entity->fqn.p, head) == 0 &&
           fqn.p[head] == '_';
}

/* Data models stand below "<service>.model". */
static bool is_our_model(const struct om_entity *entity, struct str fqn)
{
    struct str name = entity->name;
    size_t dot = str_find_last(fqn, '.');
    struct str last = dot == SIZE_MAX ? fqn : str_sub(fqn, dot + 1, fqn.n);
    return last.n > name.n && memcmp(last.p, name.p, name.n) == 0 && last.p[name.n] == '_';
}

/* Ours, and what people linked beside it. */
static enum status merge_links(struct decision *d, const struct str *ours, size_t our_count,
                               const struct str *theirs, size_t their_count,
                               bool (*is_own)(const struct om_entity *, struct str),
                               struct str **out, size_t *count)
{
    *out = arena_array(d->arena, our_count + their_count + 1, sizeof(**out));
    *count = 0;
    if (*out == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < our_count; i++) {
        (*out)[(*count)++] = ours[i];
    }
    for (size_t i = 0; i < their_count; i++) {
        if (!is_own(d->entity, theirs[i])) {
            (*out)[(*count)++] = theirs[i];
        }
    }
    return OK;
}

static enum status effective_links(struct decision *d, struct om_entity *effective)
{
    const struct om_entity *ours = d->entity;
    const struct om_entity *theirs = &d->shown->entity;
    if (!ours->has_links) {
        effective->charts = theirs->charts;
        effective->chart_count = theirs->chart_count;
        effective->data_models = theirs->data_models;
        effective->data_model_count = theirs->data_model_count;
        return OK;
    }
    enum status status =
        merge_links(d, ours->charts, ours->chart_count, theirs->charts, theirs->chart_count,
                    is_ours, &effective->charts, &effective->chart_count);
    return status == OK
               ? merge_links(d, ours->data_models, ours->data_model_count, theirs->data_models,
                             theirs->data_model_count, is_our_model, &effective->data_models,
                             &effective->data_model_count)
               : status;
}

/* Types that the server knows and Hex does not. */
static enum status effective_columns(struct decision *d, struct om_entity *effective)
{
    const struct om_entity *theirs = &d->shown->entity;
    effective->columns =
        arena_array(d->arena, d->entity->column_count + 1, sizeof(*effective->columns));
    if (effective->columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < d->entity->column_count; i++) {
        struct om_column *column = &effective->columns[i];
        *column = d->entity->columns[i];
        for (size_t k = 0; k < theirs->column_count; k++) {
            const struct om_column *known = &theirs->columns[k];
            if (str_eq(known->name, column->name)) {
                column->type = known->type;
                column->array_type = known->array_type;
                column->length = known->length;
            }
        }
    }
    return OK;
}

/* A row that overrides would take away what people wrote on columns. */
static enum status keep_column_texts(struct decision *d)
{
    const struct om_entity *theirs = &d->shown->entity;
    struct om_entity *row = &d->out->row;
    struct om_column *columns = arena_array(d->arena, row->column_count + 1, sizeof(*columns));
    if (columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < row->column_count; i++) {
        columns[i] = row->columns[i];
        for (size_t k = 0; k < theirs->column_count; k++) {
            const struct om_column *known = &theirs->columns[k];
            if (!str_eq(known->name, columns[i].name)) {
                continue;
            }
            columns[i].description = known->description;
            if (!str_is_empty(known->title) &&
                (!d->rules->overrides || str_is_empty(columns[i].title))) {
                columns[i].title = known->title;
            }
        }
    }
    row->columns = columns;
    return OK;
}

/* ---- sets ---- */

/* Of the classification that has statuses only, or a category with the name of one. */
static bool is_status_tag(const struct decision *d, struct str fqn)
{
    const struct om_change_rules *rules = d->rules;
    struct str rest = fqn;
    struct str classification;
    struct str name;
    if (rules->is_status == NULL || name_next_part(&rest, d->arena, &classification) != OK ||
        str_is_null(rest) || name_next_part(&rest, d->arena, &name) != OK ||
        !str_is_null(rest)) {
        return false;
    }
    return str_eq(classification, rules->status_classification) ||
           (str_eq(classification, rules->category_classification) &&
            rules->is_status(rules->ctx, name));
}

/*
 * Without a base: what a bot made of a status is as if we sent it. OpenMetadata's own connector
 * makes a category of it, and a project has one status only.
 */
static enum status status_tags(struct decision *d, struct merge_set *set)
{
    struct str *sent =
        arena_array(d->arena, set->their_count + set->our_count + 1, sizeof(*sent));
    size_t count = 0;
    if (sent == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < set->their_count; i++) {
        if (d->shown->has_bot_label[i] && is_status_tag(d, set->theirs[i])) {
            sent[count++] = set->theirs[i];
        }
    }
    if (count > 0) {
        /* Ours that a person dropped stay dropped: they count as sent, too. */
        for (size_t i = 0; i < set->dropped_count; i++) {
            for (size_t k = 0; k < set->our_count; k++) {
                if (str_eq(set->dropped[i], set->ours[k])) {
                    sent[count++] = set->ours[k];
                    break;
                }
            }
            if (count > set->their_count + set->our_count) {
                break;
            }
        }
        set->has_base = true;
        set->sent = sent;
        set->sent_count = count;
    }
    return OK;
}

static bool is_among(struct str item, const struct str *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(items[i], item)) {
            return true;
        }
    }
    return false;
}

static bool are_all_among(const struct str *some, size_t some_count, const struct str *all,
                          size_t all_count)
{
    for (size_t i = 0; i < some_count; i++) {
        if (!is_among(some[i], all, all_count)) {
            return false;
        }
    }
    return true;
}

static bool lacks_some(const struct merge_set *set)
{
    return !are_all_among(set->ours, set->our_count, set->theirs, set->their_count);
}

static enum status decide_tags(struct decision *d)
{
    const struct om_entity *ours = d->entity;
    const struct om_entity *theirs = &d->shown->entity;
    struct str *dropped = NULL;
    size_t dropped_count = 0;
    enum status status = OK;
    struct merge_set set = {.ours = ours->tags,
                            .our_count = ours->tag_count,
                            .theirs = theirs->tags,
                            .their_count = theirs->tag_count,
                            .has_base = d->has_base && d->base->has_tags,
                            .sent = d->base->tags,
                            .sent_count = d->base->tag_count,
                            .overrides = d->rules->overrides};
    if (!set.has_base && d->history == NULL && !d->shown->is_first_version && !set.overrides &&
        lacks_some(&set)) {
        d->must_ask = true;
        return OK;
    }
    if (!set.has_base) {
        status = om_history_dropped(d->history, "tags", "tagFQN", d->rules->user, d->arena,
                                    &dropped, &dropped_count);
        set.dropped = dropped;
        set.dropped_count = dropped_count;
        status = status == OK ? status_tags(d, &set) : status;
    }
    if (status == OK) {
        status = merge_set(&set, d->arena, &d->out->tags);
    }
    d->out->next.has_tags = true;
    d->out->next.tags = ours->tags;
    d->out->next.tag_count = ours->tag_count;
    return status;
}

static enum status decide_owners(struct decision *d)
{
    const struct om_entity *ours = d->entity;
    const struct om_entity *theirs = &d->shown->entity;
    struct merge_set set = {.ours = ours->owners,
                            .our_count = ours->owner_count,
                            .theirs = theirs->owners,
                            .their_count = theirs->owner_count,
                            .has_base = d->has_base && d->base->has_owners,
                            .sent = d->base->owners,
                            .sent_count = d->base->owner_count,
                            .overrides = d->rules->overrides};
    enum merge_author author = MERGE_AUTHOR_US;
    if (!set.has_base && !set.overrides && (lacks_some(&set) || theirs->owner_count > 0)) {
        author = author_of(d, "owners");
    }
    d->out->next.has_owners = true;
    d->out->next.owners = ours->owners;
    d->out->next.owner_count = ours->owner_count;
    if (author == MERGE_AUTHOR_UNKNOWN && lacks_some(&set)) {
        d->must_ask = true;
        return OK;
    }
    bool is_left_alone = author == MERGE_AUTHOR_PERSON ||
                         (author == MERGE_AUTHOR_LOST && theirs->owner_count > 0) ||
                         author == MERGE_AUTHOR_UNKNOWN;
    if (!set.has_base && !is_left_alone) {
        set.has_base = author == MERGE_AUTHOR_US; /* theirs is what we sent */
        set.sent = theirs->owners;
        set.sent_count = theirs->owner_count;
    }
    /* Who took an owner of Hex's away has decided who owns it; one more does not undo that. */
    is_left_alone = is_left_alone ||
                    (set.has_base && !set.overrides &&
                     !are_all_among(set.sent, set.sent_count, set.theirs, set.their_count));
    if (is_left_alone || d->shown->has_team_owner) {
        /* A team owns alone, and people's owners are people's. */
        d->out->keeps_something = d->out->keeps_something || lacks_some(&set);
        d->out->owners = (struct merge_set_result){.kept_away = ours->owner_count};
        return OK;
    }
    return merge_set(&set, d->arena, &d->out->owners);
}

/* ---- all together ---- */

static bool is_text(enum published_field field)
{
    return field == PUBLISHED_FIELD_TITLE || field == PUBLISHED_FIELD_DESCRIPTION;
}

static enum status decide_fields(struct decision *d)
{
    struct om_entity effective = *d->entity;
    enum published_kind kind = d->entity->kind;
    enum status status = effective_links(d, &effective);
    if (status == OK && kind == PUBLISHED_DATA_MODEL) {
        status = effective_columns(d, &effective);
    }
    d->out->row = effective;
    d->out->ours = effective;
    d->entity = &d->out->ours;
    for (int i = 0; i < PUBLISHED_FIELD_COUNT && status == OK; i++) {
        enum published_field field = (enum published_field)i;
        if (om_kind_has_field(kind, field)) {
            status = is_text(field) ? decide_text(d, field) : decide_fact(d, field);
        }
    }
    if (status == OK && effective.has_tags) {
        status = decide_tags(d);
    }
    return status == OK && effective.has_owners ? decide_owners(d) : status;
}

/* How it is sent: what a PATCH can do alone goes without a row. */
static void choose_requests(struct decision *d)
{
    struct om_change *out = d->out;
    enum merge_verdict title = out->fields[PUBLISHED_FIELD_TITLE].verdict;
    enum merge_verdict description = out->fields[PUBLISHED_FIELD_DESCRIPTION].verdict;
    bool has_title = title == MERGE_WRITE;
    bool writes_description = description == MERGE_WRITE || description == MERGE_REMOVE;
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        out->needs_row = out->needs_row || (!is_text((enum published_field)i) &&
                                            out->fields[i].verdict == MERGE_WRITE);
    }
    bool replaces_title =
        has_title && d->rules->keeps_titles && !str_is_empty(d->shown->entity.title);
    out->needs_row = out->needs_row || has_title;
    out->needs_override = replaces_title;
    out->patches_description =
        writes_description && !(replaces_title && description == MERGE_WRITE);
    out->needs_patch = out->patches_description || out->tags.add_count > 0 ||
                       out->tags.remove_count > 0 || out->owners.add_count > 0 ||
                       out->owners.remove_count > 0;
    out->action = out->needs_row || out->needs_patch ? OM_ACTION_UPDATE : OM_ACTION_NONE;
    /* What stays theirs must not be overwritten by the row. */
    if (!has_title) {
        out->row.title = d->shown->entity.title;
    }
    if (description == MERGE_REMOVE) {
        out->row.description = STR_NULL;
    } else if (description != MERGE_WRITE || !replaces_title) {
        out->row.description = d->shown->description;
    }
    out->row.tag_count = 0;
    out->row.owner_count = 0;
}

/* Nobody but us has given it the title that it has. */
static bool has_our_title(const struct decision *d)
{
    const struct merge_base *base = &d->base->fields[PUBLISHED_FIELD_TITLE];
    struct str theirs;
    if (om_entity_field(&d->shown->entity, PUBLISHED_FIELD_TITLE, d->arena, &theirs) != OK) {
        return false;
    }
    uint64_t hash = merge_hash(theirs);
    return d->has_base &&
           ((base->has_seen && base->seen == hash) || (base->has_sent && base->sent == hash));
}

/*
 * The row of a deleted entity restores it with all that it had; what people may have edited is
 * theirs there, and the next run compares it with the old base.
 */
static void bring_back(struct decision *d)
{
    struct om_change *out = d->out;
    const struct om_entity *theirs = &d->shown->entity;
    if (!str_is_empty(theirs->title) && !has_our_title(d)) {
        out->row.title = theirs->title;
    }
    out->row.description = d->shown->description;
    out->row.tag_count = 0;
    out->row.owner_count = 0;
    out->next.digest = 0;
}

static void create(struct decision *d)
{
    struct om_change *out = d->out;
    out->action = OM_ACTION_CREATE;
    out->needs_row = true;
    out->row = *d->entity;
    out->ours = *d->entity;
    if (d->shown->is_there) {
        bring_back(d);
        return;
    }
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        struct merge_base *base = &out->next.fields[i];
        *base = (struct merge_base){.has_sent = false};
        if (om_kind_has_field(d->entity->kind, (enum published_field)i) &&
            om_entity_field(d->entity, (enum published_field)i, d->arena,
                            &out->fields[i].after) == OK) {
            base->has_sent = true;
            base->sent = merge_hash(out->fields[i].after);
            out->fields[i].verdict = MERGE_WRITE;
        }
    }
    out->next.has_tags = d->entity->has_tags;
    out->next.tags = d->entity->tags;
    out->next.tag_count = d->entity->tag_count;
    out->next.has_owners = d->entity->has_owners;
    out->next.owners = d->entity->owners;
    out->next.owner_count = d->entity->owner_count;
}

static bool is_refused(const struct decision *d)
{
    if (d->rules->restores) {
        return false;
    }
    if (!d->shown->is_there) {
        /* It was there, and we did not delete it. */
        return d->has_base && d->base->state != PUBLISHED_STATE_DELETED;
    }
    if (!d->shown->is_deleted) {
        return false;
    }
    return d->has_base ? d->base->state != PUBLISHED_STATE_DELETED
                       : !str_eq(d->shown->updated_by, d->rules->user);
}

static bool is_same_base(const struct published *a, const struct published *b)
{
    bool is_same = a->state == b->state && a->digest == b->digest &&
                   a->has_tags == b->has_tags && a->tag_count == b->tag_count &&
                   a->has_owners == b->has_owners && a->owner_count == b->owner_count &&
                   str_eq(a->entity_id, b->entity_id);
    for (int i = 0; i < PUBLISHED_FIELD_COUNT && is_same; i++) {
        const struct merge_base *left = &a->fields[i];
        const struct merge_base *right = &b->fields[i];
        is_same = left->has_sent == right->has_sent && left->has_seen == right->has_seen &&
                  left->sent == right->sent && left->seen == right->seen;
    }
    for (size_t i = 0; i < a->tag_count && is_same; i++) {
        is_same = str_eq(a->tags[i], b->tags[i]);
    }
    for (size_t i = 0; i < a->owner_count && is_same; i++) {
        is_same = str_eq(a->owners[i], b->owners[i]);
    }
    return is_same;
}

enum status om_change_decide(const struct om_entity *entity, const struct om_shown *shown,
                             const struct published *base, bool has_base,
                             const struct om_history *history,
                             const struct om_change_rules *rules, struct arena *arena,
                             struct om_change *out)
{
    struct decision d = {.entity = entity,
                         .shown = shown,
                         .base = base,
                         .has_base = has_base,
                         .history = history,
                         .rules = rules,
                         .arena = arena,
                         .out = out};
    enum status status = OK;
    *out = (struct om_change){.action = OM_ACTION_NONE, .next = *base};
    out->next.kind = entity->kind;
    out->next.name = entity->name;
    out->next.parent = entity->project;
    out->next.entity_id = shown->is_there ? shown->id : base->entity_id;
    out->next.digest = om_entity_digest(entity);
    out->next.state = PUBLISHED_STATE_THERE;
    if (is_refused(&d)) {
        out->action = OM_ACTION_REFUSED;
        out->next.state = PUBLISHED_STATE_REFUSED;
        out->has_new_base = !has_base || base->state != PUBLISHED_STATE_REFUSED;
        return OK;
    }
    if (!shown->is_there || shown->is_deleted) {
        create(&d);
        return OK;
    }
    status = decide_fields(&d);
    if (status == OK && d.must_ask) {
        out->action = OM_ACTION_ASK;
    } else if (status == OK) {
        choose_requests(&d);
        status = out->needs_override ? keep_column_texts(&d) : OK;
        out->has_new_base = !has_base || !is_same_base(base, &out->next);
    }
    return status;
}

/* ---- what the server made of it ---- */

enum status om_change_see(const struct om_shown *shown, const struct published *base,
                          const struct om_change_rules *rules, struct arena *arena,
                          struct published *next, bool *has_new_base, bool *is_doubtful)
{
    enum published_kind kind = base->kind;
    enum status status = OK;
    *next = *base;
    *has_new_base = false;
    *is_doubtful = false;
    if (base->state != PUBLISHED_STATE_THERE) {
        return OK;
    }
    next->entity_id = shown->id;
    *has_new_base = !str_eq(base->entity_id, shown->id);
    *is_doubtful = shown->is_deleted;
    for (int i = 0; i < PUBLISHED_FIELD_COUNT && status == OK; i++) {
        enum published_field field = (enum published_field)i;
        struct merge_base *known = &next->fields[i];
        struct str theirs = STR_NULL;
        if (!om_kind_has_field(kind, field) || known->has_seen) {
            continue;
        }
        *has_new_base = true;
        if (!is_text(field)) {
            known->has_seen = known->has_sent;
            known->seen = known->sent; /* nobody's but ours: see decide_fact */
        } else if (known->has_sent && str_eq(shown->updated_by, rules->user)) {
            status = om_entity_field(&shown->entity, field, arena, &theirs);
            known->has_seen = true;
            known->seen = merge_hash(theirs);
        }
        *is_doubtful = *is_doubtful || !known->has_seen;
    }
    return status;
}

/* ---- the patch ---- */

static void put_operation(struct json_out *out, const char *op, const char *path)
{
    json_out_object(out);
    json_out_field_cstr(out, "op", op);
    json_out_field_cstr(out, "path", path);
}

static void put_test(struct json_out *out, const char *path, struct str value)
{
    put_operation(out, "test", path);
    json_out_field_str(out, "value", value);
    json_out_object_end(out);
}

/* Last one first, so that indexes stay right. */
static void remove_items(const char *list, const char *key, const struct str *theirs,
                         size_t their_count, const struct merge_set_result *result,
                         struct json_out *out)
{
    char path[64];
    for (size_t i = their_count; i-- > 0;) {
        if (!is_among(theirs[i], result->remove, result->remove_count)) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "/%s/%zu/%s", list, i, key);
        put_test(out, path, theirs[i]);
        (void)snprintf(path, sizeof(path), "/%s/%zu", list, i);
        put_operation(out, "remove", path);
        json_out_object_end(out);
    }
}

typedef void item_fn(struct str item, struct json_out *out);

static void put_user(struct str id, struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "id", id);
    json_out_field_cstr(out, "type", "user");
    json_out_object_end(out);
}

/* One by one at the end of the list, or as a new list where there is none. */
static void add_items(const char *list, bool has_list, const struct merge_set_result *result,
                      item_fn *put, struct json_out *out)
{
    char path[64];
    if (result->add_count == 0) {
        return;
    }
    (void)snprintf(path, sizeof(path), has_list ? "/%s/-" : "/%s", list);
    if (!has_list) {
        put_operation(out, "add", path);
        json_out_key(out, "value");
        json_out_array(out);
    }
    for (size_t i = 0; i < result->add_count; i++) {
        if (has_list) {
            put_operation(out, "add", path);
            json_out_key(out, "value");
        }
        put(result->add[i], out);
        if (has_list) {
            json_out_object_end(out);
        }
    }
    if (!has_list) {
        json_out_array_end(out);
        json_out_object_end(out);
    }
}

static void patch_description(const struct om_change *change, const struct om_shown *shown,
                              struct json_out *out)
{
    const struct om_field_change *field = &change->fields[PUBLISHED_FIELD_DESCRIPTION];
    bool has_theirs = !str_is_empty(shown->description);
    if (has_theirs) {
        put_test(out, "/description", shown->description);
    }
    bool removes = field->verdict == MERGE_REMOVE;
    put_operation(out, removes ? "remove" : has_theirs ? "replace" : "add", "/description");
    if (!removes) {
        json_out_field_str(out, "value", field->after);
    }
    json_out_object_end(out);
}

void om_change_write_patch(const struct om_change *change, const struct om_shown *shown,
                           struct json_out *out)
{
    const struct om_entity *theirs = &shown->entity;
    json_out_array(out);
    if (change->patches_description) {
        patch_description(change, shown, out);
    }
    remove_items("tags", "tagFQN", theirs->tags, theirs->tag_count, &change->tags, out);
    add_items("tags", theirs->tag_count > change->tags.remove_count, &change->tags,
              om_tag_label_write, out);
    remove_items("owners", "id", theirs->owners, theirs->owner_count, &change->owners, out);
    add_items("owners", theirs->owner_count > change->owners.remove_count, &change->owners,
              put_user, out);
    json_out_array_end(out);
}
