#include "sql/note.h"

#include <stdlib.h>

#define MAX_NOTES 100

enum status sql_notes_add(struct sql_notes *notes, enum sql_note_kind kind, size_t offset)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (notes->items[i].kind == kind && notes->items[i].offset == offset) {
            return OK;
        }
    }
    if (notes->count >= MAX_NOTES) {
        return OK;
    }
    struct sql_note *note = arena_push(notes->arena, &notes->items, &notes->count,
                                       &notes->capacity, sizeof(*notes->items));
    if (note == NULL) {
        return ERR_NOMEM;
    }
    *note = (struct sql_note){.kind = kind, .offset = offset};
    return OK;
}

static int by_offset(const void *a, const void *b)
{
    const struct sql_note *first = a;
    const struct sql_note *second = b;
    if (first->offset != second->offset) {
        return first->offset < second->offset ? -1 : 1;
    }
    return (int)first->kind - (int)second->kind;
}

void sql_notes_place(struct sql_notes *notes, struct str text)
{
    size_t line = 1;
    size_t line_start = 0;
    size_t at = 0;
    if (notes->count > 0) {
        qsort(notes->items, notes->count, sizeof(*notes->items), by_offset);
    }
    for (size_t i = 0; i < notes->count; i++) {
        for (; at < notes->items[i].offset && at < text.n; at++) {
            if (text.p[at] == '\n') {
                line++;
                line_start = at + 1;
            }
        }
        notes->items[i].line = line;
        notes->items[i].column = notes->items[i].offset - line_start + 1;
    }
}

const char *sql_note_text(enum sql_note_kind kind)
{
    switch (kind) {
    case SQL_NOTE_SYNTAX:
        return "this is not understood and was skipped";
    case SQL_NOTE_UNTERMINATED:
        return "a string, name, comment or tag begins here and does not end";
    case SQL_NOTE_DYNAMIC_NAME:
        return "the name of this table is decided when the query runs";
    case SQL_NOTE_DYNAMIC_SQL:
        return "this runs SQL that is put together when it runs";
    case SQL_NOTE_DEPTH:
        return "this is nested too deeply to follow";
    case SQL_NOTE_SIZE:
        return "this is too long to follow";
    case SQL_NOTE_STAR:
        return "the columns behind this star are not known";
    case SQL_NOTE_AMBIGUOUS:
        return "this column may belong to more than one table";
    case SQL_NOTE_COLUMNS:
        return "there are too many columns to follow them all";
    }
    return "unknown";
}

bool sql_note_hides_tables(enum sql_note_kind kind)
{
    return kind <= SQL_NOTE_SIZE;
}
