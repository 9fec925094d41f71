/*
 * merge - whose value of a field stays when Hex and a person both have one. Pure.
 *
 * Three versions meet: ours (what Hex says now), theirs (what OpenMetadata shows now), and the
 * base, kept as two hashes: *sent* (what we sent last) and *seen* (what the server showed
 * after that, since servers rewrite text). Where the base does not decide, the history of the
 * entity does: who changed this field last?
 */
#ifndef DOMAIN_MERGE_H
#define DOMAIN_MERGE_H

#include "base/arena.h"

/* What is known of a field from earlier runs. */
struct merge_base {
    bool has_sent; /* false: no base at all */
    bool has_seen; /* false: not read since we wrote it */
    uint64_t sent;
    uint64_t seen;
};

/* Who made the newest change of a field on the server. */
enum merge_author {
    MERGE_AUTHOR_UNKNOWN, /* nobody has looked yet */
    MERGE_AUTHOR_US,
    MERGE_AUTHOR_PERSON, /* anybody else */
    MERGE_AUTHOR_LOST    /* the server has no history to tell it from */
};

enum merge_verdict {
    MERGE_SAME,   /* nothing to do: both say the same, or neither has changed */
    MERGE_WRITE,  /* ours goes to the server */
    MERGE_REMOVE, /* ours is empty, and theirs goes */
    MERGE_KEEP,   /* a person's value stays */
    MERGE_ASK     /* the author decides, and is not known yet */
};

struct merge_text {
    struct str ours; /* NULL and empty are the same, also for theirs */
    struct str theirs;
    struct merge_base base;
    enum merge_author author;
    bool overrides; /* overrideMetadata: what Hex says wins */
};

/*
 * Text as it is compared and hashed: HTML entities undone, line ends as \n, trimmed. s itself
 * when nothing changes. NULL gives the empty text.
 */
enum status merge_normal(struct str s, struct arena *arena, struct str *out) WARN_UNUSED;
/* Hash of a normal text; never 0. */
uint64_t merge_hash(struct str normal);

/* texts must be normal. */
enum merge_verdict merge_text(const struct merge_text *field);
/*
 * The base after a run that carried the verdict out (MERGE_ASK changes nothing). After
 * MERGE_KEEP the base says that theirs is not what we would show, so that it stays a person's.
 */
struct merge_base merge_next_base(const struct merge_text *field, enum merge_verdict verdict);

/* Tags, owners: a set, merged item by item. */
struct merge_set {
    const struct str *ours;
    size_t our_count;
    const struct str *theirs;
    size_t their_count;
    bool has_base;
    const struct str *sent; /* what we sent last */
    size_t sent_count;
    const struct str *dropped; /* without base: items that a person has taken away */
    size_t dropped_count;
    bool overrides;
};

struct merge_set_result {
    struct str *add; /* in the order of ours */
    size_t add_count;
    struct str *remove; /* in the order of theirs */
    size_t remove_count;
    size_t kept_away; /* ours that a person took away and that stay away */
};

/* Items compare byte by byte. What people added is never removed. */
enum status merge_set(const struct merge_set *set, struct arena *arena,
                      struct merge_set_result *out) WARN_UNUSED;

#endif
