-- One table per database that says which ledgers it holds and how far each has come: followers of hundreds of ledgers
-- ask it once instead of asking each. It is a hint, the facts are the truth; `ccm-ledger ledgers check` compares.
-- Numbered and checksummed: this file never changes after its release, the next one adds.
-- Run as the role that owns the control schema, which is first on the search path.

CREATE TABLE ledgers (
    name       text   COLLATE "C" PRIMARY KEY,
    ledger_id  text   COLLATE "C" NOT NULL UNIQUE,
    owner      name   NOT NULL UNIQUE, -- the only role that may move the row: the append function runs as it
    reader     name   NOT NULL, -- whose members may see the row
    created_at bigint NOT NULL, -- microseconds since 1970-01-01T00:00:00Z, as everywhere
    position   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

ALTER TABLE ledgers ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_readers ON ledgers FOR SELECT USING (
    current_user = owner
    -- A role that somebody dropped must not keep everybody from their own ledgers.
    OR CASE WHEN to_regrole(reader::text) IS NULL THEN false ELSE pg_has_role(current_user, reader, 'USAGE') END
);
CREATE POLICY moved_by_owner ON ledgers FOR UPDATE USING (current_user = owner) WITH CHECK (current_user = owner);
GRANT SELECT ON ledgers TO PUBLIC;

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a ledger keeps its name, its id and its roles' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledgers_keep_their_name BEFORE UPDATE OF name, ledger_id, owner, reader, created_at ON ledgers
FOR EACH STATEMENT EXECUTE FUNCTION refuse();

-- Holds nothing. Who makes or upgrades a ledger holds its lock; nobody else may lock it.
CREATE TABLE founding_lock ();
