-- The newest map of completeness as tables: its buckets, their hashes, and what it covers (docs/formats.md).
-- All of it is made from facts and may be thrown away: the program makes it anew, and must meet the recorded root.
-- Run as the ledger's owner, with the ledger's schema first on the search path.

CREATE TABLE completeness_map (
    one     smallint PRIMARY KEY CHECK (one = 1),
    depth   smallint NOT NULL,
    up_to   bigint   NOT NULL, -- the last position that is counted
    entries bigint   NOT NULL,
    root    bytea    NOT NULL CHECK (length(root) = 32)
);

CREATE TABLE completeness_buckets (
    n       bigint PRIMARY KEY, -- the first `depth` bits of the keys in it; a bucket without entries has no row
    entries bytea  NOT NULL CHECK (length(entries) % 73 = 0)
);
CREATE TABLE completeness_hashes (
    n      bigint PRIMARY KEY, -- of 256 buckets each
    hashes bytea  NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0)
);
-- Hashes do not shrink.
ALTER TABLE completeness_buckets ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE completeness_hashes ALTER COLUMN hashes SET STORAGE EXTERNAL;

GRANT SELECT ON completeness_map, completeness_buckets, completeness_hashes TO :"writer", :"reader", :"projector";
GRANT INSERT, UPDATE, DELETE ON completeness_map, completeness_buckets, completeness_hashes TO :"writer";
