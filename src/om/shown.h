/*
 * shown - an entity as the server shows it, and its history. Pure.
 *
 * The server's JSON becomes the same struct that our own entities have, so that the two can be
 * compared field by field. Everything lives in the caller's arena.
 */
#ifndef OM_SHOWN_H
#define OM_SHOWN_H

#include "io/json.h"
#include "om/entity.h"

struct om_shown {
    bool is_there; /* false: the server does not list it */
    bool is_deleted;
    bool is_first_version; /* nobody has changed it since it was made */
    struct str id;
    struct str updated_by;
    struct str source_hash;
    struct str description;    /* byte by byte */
    struct om_entity entity;   /* tags, owners: all, in the server's order; owners: ids */
    const bool *has_bot_label; /* for each tag: a program set it, not a person */
    bool has_team_owner;
};

/* From the JSON of a list or a GET; STR_NULL gives one that is not there. */
enum status om_shown_read(enum published_kind kind, struct str json, struct arena *arena,
                          struct om_shown *out, struct error *err) WARN_UNUSED;
/* From the parsed form of the same. */
enum status om_shown_decode(enum published_kind kind, const struct json *document,
                            struct arena *arena, struct om_shown *out,
                            struct error *err) WARN_UNUSED;

/* What tells how the server shows texts: id, who changed it, title, description. Views. */
void om_shown_glance(enum published_kind kind, const struct json *document,
                     struct om_shown *out);

struct om_history; /* of one entity, parsed */

/* From GET .../versions; STR("") (the server has none to tell) gives a lost history. */
enum status om_history_read(struct str json, struct om_history **out,
                            struct error *err) WARN_UNUSED;
void om_history_free(struct om_history *history);
/* Who made the newest change of a field ("description"); user is ours. NULL: UNKNOWN. */
enum merge_author om_history_author(const struct om_history *history, const char *field,
                                    struct str user);
/*
 * Items (tagFQN, id) that people took out of a list field ("tags", "owners"). ERR_PARSE,
 * ERR_LIMIT: what they changed there cannot be read, so nobody knows.
 */
enum status om_history_dropped(const struct om_history *history, const char *field,
                               const char *item_key, struct str user, struct arena *arena,
                               struct str **out, size_t *count) WARN_UNUSED;

#endif
