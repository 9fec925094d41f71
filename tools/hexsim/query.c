#include "hexsim/query.h"

#include <string.h>

/* Which column of a source does what; a source with fewer columns uses some twice. */
enum role { KEY, GROUP, AMOUNT, DAY, EXTRA, LIST };

struct source {
    size_t read; /* number in the cell's reads */
    const struct sim_table *table;
    struct str from; /* how FROM writes it */
    const struct str *columns;
    size_t column_count;
    const char *alias;
};

struct query {
    struct notebook *notebook;
    struct sim_cell *cell;
    struct rng *rng;
    struct arena *arena;
    enum sim_dialect dialect;
    struct buf text;
    size_t column_capacity;
};

static const struct str python_columns[] = {STR("id"), STR("label"), STR("value"), STR("day")};

static struct source use_dataset(struct query *q, const struct sim_dataset *d,
                                 const char *alias)
{
    struct sim_read read = {.dataset = d, .name = d->name};
    struct source s = {.from = d->name, .columns = d->columns, .column_count = d->column_count};
    s.alias = alias;
    s.read = cell_add_read(q->notebook, q->cell, read);
    return s;
}

static struct source use_python(struct query *q, const char *alias)
{
    struct sim_read read = {.name = STR("py_frame")};
    struct source s = {.from = read.name, .columns = python_columns, .column_count = 4};
    s.alias = alias;
    s.read = cell_add_read(q->notebook, q->cell, read);
    return s;
}

static struct source use_table(struct query *q, const char *alias)
{
    struct sim_table *t = SIM_NEW(q->arena, struct sim_table);
    *t = warehouse_table(q->cell->connection, rng_below(q->rng, WAREHOUSE_TABLES), q->arena);
    struct sim_read read = {.table = t};
    struct source s = {.table = t, .columns = t->columns, .column_count = WAREHOUSE_COLUMNS};
    s.alias = alias;
    s.from = warehouse_sql_name(t, rng_next(q->rng) >> 8, q->arena);
    s.read = cell_add_read(q->notebook, q->cell, read);
    return s;
}

/* A table, or (always in SQL over data frames) what an earlier cell made. */
static struct source use_any(struct query *q, const char *alias)
{
    bool wants_frame = q->cell->is_dataframe_sql || rng_chance(q->rng, 15);
    const struct sim_dataset *d = wants_frame ? notebook_any(q->notebook, q->rng) : NULL;
    if (d != NULL && d->column_count > 0) {
        return use_dataset(q, d, alias);
    }
    return q->cell->is_dataframe_sql ? use_python(q, alias) : use_table(q, alias);
}

static struct str stored(const struct source *s, enum role role)
{
    return s->columns[(size_t)role % s->column_count];
}

/* C string: "a.region"; as it is stored where a data frame is read. */
static const char *put(struct query *q, const struct source *s, enum role role)
{
    struct str name = stored(s, role);
    uint64_t style = s->table == NULL ? 0 : rng_next(q->rng) >> 8;
    struct str text = warehouse_sql_column(q->dialect, name, style, q->arena);
    return sim_printf(q->arena, "%s.%.*s", s->alias, STR_ARG(text)).p;
}

/* A column of the result; alias is written in lower case, without quotes. */
static struct str add_output(struct query *q, const char *alias)
{
    struct sim_cell *cell = q->cell;
    struct str *to = sim_push(q->arena, &cell->columns, &cell->column_count,
                              &q->column_capacity, sizeof(*cell->columns));
    *to = warehouse_fold(q->dialect, str_from(alias), q->arena);
    return *to;
}

static void add_flow(struct query *q, const struct source *s, enum role role, struct str to)
{
    struct sim_cell *cell = q->cell;
    for (size_t i = 0; i < cell->flow_count; i++) {
        if (cell->flows[i].read == s->read && str_eq(cell->flows[i].from, stored(s, role)) &&
            str_eq(cell->flows[i].to, to)) {
            return;
        }
    }
    struct sim_flow *flow = sim_push(q->arena, &cell->flows, &cell->flow_count,
                                     &cell->flow_capacity, sizeof(*cell->flows));
    *flow = (struct sim_flow){.read = s->read, .from = stored(s, role), .to = to};
}

/* alias = one column of s. */
static void output_column(struct query *q, const char *alias, const struct source *s,
                          enum role role)
{
    add_flow(q, s, role, add_output(q, alias));
}

#define SAY(q, ...) ((void)buf_printf(&(q)->text, __VA_ARGS__))

static void make_simple(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "SELECT %s AS k,", put(q, &a, KEY));
    SAY(q, " %s AS grp,", put(q, &a, GROUP));
    SAY(q, " %s * 1.19 AS gross\n", put(q, &a, AMOUNT));
    SAY(q, "FROM %.*s a\nWHERE %s IS NOT NULL\nORDER BY 1", STR_ARG(a.from), put(q, &a, DAY));
    output_column(q, "k", &a, KEY);
    output_column(q, "grp", &a, GROUP);
    output_column(q, "gross", &a, AMOUNT);
}

static void make_join(struct query *q)
{
    struct source a = use_any(q, "a");
    struct source b = use_any(q, "b");
    SAY(q, "SELECT\n  %s AS grp,\n", put(q, &a, GROUP));
    SAY(q, "  SUM(%s) AS total,\n  COUNT(*) AS n_rows\n", put(q, &b, AMOUNT));
    SAY(q, "FROM %.*s a\n", STR_ARG(a.from));
    SAY(q, "LEFT JOIN %.*s AS b\n", STR_ARG(b.from));
    SAY(q, "  ON %s = %s -- FROM nowhere\n", put(q, &a, KEY), put(q, &b, KEY));
    SAY(q, "GROUP BY %s;", put(q, &a, GROUP));
    output_column(q, "grp", &a, GROUP);
    output_column(q, "total", &b, AMOUNT);
    (void)add_output(q, "n_rows");
}

static void make_cte(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "WITH base AS (\n  SELECT %s AS k, %s AS v\n", put(q, &a, KEY), put(q, &a, AMOUNT));
    SAY(q, "  FROM %.*s a\n), agg AS (\n", STR_ARG(a.from));
    SAY(q, "  SELECT base.k, AVG(base.v) AS mean_v FROM base GROUP BY base.k\n)\n");
    SAY(q, "SELECT agg.k, agg.mean_v, 'it''s FROM x' AS note\nFROM agg");
    output_column(q, "k", &a, KEY);
    output_column(q, "mean_v", &a, AMOUNT);
    (void)add_output(q, "note");
}

static void make_window(struct query *q)
{
    struct source a = use_any(q, "a");
    bool has_qualify = q->dialect == DIALECT_SNOWFLAKE || q->dialect == DIALECT_BIGQUERY ||
                       q->dialect == DIALECT_DATABRICKS || q->dialect == DIALECT_DUCKDB;
    const char *group = put(q, &a, GROUP);
    const char *key = put(q, &a, KEY);
    const char *day = put(q, &a, DAY);
    SAY(q, "%s", has_qualify ? "" : "SELECT t.k, t.rn FROM (\n");
    SAY(q, "SELECT %s AS k,\n", key);
    SAY(q, "  ROW_NUMBER() OVER (PARTITION BY %s ORDER BY %s DESC) AS rn\n", group, day);
    SAY(q, "FROM %.*s a\n", STR_ARG(a.from));
    SAY(q, "%s", has_qualify ? "WHERE 1 = 1\nQUALIFY rn = 1" : ") t WHERE t.rn = 1");
    output_column(q, "k", &a, KEY);
    struct str rn = add_output(q, "rn");
    add_flow(q, &a, GROUP, rn);
    add_flow(q, &a, DAY, rn);
}

static void make_union(struct query *q)
{
    struct source a = use_any(q, "a");
    struct source b = use_any(q, "b");
    SAY(q, "SELECT %s AS k, %s AS grp FROM %.*s a\n", put(q, &a, KEY), put(q, &a, GROUP),
        STR_ARG(a.from));
    SAY(q, "UNION ALL\nSELECT %s, %s FROM %.*s b", put(q, &b, KEY), put(q, &b, GROUP),
        STR_ARG(b.from));
    struct str k = add_output(q, "k");
    struct str grp = add_output(q, "grp");
    add_flow(q, &a, KEY, k);
    add_flow(q, &b, KEY, k);
    add_flow(q, &a, GROUP, grp);
    add_flow(q, &b, GROUP, grp);
}

static void make_subquery(struct query *q)
{
    struct source a = use_any(q, "a");
    struct source b = use_any(q, "b");
    SAY(q, "SELECT d.k, d.v\nFROM (SELECT %s AS k, %s AS v FROM %.*s a\n", put(q, &a, KEY),
        put(q, &a, AMOUNT), STR_ARG(a.from));
    SAY(q, "      WHERE EXISTS (SELECT 1 FROM %.*s b WHERE %s = %s)) d\n", STR_ARG(b.from),
        put(q, &b, KEY), put(q, &a, KEY));
    SAY(q, "WHERE d.v > 0 /* FROM a_comment */");
    output_column(q, "k", &a, KEY);
    output_column(q, "v", &a, AMOUNT);
}

/* A list in a column, one row an element; where the dialect has it. */
static void make_unnest(struct query *q)
{
    if (q->cell->is_dataframe_sql) {
        make_simple(q);
        return;
    }
    struct source a = use_table(q, "a");
    const char *key = put(q, &a, KEY);
    const char *list = put(q, &a, LIST);
    const char *value = q->dialect == DIALECT_SNOWFLAKE ? "f.value" : "f";
    SAY(q, "SELECT %s AS k, %s AS tag\nFROM %.*s a", key,
        q->dialect == DIALECT_POSTGRES || q->dialect == DIALECT_TRINO ? "f.tag" : value,
        STR_ARG(a.from));
    switch (q->dialect) {
    case DIALECT_SNOWFLAKE:
        SAY(q, ",\n  LATERAL FLATTEN(input => %s) f", list);
        break;
    case DIALECT_BIGQUERY:
        SAY(q, ", UNNEST(%s) AS f", list);
        break;
    case DIALECT_DATABRICKS:
        SAY(q, "\nLATERAL VIEW EXPLODE(%s) x AS f", list);
        break;
    case DIALECT_CLICKHOUSE:
        SAY(q, "\nARRAY JOIN %s AS f", list);
        break;
    case DIALECT_POSTGRES:
    case DIALECT_TRINO:
        SAY(q, "\nCROSS JOIN UNNEST(%s) AS f(tag)", list);
        break;
    default: /* MySQL, SQL Server */
        buf_clear(&q->text);
        SAY(q, "SELECT %s AS k, %s AS tag FROM %.*s a", key, list, STR_ARG(a.from));
        break;
    }
    output_column(q, "k", &a, KEY);
    output_column(q, "tag", &a, LIST);
}

static void make_write(struct query *q)
{
    if (q->cell->is_dataframe_sql) {
        make_cte(q);
        return;
    }
    struct source a = use_table(q, "a");
    struct sim_table *t = SIM_NEW(q->arena, struct sim_table);
    *t = warehouse_target(q->cell->connection, rng_below(q->rng, 12), q->arena);
    q->cell->target = t;
    struct str name = warehouse_sql_name(t, rng_next(q->rng) >> 8, q->arena);
    if (rng_chance(q->rng, 50)) {
        SAY(q, "CREATE TABLE %.*s AS\n", STR_ARG(name));
    } else {
        SAY(q, "INSERT INTO %.*s (k, grp)\n", STR_ARG(name));
    }
    SAY(q, "SELECT %s AS k, %s AS grp FROM %.*s a", put(q, &a, KEY), put(q, &a, GROUP),
        STR_ARG(a.from));
    output_column(q, "k", &a, KEY);
    output_column(q, "grp", &a, GROUP);
}

static void make_jinja(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "SELECT %s AS k, %s AS v\n", put(q, &a, KEY), put(q, &a, AMOUNT));
    SAY(q, "FROM %.*s a\nWHERE %s >= {{ start_date }}\n", STR_ARG(a.from), put(q, &a, DAY));
    SAY(q,
        "{%% if region_filter %%}\n  AND %s IN ({{ region_filter | array }})\n{%% endif "
        "%%}\n",
        put(q, &a, GROUP));
    SAY(q, "{# FROM commented_out #}\nLIMIT {{ max_rows }}");
    output_column(q, "k", &a, KEY);
    output_column(q, "v", &a, AMOUNT);
}

static void make_jinja_loop(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "SELECT %s AS k\n", put(q, &a, KEY));
    SAY(q, "{%% for step in steps %%}\n  , SUM(%s) AS step_{{ loop.index }}\n{%% endfor %%}\n",
        put(q, &a, AMOUNT));
    SAY(q, "FROM %.*s a\nGROUP BY 1", STR_ARG(a.from));
    output_column(q, "k", &a, KEY);
    q->cell->is_nameless = true;
}

/* The table's name comes from an input: only the warehouse knows which one is read. */
static void make_dynamic(struct query *q)
{
    if (q->cell->is_dataframe_sql) {
        make_jinja(q);
        return;
    }
    SAY(q, "SELECT COUNT(*) AS n_rows\nFROM {{ schema_name | sqlsafe }}.orders");
    struct sim_table *t = SIM_NEW(q->arena, struct sim_table);
    *t = warehouse_table(q->cell->connection, rng_below(q->rng, WAREHOUSE_TABLES), q->arena);
    q->cell->hidden = t;
    q->cell->is_partial = true;
    (void)add_output(q, "n_rows");
}

static void make_star(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "SELECT * FROM %.*s a WHERE 1=1", STR_ARG(a.from));
    for (size_t i = 0; i < a.column_count; i++) {
        struct str *to = sim_push(q->arena, &q->cell->columns, &q->cell->column_count,
                                  &q->column_capacity, sizeof(*q->cell->columns));
        *to = a.columns[i];
    }
    q->cell->is_star = true;
}

/*
 * The columns behind a star are told by the data frame that it is over, else by what was
 * displayed; else nobody can tell them.
 */
void query_settle(struct notebook *notebook, struct sim_cell *cell)
{
    size_t capacity = 0;
    const struct sim_dataset *source =
        cell->read_count > 0 && cell->reads[0].table == NULL ? cell->reads[0].dataset : NULL;
    cell->is_known = !cell->is_nameless;
    if (!cell->is_star) {
        return;
    }
    cell->is_known = source != NULL && source->is_known;
    cell->flows = NULL;
    cell->flow_count = 0;
    for (size_t i = 0; i < cell->column_count && (cell->is_known || cell->has_columns); i++) {
        struct sim_flow *flow = sim_push(notebook->arena, &cell->flows, &cell->flow_count,
                                         &capacity, sizeof(*cell->flows));
        *flow = (struct sim_flow){.read = 0, .from = cell->columns[i], .to = cell->columns[i]};
    }
}

/* One line of more than 80 columns, which YAML writers like to fold. */
static void make_long(struct query *q)
{
    struct source a = use_any(q, "a");
    SAY(q, "SELECT CASE");
    for (int i = 0; i < 12; i++) {
        SAY(q, " WHEN %s < %d THEN 'bucket \"%02d\" of the long line'", put(q, &a, AMOUNT),
            i * 10, i);
    }
    SAY(q, " ELSE 'rest' END AS bucket, %s AS k FROM %.*s a", put(q, &a, KEY), STR_ARG(a.from));
    output_column(q, "bucket", &a, AMOUNT);
    output_column(q, "k", &a, KEY);
}

void query_make(struct notebook *notebook, struct sim_cell *cell, struct rng *rng)
{
    static void (*const makers[])(struct query *) = {
        make_simple,   make_join,    make_join,   make_cte,   make_window,     make_union,
        make_subquery, make_unnest,  make_write,  make_jinja, make_jinja_loop, make_star,
        make_long,     make_dynamic, make_simple, make_cte};
    struct query q = {.notebook = notebook, .cell = cell, .rng = rng, .arena = notebook->arena};
    q.dialect = cell->is_dataframe_sql ? DIALECT_DUCKDB : cell->connection->dialect;
    buf_init(&q.text, SIM_MAX_BYTES);
    makers[rng_below(rng, sizeof(makers) / sizeof(makers[0]))](&q);
    if (rng_chance(rng, 15)) {
        SAY(&q, "\n");
    }
    cell->source = sim_take(notebook->arena, &q.text);
}
