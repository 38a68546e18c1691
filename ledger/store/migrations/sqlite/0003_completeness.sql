-- The newest map of completeness as tables: its buckets, their hashes, and what it covers (docs/formats.md).
-- All of it is made from facts and may be thrown away: the program makes it anew, and must meet the recorded root.

CREATE TABLE completeness_map (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    depth   INTEGER NOT NULL,
    up_to   INTEGER NOT NULL, -- the last position that is counted
    entries INTEGER NOT NULL,
    root    BLOB    NOT NULL CHECK (length(root) = 32)
);

CREATE TABLE completeness_buckets (
    n       INTEGER PRIMARY KEY, -- the first `depth` bits of the keys in it; a bucket without entries has no row
    entries BLOB    NOT NULL CHECK (length(entries) % 73 = 0)
);

CREATE TABLE completeness_hashes (
    n      INTEGER PRIMARY KEY, -- of 256 buckets each
    hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0)
);
