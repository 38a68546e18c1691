-- The master key may be rotated: every key is wrapped anew, once for each generation, in one transaction.
-- What may be replaced is the wrapping alone, and only on the way from one generation to the next.

ALTER TABLE vault_info ADD COLUMN generation INTEGER NOT NULL DEFAULT 1; -- counts the master keys, from 1 on
ALTER TABLE vault_info ADD COLUMN key_id TEXT; -- a name of the master key that tells nothing of it, where it is known
ALTER TABLE vault_info ADD COLUMN rotated_at INTEGER;
-- How many facts of erasures this vault is known to reflect: a vault that came out of a backup knows of fewer.
ALTER TABLE vault_info ADD COLUMN erasures_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE named_keys ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE data_keys ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;

DROP TRIGGER data_keys_only_destroyed;
DROP TRIGGER named_keys_no_update;

CREATE TRIGGER vault_info_only_rotated BEFORE UPDATE ON vault_info
WHEN NEW.one IS NOT OLD.one OR NEW.ledger_id IS NOT OLD.ledger_id OR NEW.format IS NOT OLD.format
    OR NOT (
        (NEW.generation IS OLD.generation AND NEW.check_value IS OLD.check_value AND NEW.key_id IS OLD.key_id
            AND NEW.rotated_at IS OLD.rotated_at)
        OR (NEW.generation = OLD.generation + 1 AND NEW.check_value IS NOT OLD.check_value
            AND NEW.rotated_at IS NOT NULL)
    )
BEGIN SELECT RAISE(ABORT, 'a vault keeps its ledger, and its master key until the next generation'); END;
CREATE TRIGGER vault_info_no_delete BEFORE DELETE ON vault_info
BEGIN SELECT RAISE(ABORT, 'a vault keeps its ledger'); END;

CREATE TRIGGER data_keys_only_destroyed_or_rewrapped BEFORE UPDATE ON data_keys
WHEN NEW.scope IS NOT OLD.scope OR NEW.created_at IS NOT OLD.created_at
    OR NOT (
        (NEW.wrapped IS NULL AND NEW.generation IS OLD.generation)
        OR (OLD.wrapped IS NOT NULL AND NEW.wrapped IS NOT NULL AND NEW.wrapped IS NOT OLD.wrapped
            AND NEW.generation = OLD.generation + 1 AND NEW.generation = (SELECT generation FROM vault_info))
    )
BEGIN SELECT RAISE(ABORT, 'a data key is never replaced: it may only be destroyed, or wrapped anew'); END;
-- A program that still holds the master key of before would add keys that nobody can open.
CREATE TRIGGER data_keys_of_this_generation BEFORE INSERT ON data_keys
WHEN NEW.generation IS NOT (SELECT generation FROM vault_info)
BEGIN SELECT RAISE(ABORT, 'the master key was rotated'); END;
CREATE TRIGGER named_keys_only_rewrapped BEFORE UPDATE ON named_keys
WHEN NOT (NEW.name IS OLD.name AND NEW.wrapped IS NOT NULL AND NEW.wrapped IS NOT OLD.wrapped
    AND NEW.generation = OLD.generation + 1 AND NEW.generation = (SELECT generation FROM vault_info))
BEGIN SELECT RAISE(ABORT, 'the index key and the digest key are never rotated, only wrapped anew'); END;
