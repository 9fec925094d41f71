/*
 * note - why an answer may be incomplete, and where in the text.
 */
#ifndef SQL_NOTE_H
#define SQL_NOTE_H

#include "base/arena.h"

enum sql_note_kind {
    /* Tables may be missing. */
    SQL_NOTE_SYNTAX,       /* something was not understood and skipped */
    SQL_NOTE_UNTERMINATED, /* a string, name, comment or template tag has no end */
    SQL_NOTE_DYNAMIC_NAME, /* a template or parameter decides the name of a table */
    SQL_NOTE_DYNAMIC_SQL,  /* SQL is put together when it runs */
    SQL_NOTE_DEPTH,        /* nested deeper than is followed */
    SQL_NOTE_SIZE,         /* longer, or with more branches, than is followed */
    /* Only columns may be missing; all tables are known. */
    SQL_NOTE_STAR,      /* the columns behind a star are not known */
    SQL_NOTE_AMBIGUOUS, /* a bare column may belong to more than one table */
    SQL_NOTE_COLUMNS    /* too many paths between columns to follow them all */
};

struct sql_note {
    enum sql_note_kind kind;
    size_t offset; /* in the text, bytes from 0 */
    size_t line;   /* from 1 */
    size_t column; /* bytes from 1 */
};

struct sql_notes {
    struct arena *arena;
    struct sql_note *items;
    size_t count;
    size_t capacity;
};

/* Adds a note; of each kind, one for each offset and at most a hundred. line and column are
 * left for sql_notes_place. */
enum status sql_notes_add(struct sql_notes *notes, enum sql_note_kind kind,
                          size_t offset) WARN_UNUSED;

/* Sorts the notes by offset and fills in line and column. */
void sql_notes_place(struct sql_notes *notes, struct str text);

/* A sentence without full stop. Static memory. */
const char *sql_note_text(enum sql_note_kind kind);

/* True when tables may be missing, not only columns. */
bool sql_note_hides_tables(enum sql_note_kind kind);

#endif
