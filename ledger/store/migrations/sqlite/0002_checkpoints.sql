-- The log beside the facts: its tiles, its signed checkpoints, and what others said of them (docs/formats.md).
-- All of it can be made anew from the facts, but for the signatures, which are the point.

CREATE TABLE log_tiles (
    level  INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
    n      INTEGER NOT NULL CHECK (n >= 0),
    hashes BLOB    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, n)
);

CREATE TABLE log_checkpoints (
    number     INTEGER PRIMARY KEY,
    size       INTEGER NOT NULL CHECK (size >= 0),
    note       BLOB    NOT NULL, -- the signed note, as it was signed
    created_at INTEGER NOT NULL
);

CREATE TABLE log_cosignatures (
    checkpoint INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    key_id     BLOB    NOT NULL CHECK (length(key_id) = 4),
    at         INTEGER NOT NULL, -- when it says it was made: microseconds, although cosigners say seconds
    line       BLOB    NOT NULL, -- the line of the note, without its end
    PRIMARY KEY (checkpoint, name, key_id, at)
) WITHOUT ROWID;

CREATE TABLE log_timestamps (
    checkpoint INTEGER NOT NULL,
    digest     BLOB    NOT NULL, -- SHA-256 of the token
    at         INTEGER NOT NULL, -- when the authority says it saw the checkpoint
    token      BLOB    NOT NULL, -- DER, as the authority answered
    PRIMARY KEY (checkpoint, digest)
);

CREATE TRIGGER log_tiles_only_grow BEFORE UPDATE ON log_tiles
WHEN NEW.level IS NOT OLD.level OR NEW.n IS NOT OLD.n OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
BEGIN SELECT RAISE(ABORT, 'a hash in the log never changes: a tile only grows'); END;
CREATE TRIGGER log_tiles_no_delete BEFORE DELETE ON log_tiles
BEGIN SELECT RAISE(ABORT, 'a hash in the log never changes: log_tiles refuses DELETE'); END;

CREATE TRIGGER log_checkpoints_follow BEFORE INSERT ON log_checkpoints
WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM log_checkpoints)
    OR NEW.size < (SELECT COALESCE(MAX(size), 0) FROM log_checkpoints)
BEGIN SELECT RAISE(ABORT, 'the log only grows: a checkpoint follows the last and is never smaller'); END;
CREATE TRIGGER log_checkpoints_no_update BEFORE UPDATE ON log_checkpoints
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed: log_checkpoints refuses UPDATE'); END;
CREATE TRIGGER log_checkpoints_no_delete BEFORE DELETE ON log_checkpoints
BEGIN SELECT RAISE(ABORT, 'what was signed is never removed: log_checkpoints refuses DELETE'); END;

CREATE TRIGGER log_cosignatures_no_update BEFORE UPDATE ON log_cosignatures
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed: log_cosignatures refuses UPDATE'); END;
CREATE TRIGGER log_cosignatures_no_delete BEFORE DELETE ON log_cosignatures
BEGIN SELECT RAISE(ABORT, 'what was signed is never removed: log_cosignatures refuses DELETE'); END;

CREATE TRIGGER log_timestamps_no_update BEFORE UPDATE ON log_timestamps
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed: log_timestamps refuses UPDATE'); END;
CREATE TRIGGER log_timestamps_no_delete BEFORE DELETE ON log_timestamps
BEGIN SELECT RAISE(ABORT, 'what was signed is never removed: log_timestamps refuses DELETE'); END;
