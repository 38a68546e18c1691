-- The tables of one ledger. Numbered and checksummed: this file never changes after its release, the next one adds.
-- Run as the ledger's owner, whom nobody logs in as, with the ledger's schema and then its vault on the search path.
-- :"writer" and its like are replaced by the names of this ledger's roles and schemas, quoted.

CREATE TABLE ledger_info (
    one        boolean PRIMARY KEY CHECK (one),
    name       text    COLLATE "C" NOT NULL,
    ledger_id  text    COLLATE "C" NOT NULL,
    format     integer NOT NULL,
    -- Whose clock dates the facts: the server's, the program's own (tests and measurements), or the lines' (simulated).
    clock      text    NOT NULL CHECK (clock IN ('server', 'program', 'lines')),
    created_at bigint  NOT NULL -- microseconds since 1970-01-01T00:00:00Z, as everywhere
);

-- Holds nothing. Who appends holds its lock; an advisory lock could be taken by any login of the server.
CREATE TABLE append_lock ();

-- `notification_id` is the name that the base library's statements use. It is the position of the fact.
CREATE TABLE stored_events (
    notification_id    bigint PRIMARY KEY,
    originator_version bigint NOT NULL, -- the number of this fact in its home stream
    recorded_at        bigint NOT NULL,
    originator_id      text   COLLATE "C" NOT NULL, -- the home stream
    topic              text   COLLATE "C" NOT NULL,
    state              bytea  NOT NULL, -- the stored body
    prefix             bytea  NOT NULL, -- of the header; holds the commitments, which outlive the keys
    leaf               bytea  NOT NULL,
    UNIQUE (originator_id, originator_version)
);
-- Half of a body is ciphertext, which does not shrink: what is stored is what was hashed, byte for byte.
ALTER TABLE stored_events ALTER COLUMN state SET STORAGE EXTERNAL, ALTER COLUMN prefix SET STORAGE PLAIN;

CREATE TABLE tags (
    tag_id bigint PRIMARY KEY,
    head   bigint NOT NULL, -- how many facts carry the tag; a CHECK would be parsed anew at every append
    tag    text   COLLATE "C" NOT NULL UNIQUE
) WITH (fillfactor = 70); -- heads move in place

CREATE TABLE event_tags (
    position bigint   NOT NULL,
    tag_id   bigint   NOT NULL,
    seq      bigint   NOT NULL,
    ordinal  smallint NOT NULL, -- 0 is the home stream
    salt     bytea    NOT NULL,
    PRIMARY KEY (position, ordinal)
);
CREATE UNIQUE INDEX event_tags_by_tag ON event_tags (tag_id, seq) INCLUDE (position);

CREATE TABLE command_keys (
    token     text     COLLATE "C" PRIMARY KEY,
    content   bytea, -- an HMAC; NULL once the content was erased
    outcome   text     COLLATE "C" NOT NULL, -- accepted, unchanged or parked
    positions bigint[] NOT NULL,
    ids       text     NOT NULL
);

CREATE TABLE reading_sets (
    digest  bytea PRIMARY KEY,
    content bytea NOT NULL
);

CREATE TABLE refusal_count (
    token    text   COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL, -- of the one fact that stands for all repeats
    count    bigint NOT NULL CHECK (count > 0)
);
CREATE INDEX refusal_count_by_position ON refusal_count (position);

-- --- what the database refuses, whoever asks: the owner's defects as well -------------------------------------------

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % refuses %', TG_ARGV[0], TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER stored_events_never BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a fact is never changed or removed');
CREATE TRIGGER event_tags_never BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tags
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a fact is never changed or removed');
CREATE TRIGGER reading_sets_never BEFORE UPDATE OR DELETE OR TRUNCATE ON reading_sets
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a fact is never changed or removed');
CREATE TRIGGER ledger_info_never BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_info
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a ledger keeps its id and its kind');

-- By column and not WHEN (...): PostgreSQL would parse the condition anew at every append. That heads only go up is the
-- append function's doing; `verify` counts them.
CREATE TRIGGER tags_keep_their_name BEFORE UPDATE OF tag_id, tag ON tags
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a stream only grows');
CREATE TRIGGER tags_never BEFORE DELETE OR TRUNCATE ON tags
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a stream only grows');

CREATE TRIGGER command_keys_only_erase BEFORE UPDATE ON command_keys FOR EACH ROW
WHEN (NEW.content IS NOT NULL OR NEW.token <> OLD.token OR NEW.outcome <> OLD.outcome
    OR NEW.positions <> OLD.positions OR NEW.ids <> OLD.ids)
EXECUTE FUNCTION refuse('a key is bound for ever');
CREATE TRIGGER command_keys_never BEFORE DELETE OR TRUNCATE ON command_keys
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a key is bound for ever');

CREATE TRIGGER refusal_count_only_grows BEFORE UPDATE ON refusal_count FOR EACH ROW
WHEN (NEW.count <= OLD.count OR NEW.token <> OLD.token OR NEW.position <> OLD.position)
EXECUTE FUNCTION refuse('repeats of a refusal only add up');
CREATE TRIGGER refusal_count_never BEFORE DELETE OR TRUNCATE ON refusal_count
FOR EACH STATEMENT EXECUTE FUNCTION refuse('repeats of a refusal only add up');

-- --- the vault: every key in it is wrapped by the master key, which is in no database -------------------------------

CREATE TABLE :"vault".vault_info (
    one         boolean PRIMARY KEY CHECK (one),
    ledger_id   text    COLLATE "C" NOT NULL,
    format      integer NOT NULL,
    check_value bytea   NOT NULL, -- opens under the right master key and under no other
    destroyed   bigint  NOT NULL DEFAULT 0 -- how many data keys were destroyed: whoever knows another number looks again
);

-- Drawn once per ledger and never rotated: identifiers and contents are looked up by HMACs under them.
CREATE TABLE :"vault".named_keys (
    name    text  COLLATE "C" PRIMARY KEY,
    wrapped bytea NOT NULL
);

-- A destroyed key leaves its row, so that erased words can be told from a vault that lost a key.
CREATE TABLE :"vault".data_keys (
    scope      text   COLLATE "C" PRIMARY KEY,
    wrapped    bytea,
    created_at bigint NOT NULL
);

CREATE TRIGGER data_keys_only_destroyed BEFORE UPDATE ON :"vault".data_keys FOR EACH ROW
WHEN (NEW.wrapped IS NOT NULL OR NEW.scope <> OLD.scope OR NEW.created_at <> OLD.created_at)
EXECUTE FUNCTION refuse('a data key is never replaced');
CREATE TRIGGER data_keys_never BEFORE DELETE OR TRUNCATE ON :"vault".data_keys
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a destroyed key leaves its row');
CREATE TRIGGER named_keys_never BEFORE UPDATE OR DELETE OR TRUNCATE ON :"vault".named_keys
FOR EACH STATEMENT EXECUTE FUNCTION refuse('the index key and the digest key are never rotated');
CREATE TRIGGER vault_info_only_grows BEFORE UPDATE ON :"vault".vault_info FOR EACH ROW
WHEN (NEW.destroyed <= OLD.destroyed OR NEW.ledger_id <> OLD.ledger_id OR NEW.check_value <> OLD.check_value)
EXECUTE FUNCTION refuse('a vault keeps its ledger');
CREATE TRIGGER vault_info_never BEFORE DELETE OR TRUNCATE ON :"vault".vault_info
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a vault keeps its ledger');

CREATE FUNCTION destroy_keys(scopes text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :"schema", :"vault", pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    -- Appends hold it too: what is sealed under a key that dies now waits, and is sealed anew or refused.
    LOCK TABLE append_lock IN EXCLUSIVE MODE;
    UPDATE data_keys SET wrapped = NULL WHERE scope = ANY (scopes) AND wrapped IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        UPDATE vault_info SET destroyed = destroyed + gone;
    END IF;
    RETURN gone;
END $$;
