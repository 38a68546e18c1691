-- The log beside the facts: its tiles, its signed checkpoints, and what others said of them (docs/formats.md).
-- All of it can be made anew from the facts, but for the signatures, which are the point.
-- Run as the ledger's owner, with the ledger's schema first on the search path.

CREATE TABLE log_tiles (
    level  smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    n      bigint   NOT NULL CHECK (n >= 0),
    hashes bytea    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, n)
);
-- Hashes do not shrink.
ALTER TABLE log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE log_checkpoints (
    number     bigint PRIMARY KEY,
    size       bigint NOT NULL CHECK (size >= 0),
    created_at bigint NOT NULL,
    note       bytea  NOT NULL -- the signed note, as it was signed
);

CREATE TABLE log_cosignatures (
    checkpoint bigint NOT NULL,
    at         bigint NOT NULL, -- when it says it was made: microseconds, although cosigners say seconds
    name       text   COLLATE "C" NOT NULL,
    key_id     bytea  NOT NULL CHECK (length(key_id) = 4),
    line       bytea  NOT NULL, -- the line of the note, without its end
    PRIMARY KEY (checkpoint, name, key_id, at)
);

CREATE TABLE log_timestamps (
    checkpoint bigint NOT NULL,
    at         bigint NOT NULL, -- when the authority says it saw the checkpoint
    digest     bytea  NOT NULL, -- SHA-256 of the token
    token      bytea  NOT NULL, -- DER, as the authority answered
    PRIMARY KEY (checkpoint, digest)
);

CREATE FUNCTION checkpoints_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = :"schema", pg_temp AS $$
DECLARE
    last log_checkpoints;
BEGIN
    SELECT * INTO last FROM log_checkpoints ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1 OR NEW.size < coalesce(last.size, 0) THEN
        RAISE EXCEPTION 'the log only grows: a checkpoint follows the last and is never smaller'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION checkpoints_follow FROM PUBLIC;

CREATE TRIGGER log_tiles_only_grow BEFORE UPDATE ON log_tiles FOR EACH ROW
WHEN (NEW.level <> OLD.level OR NEW.n <> OLD.n OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes)
EXECUTE FUNCTION refuse('a hash in the log never changes');
CREATE TRIGGER log_tiles_never BEFORE DELETE OR TRUNCATE ON log_tiles
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a hash in the log never changes');
CREATE TRIGGER log_checkpoints_follow BEFORE INSERT ON log_checkpoints
FOR EACH ROW EXECUTE FUNCTION checkpoints_follow();
CREATE TRIGGER log_checkpoints_never BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was signed is never changed or removed');
CREATE TRIGGER log_cosignatures_never BEFORE UPDATE OR DELETE OR TRUNCATE ON log_cosignatures
FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was signed is never changed or removed');
CREATE TRIGGER log_timestamps_never BEFORE UPDATE OR DELETE OR TRUNCATE ON log_timestamps
FOR EACH STATEMENT EXECUTE FUNCTION refuse('what was signed is never changed or removed');

GRANT SELECT ON log_tiles, log_checkpoints, log_cosignatures, log_timestamps TO :"writer", :"reader", :"projector";
GRANT INSERT, UPDATE ON log_tiles TO :"writer";
GRANT INSERT ON log_checkpoints, log_cosignatures, log_timestamps TO :"writer";
