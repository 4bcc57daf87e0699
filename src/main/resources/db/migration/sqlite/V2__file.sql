-- What tells a state log from any other SQLite file: "Ways".
PRAGMA application_id = 0x57617973;

ALTER TABLE bounds ADD COLUMN log_id BLOB; -- 16 random bytes: positions mean something only with them

-- Random bytes that every transaction has in its part of the write-ahead log, since this row's page is in each: a
-- write-ahead log without those of the file is of another file. They change at each start and end.
ALTER TABLE bounds ADD COLUMN wal_key BLOB;
ALTER TABLE bounds ADD COLUMN last_wal_key BLOB; -- the one before, while the change is under way

ALTER TABLE bounds ADD COLUMN in_use_as TEXT; -- beside which path records may be in a write-ahead log; NULL: all are here

UPDATE bounds SET log_id = randomblob(16);

-- At most one row: what the log's clock showed, and how long the machine had been up by then, in nanoseconds.
CREATE TABLE clock (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    recorded_at INTEGER NOT NULL,
    boot        TEXT    NOT NULL, -- which boot of which machine; empty: not known
    uptime      INTEGER NOT NULL
) STRICT;

-- Where the log's clock was carried ahead of the time that had gone by: such time makes no record older.
CREATE TABLE clock_step (
    recorded_at INTEGER PRIMARY KEY, -- after the step
    nanos       INTEGER NOT NULL
) STRICT;
