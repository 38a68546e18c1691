-- The tables of vault.db. Every key in it is wrapped by the master key, which is in no database.
-- Numbered and checksummed: this file never changes after its release, the next one adds.

CREATE TABLE vault_info (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    ledger_id   TEXT    NOT NULL,
    format      INTEGER NOT NULL,
    check_value BLOB    NOT NULL -- opens under the right master key and under no other
);

-- Drawn once per ledger and never rotated: identifiers and contents are looked up by HMACs under them.
CREATE TABLE named_keys (
    name    TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) WITHOUT ROWID;

-- A destroyed key leaves its row, so that erased words can be told from a vault that lost a key.
CREATE TABLE data_keys (
    scope      TEXT    PRIMARY KEY,
    wrapped    BLOB,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX data_keys_destroyed ON data_keys (scope) WHERE wrapped IS NULL;

CREATE TRIGGER data_keys_only_destroyed BEFORE UPDATE ON data_keys
WHEN NEW.wrapped IS NOT NULL OR NEW.scope IS NOT OLD.scope OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'a data key is never replaced: it may only be destroyed'); END;
CREATE TRIGGER data_keys_no_delete BEFORE DELETE ON data_keys
BEGIN SELECT RAISE(ABORT, 'a destroyed key leaves its row: data_keys refuses DELETE'); END;
CREATE TRIGGER named_keys_no_update BEFORE UPDATE ON named_keys
BEGIN SELECT RAISE(ABORT, 'the index key and the digest key are never rotated'); END;
CREATE TRIGGER named_keys_no_delete BEFORE DELETE ON named_keys
BEGIN SELECT RAISE(ABORT, 'the index key and the digest key are never rotated'); END;
