-- How far each session has come: an entry that comes again is not applied again.
CREATE TABLE session (
    id          BLOB    PRIMARY KEY,
    counter     INTEGER NOT NULL, -- of its last entry
    recorded_at INTEGER NOT NULL  -- when that was recorded
) STRICT, WITHOUT ROWID;

-- Which claim has which source: the entry by which a stream took it.
CREATE TABLE claim (
    source  TEXT    PRIMARY KEY,
    session BLOB    NOT NULL,
    counter INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When the last entry was recorded: none is recorded before it.
ALTER TABLE bounds ADD COLUMN recorded_at INTEGER NOT NULL DEFAULT 0;

UPDATE bounds SET recorded_at = ifnull((SELECT recorded_at FROM record ORDER BY position DESC LIMIT 1), 0);

-- The session that imports a log's history, until its last rows have come; NULL: none.
ALTER TABLE bounds ADD COLUMN importing BLOB;

-- At most one row: which topic the log stands in, and where the view goes on to read it.
CREATE TABLE topic (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    cluster      TEXT    NOT NULL,
    topic        TEXT    NOT NULL, -- its id
    next_offset  INTEGER NOT NULL,
    leader_epoch INTEGER NOT NULL  -- of the entry before; -1: not known
) STRICT;
