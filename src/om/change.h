/*
 * change - what has to be done so that an entity on the server is as Hex has it, and a
 * person's edits stay. Pure: entity, server, base and history in; fields to write out.
 */
#ifndef OM_CHANGE_H
#define OM_CHANGE_H

#include "om/shown.h"

enum om_action {
    OM_ACTION_NONE,   /* nothing to send (the base may have to be stored all the same) */
    OM_ACTION_CREATE, /* also what we had deleted: the server brings it back */
    OM_ACTION_UPDATE,
    OM_ACTION_REFUSED, /* a person deleted it */
    OM_ACTION_ASK      /* the history of the entity decides */
};

struct om_change_rules {
    struct str user;                    /* whose token we use */
    bool overrides;                     /* overrideMetadata */
    bool restores;                      /* what people deleted comes back */
    bool keeps_titles;                  /* see om_version */
    struct str category_classification; /* STR_NULL: none */
    struct str status_classification;   /* STR_NULL: none, or others are in it as well */
    /* Whether a name is that of a status in Hex: OpenMetadata's own connector makes a category
     * of it. */
    bool (*is_status)(void *ctx, struct str name);
    void *ctx;
};

struct om_field_change {
    enum merge_verdict verdict;
    struct str before; /* normal text */
    struct str after;
};

struct om_change {
    enum om_action action;
    struct om_field_change fields[PUBLISHED_FIELD_COUNT];
    struct merge_set_result tags;
    struct merge_set_result owners;
    bool keeps_something; /* a person's edit stays, against what Hex says */
    bool needs_patch;     /* of description, tags, owners */
    bool patches_description;
    bool needs_row;        /* a bulk row */
    bool needs_override;   /* that row alone, with overrideMetadata */
    bool has_new_base;     /* next differs from what is stored */
    struct om_entity row;  /* what the row says: ours, or theirs where theirs stays */
    struct om_entity ours; /* what Hex says: its hash is the sourceHash */
    struct published next; /* to be stored when the server has confirmed */
};

/*
 * history NULL: not asked yet. Everything lives in arena or in the arguments. ERR_NOMEM, or
 * ERR_PARSE and ERR_LIMIT when the history cannot be read.
 */
enum status om_change_decide(const struct om_entity *entity, const struct om_shown *shown,
                             const struct published *base, bool has_base,
                             const struct om_history *history,
                             const struct om_change_rules *rules, struct arena *arena,
                             struct om_change *out) WARN_UNUSED;

/*
 * When Hex has not changed since something was sent: *next is base with what the server shows
 * of it, *has_new_base says whether that is new; *is_doubtful that it has to be decided.
 */
enum status om_change_see(const struct om_shown *shown, const struct published *base,
                          const struct om_change_rules *rules, struct arena *arena,
                          struct published *next, bool *has_new_base,
                          bool *is_doubtful) WARN_UNUSED;

/* The JSON Patch of a change: removals with a test each, then what is added. */
void om_change_write_patch(const struct om_change *change, const struct om_shown *shown,
                           struct json_out *out);

#endif
