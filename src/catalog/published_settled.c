/* What belongs to settled projects, for counters: nobody looks at it one by one. */
#include "catalog/published.h"
#include "catalog/store.h"

enum status published_count_settled(struct catalog *catalog, int64_t publication,
                                    int64_t counts[PUBLISHED_EDGE + 1], struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT kind, count(*) FROM published WHERE publication = ?1"
                                 " AND state = 0 AND kind BETWEEN 0 AND ?2"
                                 " AND parent IN (SELECT project FROM temp.settled)"
                                 " GROUP BY kind");
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_EDGE);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status == OK && has_row) {
            counts[column_int(&row, 0)] = column_int(&row, 1);
        }
    }
    sqlite_end(&row);
    return status;
}
