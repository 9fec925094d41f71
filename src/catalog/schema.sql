-- The catalog, version 1. Times are milliseconds since 1970-01-01 UTC, NULL when unknown.
-- Names and ids that come from Hex are kept byte for byte; hex_id is Hex's own id.

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,           -- "https://app.hex.tech", or "files"
    workspace_id TEXT,
    name TEXT                     -- for URLs
) STRICT;
CREATE UNIQUE INDEX source_identity ON source (host, coalesce(workspace_id, ''));

CREATE TABLE source_fact (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE project (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    type INTEGER NOT NULL,        -- enum project_type
    state INTEGER NOT NULL,       -- enum project_state
    detail INTEGER NOT NULL,      -- enum project_detail
    title TEXT,
    description TEXT,
    owner TEXT,
    creator TEXT,
    status TEXT,
    reviews_required INTEGER NOT NULL,
    views_all_time INTEGER,
    views_last_7 INTEGER,
    views_last_14 INTEGER,
    views_last_30 INTEGER,
    last_viewed_ms INTEGER,
    created_ms INTEGER,
    edited_ms INTEGER,
    published_ms INTEGER,
    archived_ms INTEGER,
    trashed_ms INTEGER,
    results_updated_ms INTEGER,
    has_schedule INTEGER NOT NULL,
    listing_hash INTEGER NOT NULL,
    pending_state INTEGER,        -- as listed; state is still 0: the brake has to decide
    missed INTEGER NOT NULL DEFAULT 0, -- complete walks in a row that did not show it
    looked_up_ms INTEGER,         -- since it is missing
    is_lookup_denied INTEGER NOT NULL DEFAULT 0, -- ... which was answered with 403
    content_mark TEXT,            -- as listed
    content_read TEXT,            -- as of the last successful read
    content_read_ms INTEGER,
    activity_mark TEXT,
    activity_read TEXT,
    activity_read_ms INTEGER,
    failure TEXT,                 -- why the last read failed
    failed_ms INTEGER,
    needs_analysis INTEGER NOT NULL DEFAULT 0,
    analysis INTEGER NOT NULL DEFAULT 0, -- how often its edges were computed
    age_offset_ms INTEGER NOT NULL DEFAULT 0, -- spreads re-reading for age, domain/refresh.h
    aged_ms INTEGER,              -- when it was last asked for because of its age alone
    aged_requests INTEGER,        -- what that cost
    age_ms INTEGER AS (content_read_ms + age_offset_ms) VIRTUAL,
    is_due INTEGER AS (content_mark IS NOT content_read
        OR (activity_mark IS NOT activity_read
            AND (published_ms IS NOT NULL OR has_schedule))) VIRTUAL,
    work_rank INTEGER AS (-coalesce(views_all_time, -1)) VIRTUAL, -- most viewed first
    UNIQUE (source, hex_id)
) STRICT;
CREATE INDEX project_work ON project (source, work_rank, hex_id)
    WHERE is_due = 1 AND state IN (0, 1);
CREATE INDEX project_age ON project (source, age_ms, hex_id)
    WHERE detail = 1 AND state IN (0, 1);
CREATE INDEX project_aged ON project (source, aged_ms) WHERE aged_ms IS NOT NULL;
CREATE INDEX project_unanalysed ON project (source, type) WHERE needs_analysis = 1;

CREATE TABLE project_category (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sharing (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,        -- enum share_kind; 2: a collection
    name TEXT NOT NULL,
    access TEXT,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX sharing_collection ON sharing (name) WHERE kind = 2;

CREATE TABLE schedule (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    cadence TEXT,
    is_enabled INTEGER NOT NULL,
    cron TEXT,
    timezone TEXT,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE view_sample (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    all_time INTEGER,
    last_7 INTEGER,
    last_14 INTEGER,
    last_30 INTEGER,
    last_viewed_ms INTEGER,
    PRIMARY KEY (project, at_ms)
) STRICT, WITHOUT ROWID;
-- Views are published by UTC day: the last sample of each day is enough, and 400 days.
CREATE TRIGGER view_sample_thin AFTER INSERT ON view_sample BEGIN
    DELETE FROM view_sample WHERE project = new.project AND at_ms < new.at_ms
        AND (at_ms >= new.at_ms / 86400000 * 86400000
             OR at_ms < new.at_ms - 400 * 86400000);
END;

CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    field TEXT NOT NULL,          -- "added", "state", "title", "cells added", ...
    before TEXT,
    after TEXT
) STRICT;
CREATE INDEX change_project ON change (project);

CREATE TABLE viewer (             -- what a token sees is not what another one sees
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    key TEXT NOT NULL,
    UNIQUE (source, key)
) STRICT;

CREATE TABLE viewer_project (     -- what complete walks of this viewer have shown
    viewer INTEGER NOT NULL REFERENCES viewer ON DELETE CASCADE,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    PRIMARY KEY (viewer, project)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewer_project_project ON viewer_project (project);

CREATE TABLE walk (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    viewer INTEGER NOT NULL REFERENCES viewer,
    token_mark TEXT NOT NULL,     -- tells tokens apart, and tells nothing of them
    started_ms INTEGER NOT NULL,
    moved_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    is_complete INTEGER NOT NULL DEFAULT 0,
    cursor TEXT,
    listed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX walk_open ON walk (source) WHERE ended_ms IS NULL;

CREATE TABLE walk_project (       -- what the running walk has seen
    walk INTEGER NOT NULL REFERENCES walk ON DELETE CASCADE,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    is_new INTEGER NOT NULL,      -- not known before this walk
    PRIMARY KEY (walk, project)
) STRICT, WITHOUT ROWID;
CREATE INDEX walk_project_project ON walk_project (project);

CREATE TABLE data_connection (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    name TEXT,
    type TEXT,
    description TEXT,
    database TEXT,
    schema TEXT,
    is_listed INTEGER NOT NULL,   -- 0: only a notebook names it
    PRIMARY KEY (source, hex_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE collection (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    name TEXT,
    description TEXT,
    creator TEXT,
    PRIMARY KEY (source, hex_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    role TEXT,
    last_login_ms INTEGER,
    PRIMARY KEY (source, hex_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_group (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    name TEXT,
    created_ms INTEGER,
    PRIMARY KEY (source, hex_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notebook (           -- what is true of a project's cells as a whole
    project INTEGER PRIMARY KEY REFERENCES project ON DELETE CASCADE,
    title TEXT,
    description TEXT,
    type INTEGER NOT NULL,
    status TEXT,
    is_complete INTEGER NOT NULL, -- 0: read cell by cell, without nesting and reads
    parser_version INTEGER NOT NULL, -- of what read it, see hex/export.h; 0: no export
    analysis_version INTEGER NOT NULL DEFAULT 0 -- of what made its edges
) STRICT;
CREATE INDEX notebook_analysis ON notebook (analysis_version);

CREATE TABLE cell (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    hex_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    digest INTEGER NOT NULL,      -- of everything below and of its reads
    type TEXT,
    label TEXT,
    parent TEXT,
    connection TEXT,
    source TEXT,
    dataframe TEXT,               -- not NULL: the cell is a data set
    component TEXT,
    title TEXT,
    chart_type TEXT,
    text TEXT,
    is_dataframe_sql INTEGER NOT NULL,
    columns TEXT,                 -- of the result, a JSON array of names
    writeback TEXT,               -- a JSON array, see cell_store.c
    input TEXT,                   -- a JSON array: name, kind, type
    error TEXT,
    UNIQUE (project, hex_id)
) STRICT;
CREATE INDEX cell_component ON cell (component) WHERE component IS NOT NULL;
CREATE INDEX cell_chart ON cell (id)
    WHERE type IN ('CHART', 'EXPLORE', 'VEGA_CHART', 'METRIC', 'PIVOT', 'MAP');

CREATE TABLE dataset (            -- what the analysis says beside what was displayed
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    cell TEXT NOT NULL,           -- its hex_id
    columns TEXT,                 -- a JSON array of names; it counts, not the cell's
    is_partial INTEGER NOT NULL,
    PRIMARY KEY (project, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE cell_read (
    cell INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE,
    position INTEGER NOT NULL,
    dataframe TEXT,               -- NULL: a table is read
    connection TEXT,
    database TEXT,
    schema TEXT,
    name TEXT,
    columns TEXT,                 -- a JSON array of names
    PRIMARY KEY (cell, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE picture (
    cell INTEGER PRIMARY KEY REFERENCES cell ON DELETE CASCADE,
    run TEXT NOT NULL,
    mime_type TEXT,               -- NULL: Hex gave no picture of this run
    bytes BLOB
) STRICT;

CREATE TABLE raw (                -- the export as Hex gave it, secrets blanked
    project INTEGER PRIMARY KEY REFERENCES project ON DELETE CASCADE,
    size INTEGER NOT NULL,        -- unpacked
    stored_ms INTEGER NOT NULL,
    packed BLOB NOT NULL          -- zstd
) STRICT;

CREATE TABLE run (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,    -- in Hex's order
    hex_id TEXT NOT NULL,
    status TEXT,
    trigger TEXT,
    url TEXT,
    started_ms INTEGER,
    ended_ms INTEGER,
    elapsed_ms REAL,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE queried_table (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    connection TEXT,
    connection_name TEXT,
    name TEXT NOT NULL,
    reason TEXT,                  -- why the analysis found no SQL that reads it; NULL: it did
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE import (             -- a project uses a component
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    component TEXT NOT NULL,
    PRIMARY KEY (project, component)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_component ON import (component);

CREATE TABLE warehouse_table (    -- '': that part is unknown or does not exist there
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    connection TEXT NOT NULL,
    database TEXT NOT NULL,
    schema TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (source, connection, database, schema, name)
) STRICT;
CREATE INDEX warehouse_table_name ON warehouse_table (name COLLATE NOCASE);

CREATE TABLE edge (
    id INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES project ON DELETE CASCADE, -- whose notebook says so
    from_kind INTEGER NOT NULL,   -- enum node_kind
    from_table INTEGER REFERENCES warehouse_table,
    from_project TEXT,
    from_cell TEXT,
    to_kind INTEGER NOT NULL,
    to_table INTEGER REFERENCES warehouse_table,
    to_project TEXT,
    to_cell TEXT,
    evidence INTEGER NOT NULL,    -- enum evidence, or-ed
    is_partial INTEGER NOT NULL,
    is_foreign INTEGER NOT NULL   -- it begins at another project: a component, or its data set
) STRICT;
CREATE INDEX edge_owner ON edge (owner);
CREATE INDEX edge_from_table ON edge (from_table) WHERE from_table IS NOT NULL;
CREATE INDEX edge_to_table ON edge (to_table) WHERE to_table IS NOT NULL;
CREATE INDEX edge_foreign ON edge (from_project, from_cell) WHERE is_foreign = 1;

CREATE TABLE edge_column (
    edge INTEGER NOT NULL REFERENCES edge ON DELETE CASCADE,
    position INTEGER NOT NULL,
    from_column TEXT,
    to_column TEXT,
    from_kind INTEGER,            -- NULL: the edge's own from; else another node
    from_table INTEGER REFERENCES warehouse_table,
    from_project TEXT,
    from_cell TEXT,
    PRIMARY KEY (edge, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_column_from_table ON edge_column (from_table)
    WHERE from_table IS NOT NULL;

-- What was published where: the base of the next merge, and the only things ever deleted.
CREATE TABLE publication (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    host TEXT NOT NULL,           -- of OpenMetadata: "https://om.example.com/api"
    service TEXT NOT NULL,        -- serviceName
    service_id TEXT,              -- of the dashboard service there
    UNIQUE (source, host, service)
) STRICT;

CREATE TABLE published (
    publication INTEGER NOT NULL REFERENCES publication ON DELETE CASCADE,
    kind INTEGER NOT NULL,        -- enum published_kind
    name TEXT NOT NULL,           -- of an edge: "type:fqn > type:fqn"
    parent TEXT,                  -- id of the Hex project that it belongs to
    entity_id TEXT,               -- on the server
    state INTEGER NOT NULL,       -- enum published_state
    digest INTEGER NOT NULL,      -- of what was sent last
    hashes TEXT,                  -- a line a field: number, sent, seen
    tags TEXT,                    -- what was sent of them, a JSON array
    owners TEXT,
    PRIMARY KEY (publication, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE published_project (  -- of which something is published, or is about to be
    publication INTEGER NOT NULL REFERENCES publication ON DELETE CASCADE,
    project TEXT NOT NULL,        -- Hex's id
    mark INTEGER,                 -- of what it was made from; NULL: something is left to do
    is_seen INTEGER NOT NULL DEFAULT 0, -- how the server shows it was read, too
    PRIMARY KEY (publication, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE published_usage (
    publication INTEGER NOT NULL REFERENCES publication ON DELETE CASCADE,
    project TEXT NOT NULL,        -- Hex's id
    at_ms INTEGER NOT NULL,       -- the last observation that was published
    all_time INTEGER NOT NULL,
    day INTEGER NOT NULL,         -- since 1970-01-01 UTC
    count INTEGER NOT NULL,       -- views of that day so far
    PRIMARY KEY (publication, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE published_runs (     -- how far a project's runs are published
    publication INTEGER NOT NULL REFERENCES publication ON DELETE CASCADE,
    project TEXT NOT NULL,        -- Hex's id
    after_ms INTEGER NOT NULL,    -- runs that began until then are, for good
    digest INTEGER NOT NULL,      -- of what was sent of later ones: some had not ended
    PRIMARY KEY (publication, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_log (            -- runs of hexmeta itself
    id INTEGER PRIMARY KEY,
    source INTEGER REFERENCES source ON DELETE CASCADE,
    command TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    exit_code INTEGER NOT NULL,
    summary TEXT
) STRICT;

-- The search. Triggers keep the indexes exact: whoever changes a row need not think of them.

CREATE VIRTUAL TABLE project_search USING fts5 (
    title, description, content = 'project', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER project_search_insert AFTER INSERT ON project BEGIN
    INSERT INTO project_search (rowid, title, description)
    VALUES (new.id, new.title, new.description);
END;
CREATE TRIGGER project_search_delete AFTER DELETE ON project BEGIN
    INSERT INTO project_search (project_search, rowid, title, description)
    VALUES ('delete', old.id, old.title, old.description);
END;
CREATE TRIGGER project_search_update AFTER UPDATE OF title, description ON project
WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
    INSERT INTO project_search (project_search, rowid, title, description)
    VALUES ('delete', old.id, old.title, old.description);
    INSERT INTO project_search (rowid, title, description)
    VALUES (new.id, new.title, new.description);
END;

CREATE VIRTUAL TABLE cell_search USING fts5 (
    label, title, dataframe, source, text, content = 'cell', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2');
-- New cells are indexed together when all are written (cell_store.c): a trigger costs each
-- of them a savepoint of the index.
CREATE TRIGGER cell_search_delete AFTER DELETE ON cell BEGIN
    INSERT INTO cell_search (cell_search, rowid, label, title, dataframe, source, text)
    VALUES ('delete', old.id, old.label, old.title, old.dataframe, old.source, old.text);
END;
CREATE TRIGGER cell_search_update AFTER UPDATE ON cell
WHEN old.label IS NOT new.label OR old.title IS NOT new.title
    OR old.dataframe IS NOT new.dataframe OR old.source IS NOT new.source
    OR old.text IS NOT new.text BEGIN
    INSERT INTO cell_search (cell_search, rowid, label, title, dataframe, source, text)
    VALUES ('delete', old.id, old.label, old.title, old.dataframe, old.source, old.text);
    INSERT INTO cell_search (rowid, label, title, dataframe, source, text)
    VALUES (new.id, new.label, new.title, new.dataframe, new.source, new.text);
END;

-- A transaction a project makes many small segments: fewer, larger merges cost less.
INSERT INTO cell_search (cell_search, rank) VALUES ('automerge', 16);
INSERT INTO cell_search (cell_search, rank) VALUES ('crisismerge', 64);
