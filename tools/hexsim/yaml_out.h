/*
 * yaml_out - writes block YAML the way Hex's exports look.
 *
 * Scalars follow YAML 1.2: `no` and 2025-10-17 stand bare, because they are texts there.
 */
#ifndef HEXSIM_YAML_OUT_H
#define HEXSIM_YAML_OUT_H

#include "base/buf.h"

struct yaml_out {
    struct buf *buf;
    unsigned indent;
    bool is_item; /* the next line starts with "- " */
};

enum yaml_style {
    YAML_STYLE_AUTO,   /* plain where possible, else a block or quotes */
    YAML_STYLE_FOLDED, /* >- where the text allows it */
    YAML_STYLE_QUOTED  /* "..." with continued lines */
};

/* "key: value" with value as it is: numbers, true, null, [] and text that needs no care. */
void yaml_out_raw(struct yaml_out *out, const char *key, const char *value);
/* The same with a comment behind it. */
void yaml_out_commented(struct yaml_out *out, const char *key, struct str value,
                        const char *comment);
/* "key: text"; null for STR_NULL. */
void yaml_out_str(struct yaml_out *out, const char *key, struct str value);
void yaml_out_styled(struct yaml_out *out, const char *key, struct str value,
                     enum yaml_style style);
/* Text that a YAML 1.1 reader and a YAML 1.2 writer disagree about, left bare. */
void yaml_out_title(struct yaml_out *out, const char *key, struct str value);
/* "key:" and what is inside, deeper. */
void yaml_out_open(struct yaml_out *out, const char *key);
void yaml_out_close(struct yaml_out *out);
/* One mapping as element of the list that is open. */
void yaml_out_item(struct yaml_out *out);
void yaml_out_item_end(struct yaml_out *out);
/* One text as element of the list that is open. */
void yaml_out_item_str(struct yaml_out *out, struct str value);

#endif
