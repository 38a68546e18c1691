-- The master key may be rotated: every key is wrapped anew, once for each generation, in one transaction, by the owner.
-- What may be replaced is the wrapping alone, and only on the way from one generation to the next.

ALTER TABLE :"vault".vault_info
    ADD COLUMN generation bigint NOT NULL DEFAULT 1, -- counts the master keys, from 1 on
    ADD COLUMN key_id text COLLATE "C", -- a name of the master key that tells nothing of it, where it is known
    ADD COLUMN rotated_at bigint,
    -- How many facts of erasures this vault is known to reflect: a vault that came out of a backup knows of fewer.
    ADD COLUMN erasures_seen bigint NOT NULL DEFAULT 0;
ALTER TABLE :"vault".named_keys ADD COLUMN generation bigint NOT NULL DEFAULT 1;
ALTER TABLE :"vault".data_keys ADD COLUMN generation bigint NOT NULL DEFAULT 1;

DROP TRIGGER vault_info_only_grows ON :"vault".vault_info;
DROP TRIGGER data_keys_only_destroyed ON :"vault".data_keys;
DROP TRIGGER named_keys_never ON :"vault".named_keys;

CREATE TRIGGER vault_info_only_rotated BEFORE UPDATE ON :"vault".vault_info FOR EACH ROW
WHEN (NEW.one <> OLD.one OR NEW.ledger_id <> OLD.ledger_id OR NEW.format <> OLD.format
    OR NEW.destroyed < OLD.destroyed OR NOT (
        (NEW.generation = OLD.generation AND NEW.check_value = OLD.check_value
            AND NEW.key_id IS NOT DISTINCT FROM OLD.key_id AND NEW.rotated_at IS NOT DISTINCT FROM OLD.rotated_at
            AND (NEW.destroyed > OLD.destroyed OR NEW.erasures_seen <> OLD.erasures_seen))
        OR (NEW.generation = OLD.generation + 1 AND NEW.check_value <> OLD.check_value
            AND NEW.destroyed = OLD.destroyed AND NEW.rotated_at IS NOT NULL)
    ))
EXECUTE FUNCTION refuse('a vault keeps its ledger, and its master key until the next generation');

CREATE FUNCTION refuse_other_generation() RETURNS trigger
LANGUAGE plpgsql SET search_path = :"schema", :"vault", pg_temp AS $$
BEGIN
    IF NEW.generation IS DISTINCT FROM (SELECT generation FROM vault_info) THEN
        RAISE EXCEPTION 'a key is wrapped anew for the present generation only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION refuse_older_keys() RETURNS trigger
LANGUAGE plpgsql SET search_path = :"schema", :"vault", pg_temp AS $$
BEGIN
    -- A program that still holds the master key of before would add keys that nobody can open.
    IF EXISTS (SELECT FROM added WHERE generation IS DISTINCT FROM (SELECT generation FROM vault_info)) THEN
        RAISE EXCEPTION 'the master key was rotated' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
-- A destroyed key leaves its bytes where its row was, until the table is written anew.
CREATE FUNCTION rewrite_keys() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :"schema", :"vault", pg_temp AS $$
BEGIN
    EXECUTE 'CLUSTER data_keys USING data_keys_pkey';
END $$;
REVOKE ALL ON FUNCTION refuse_other_generation, refuse_older_keys, rewrite_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rewrite_keys TO :"writer";

CREATE TRIGGER data_keys_of_this_generation AFTER INSERT ON :"vault".data_keys
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_older_keys();
CREATE TRIGGER data_keys_only_destroyed BEFORE UPDATE ON :"vault".data_keys FOR EACH ROW
WHEN (NEW.scope <> OLD.scope OR NEW.created_at <> OLD.created_at OR NOT (
        (NEW.wrapped IS NULL AND NEW.generation = OLD.generation)
        OR (OLD.wrapped IS NOT NULL AND NEW.wrapped IS NOT NULL AND NEW.wrapped <> OLD.wrapped
            AND NEW.generation = OLD.generation + 1)
    ))
EXECUTE FUNCTION refuse('a data key is never replaced');
CREATE TRIGGER data_keys_rewrapped BEFORE UPDATE ON :"vault".data_keys FOR EACH ROW
WHEN (NEW.generation <> OLD.generation) EXECUTE FUNCTION refuse_other_generation();
CREATE TRIGGER named_keys_never BEFORE DELETE OR TRUNCATE ON :"vault".named_keys
FOR EACH STATEMENT EXECUTE FUNCTION refuse('the index key and the digest key are never rotated');
CREATE TRIGGER named_keys_only_rewrapped BEFORE UPDATE ON :"vault".named_keys FOR EACH ROW
WHEN (NOT (NEW.name = OLD.name AND NEW.wrapped <> OLD.wrapped AND NEW.generation = OLD.generation + 1))
EXECUTE FUNCTION refuse('the index key and the digest key are never rotated');
CREATE TRIGGER named_keys_rewrapped BEFORE UPDATE ON :"vault".named_keys FOR EACH ROW
EXECUTE FUNCTION refuse_other_generation();

GRANT UPDATE (erasures_seen) ON :"vault".vault_info TO :"writer";
