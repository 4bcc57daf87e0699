-- Rows that were written before this version have NULL in the first new column of their table, and a checksum that has
-- nothing of the new ones.

ALTER TABLE record ADD COLUMN previous INTEGER; -- the position of its source's record before; 0: none
ALTER TABLE record ADD COLUMN x INTEGER;        -- where the source was; NULL: it did not say
ALTER TABLE record ADD COLUMN y INTEGER;

-- The track of a source, of all locations that it ever reported.
ALTER TABLE source ADD COLUMN state_since    INTEGER; -- when the first record of the run of its present status was recorded
ALTER TABLE source ADD COLUMN located_at     INTEGER; -- the position of its latest record with a location; NULL: none
ALTER TABLE source ADD COLUMN x              INTEGER; -- its latest location
ALTER TABLE source ADD COLUMN y              INTEGER;
ALTER TABLE source ADD COLUMN first_x        INTEGER; -- its first location
ALTER TABLE source ADD COLUMN first_y        INTEGER;
ALTER TABLE source ADD COLUMN travelled      REAL;    -- the length of its way, rounded
ALTER TABLE source ADD COLUMN travelled_rest REAL;    -- and what the rounding took off

-- One row where the status of a source differs from that of its record before.
CREATE TABLE transition (
    source_id INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    checksum  INTEGER, -- NULL: the state that a source was in when this version came
    PRIMARY KEY (source_id, position)
) STRICT, WITHOUT ROWID;

INSERT INTO transition SELECT id, position, status, recorded_at, NULL FROM source WHERE position > 0;

-- The position from which on transitions tell who was in which state.
ALTER TABLE bounds ADD COLUMN states_from INTEGER NOT NULL DEFAULT 0;

UPDATE bounds SET states_from = head;

-- Whether the file is a copy, from which no log has gone on yet.
ALTER TABLE bounds ADD COLUMN copy INTEGER NOT NULL DEFAULT 0;

-- The latest locations of the sources.
CREATE VIRTUAL TABLE source_location USING rtree_i32(source_id, min_x, max_x, min_y, max_y);
