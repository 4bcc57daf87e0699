-- Times are nanoseconds since 1970-01-01T00:00:00Z. A checksum is the CRC-32C of what its row says.

CREATE TABLE record (
    position    INTEGER PRIMARY KEY,
    source_id   INTEGER NOT NULL,
    sequence    INTEGER NOT NULL, -- 0: unnumbered
    status      INTEGER NOT NULL,
    info        TEXT    NOT NULL,
    reported_at INTEGER,          -- NULL: the source did not say
    recorded_at INTEGER NOT NULL,
    checksum    INTEGER NOT NULL
) STRICT;

-- Each source with its latest record, which retention may have removed from the log.
CREATE TABLE source (
    id               INTEGER PRIMARY KEY,
    name             TEXT    NOT NULL UNIQUE,
    durable_sequence INTEGER NOT NULL DEFAULT 0, -- 0: none
    position         INTEGER NOT NULL DEFAULT 0,
    sequence         INTEGER NOT NULL DEFAULT 0,
    status           INTEGER NOT NULL DEFAULT 0,
    info             TEXT    NOT NULL DEFAULT '',
    reported_at      INTEGER,
    recorded_at      INTEGER NOT NULL DEFAULT 0,
    checksum         INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX source_by_status ON source (status, name);

-- Totals by status: reports ever stored, and sources whose latest report has it.
CREATE TABLE status_total (
    status  INTEGER PRIMARY KEY,
    reports INTEGER NOT NULL,
    sources INTEGER NOT NULL
) STRICT;

-- One row: the positions of the oldest and of the newest record.
CREATE TABLE bounds (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    earliest INTEGER NOT NULL,
    head     INTEGER NOT NULL
) STRICT;

INSERT INTO bounds VALUES (1, 1, 0);
