/*
 * published_unwanted - the condition on a row "p" of published that nobody wants it any more:
 * neither by name, nor as part of a project that is wanted as a whole.
 */
#ifndef CATALOG_PUBLISHED_UNWANTED_H
#define CATALOG_PUBLISHED_UNWANTED_H

#define PUBLISHED_UNWANTED                                                                     \
    " NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE w.kind = p.kind AND w.name = p.name)"      \
    " AND NOT EXISTS (SELECT 1 FROM temp.settled s WHERE s.project = p.parent)"

#endif
