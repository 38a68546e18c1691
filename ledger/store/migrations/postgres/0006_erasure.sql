-- What an erasure does beside the vault: the digests of what was delivered are blanked, so that no guess can be tried.
-- Numbered and checksummed: this file never changes after its release, the next one adds.

-- Blanks the content of every key that is bound to one of these facts; answers how many such keys are blank now.
-- It looks through all keys: an erasure is rare, and an index that is kept at every append would cost all the others.
CREATE FUNCTION blank_contents(facts bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :"schema", :"vault", pg_temp AS $$
DECLARE
    blank bigint;
BEGIN
    UPDATE command_keys SET content = NULL WHERE positions && facts AND content IS NOT NULL;
    SELECT count(*) INTO blank FROM command_keys WHERE positions && facts AND content IS NULL;
    RETURN blank;
END $$;

REVOKE ALL ON FUNCTION blank_contents FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blank_contents TO :"writer";
