-- The append: the one way in which facts come into a ledger. One call is one group of proposals and one commit.
-- It locks, checks every read set and key, gives positions, numbers and time, computes the leaves and inserts; see
-- ledger/store/append.py for what it promises and docs/formats.md for the bytes of the header's tail.
--
-- The group comes flat, in arrays that point into each other, counting from 1 and in order:
--   streams    p_tag names every stream once, those that facts carry first; p_expect is where a decision expects the
--              stream to stand, less what earlier proposals of the group add to it: so it stands where all expect it,
--              or it does not (NULL: nobody rests on it); p_added is how many facts of the group carry it
--   proposals  p_key to p_facts; the checks of a proposal are (p_check_proposal, p_check_tag, p_head); a check of
--              stream 0 says that it rests on the proposal before it
--   facts      p_fact_home to p_fact_members; the facts of a proposal are p_facts many from p_first on
--   members    p_member_tag to p_salt: a fact in a stream, in the order of the header's tail (home first, the others by
--              their blinded names); p_member_nth counts the facts of the group in that stream
-- A writer who lies about the order of the members gets leaves that `verify` refuses, and nothing else.
-- p_plain says that no key comes twice and no fact is unique: then, if nothing moved, nothing needs to be looked at
-- one by one.

CREATE FUNCTION append(
    p_destroyed bigint, p_now bigint, p_plain boolean, p_tag text[], p_expect bigint[], p_added integer[],
    p_check_proposal integer[], p_check_tag integer[], p_head bigint[],
    p_key text[], p_content bytea[], p_outcome text[], p_given text[], p_ids text[],
    p_once text[], p_clock bigint[], p_first integer[], p_facts integer[],
    p_fact_proposal integer[], p_fact_home integer[], p_topic text[], p_state bytea[], p_prefix bytea[],
    p_fact_member integer[], p_fact_members integer[],
    p_member_fact integer[], p_member_ordinal integer[], p_member_tag integer[], p_member_nth integer[],
    p_salt bytea[], p_digest bytea[], p_reading bytea[],
    OUT keys_moved boolean, OUT base bigint, OUT recorded bigint, OUT recorded_each bigint[],
    OUT moved integer[], OUT stands_for bigint[], OUT tag_ids bigint[], OUT heads bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = :"schema", :"vault", pg_temp
AS $$
DECLARE
    v_clock text; v_destroyed bigint; v_next bigint; v_bound text[]; v_is_moved boolean;
    v_position bigint[]; v_nth integer[]; v_added integer[]; v_poisoned boolean[]; v_skipped bigint[];
    v_placed integer := 0; v_check integer := 1; v_tag integer; v_stands bigint; v_tail bytea;
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        RAISE EXCEPTION 'what is acknowledged must be durable: synchronous_commit is off' USING ERRCODE = 'CCM01';
    ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'an append sees what was committed before it: isolation must be read committed'
            USING ERRCODE = 'CCM02';
    END IF;
    LOCK TABLE append_lock IN EXCLUSIVE MODE;

    SELECT (SELECT clock FROM ledger_info), (SELECT destroyed FROM vault_info),
        ARRAY(SELECT token FROM command_keys WHERE token = ANY (p_key)),
        array_agg(id), array_agg(head), bool_or(expect <> head)
    INTO v_clock, v_destroyed, v_bound, tag_ids, heads, v_is_moved
    FROM (
        SELECT coalesce(t.tag_id, 0) AS id, coalesce(t.head, 0) AS head, g.expect
        FROM unnest(p_tag, p_expect) WITH ORDINALITY AS g (tag, expect, at) LEFT JOIN tags t ON t.tag = g.tag
        ORDER BY g.at
    ) AS stream;
    SELECT notification_id, recorded_at INTO base, recorded FROM stored_events ORDER BY notification_id DESC LIMIT 1;
    base := coalesce(base, 0);
    recorded := coalesce(recorded, 0);

    IF v_clock IS NULL OR v_destroyed IS NULL THEN
        RAISE EXCEPTION 'the ledger or its vault does not say who it is' USING ERRCODE = 'CCM04';
    ELSIF p_clock IS NOT NULL AND v_clock <> 'lines' THEN
        RAISE EXCEPTION 'only a simulated ledger takes its clock from the input' USING ERRCODE = 'CCM03';
    ELSIF 1 > ANY (p_member_nth) THEN
        RAISE EXCEPTION 'facts are counted from one' USING ERRCODE = 'CCM05';
    END IF;
    keys_moved := v_destroyed <> p_destroyed;
    IF keys_moved THEN
        RETURN;
    END IF;
    IF p_clock IS NULL THEN
        recorded := greatest(recorded, CASE v_clock WHEN 'server'
            THEN (extract(epoch FROM clock_timestamp()) * 1000000)::bigint ELSE p_now END);
    END IF;

    IF p_plain AND p_clock IS NULL AND v_is_moved IS NOT TRUE AND cardinality(v_bound) = 0 THEN
        v_placed := cardinality(p_fact_home);
        v_nth := p_member_nth;
        v_added := p_added;
    ELSE
        -- Somebody's condition does not hold, or may not: each proposal in its turn.
        v_position := array_fill(NULL::bigint, ARRAY[cardinality(p_fact_home)]);
        v_nth := array_fill(0, ARRAY[cardinality(p_member_tag)]);
        v_added := array_fill(0, ARRAY[cardinality(p_tag)]);
        v_poisoned := array_fill(false, ARRAY[cardinality(p_tag)]);
        v_skipped := array_fill(0::bigint, ARRAY[cardinality(p_tag)]);
        FOR p IN 1 .. cardinality(p_facts) LOOP
            moved[p] := CASE WHEN p_key[p] = ANY (v_bound) THEN -1 ELSE 0 END;
            WHILE p_check_proposal[v_check] = p LOOP
                v_tag := p_check_tag[v_check];
                IF moved[p] = 0 AND v_tag = 0 THEN
                    moved[p] := moved[p - 1];
                ELSIF moved[p] = 0 AND (v_poisoned[v_tag] OR heads[v_tag] - v_skipped[v_tag] <> p_head[v_check]) THEN
                    moved[p] := v_tag;
                END IF;
                v_check := v_check + 1;
            END LOOP;
            v_stands := NULL;
            IF moved[p] = 0 AND p_once[p] IS NOT NULL THEN
                UPDATE refusal_count SET count = count + 1 WHERE token = p_once[p] RETURNING position INTO v_stands;
                IF v_stands IS NULL THEN
                    INSERT INTO refusal_count (token, position, count) VALUES (p_once[p], base + v_placed + 1, 1);
                END IF;
            END IF;
            stands_for[p] := v_stands;
            IF p_clock IS NOT NULL THEN
                recorded_each[p] := greatest(recorded, coalesce(p_clock[p], p_now));
                IF moved[p] = 0 AND v_stands IS NULL AND p_facts[p] > 0 THEN
                    recorded := recorded_each[p]; -- only what is recorded moves the ledger's clock
                END IF;
            END IF;
            FOR f IN p_first[p] .. p_first[p] + p_facts[p] - 1 LOOP
                IF moved[p] = 0 AND v_stands IS NULL THEN
                    v_placed := v_placed + 1;
                    v_position[f] := base + v_placed;
                END IF;
                FOR m IN p_fact_member[f] .. p_fact_member[f] + p_fact_members[f] - 1 LOOP
                    v_tag := p_member_tag[m];
                    IF moved[p] <> 0 THEN
                        -- What was decided after it rested on facts that are not there, even where numbers agree.
                        v_poisoned[v_tag] := true;
                    ELSIF v_stands IS NOT NULL THEN
                        v_skipped[v_tag] := v_skipped[v_tag] + 1;
                    ELSE
                        v_added[v_tag] := v_added[v_tag] + 1;
                        v_nth[m] := v_added[v_tag];
                    END IF;
                END LOOP;
            END LOOP;
            IF moved[p] = 0 AND p_key[p] IS NOT NULL THEN
                v_bound := v_bound || p_key[p];
            END IF;
        END LOOP;
    END IF;

    IF v_placed > 0 THEN
        IF 0 = ANY (tag_ids) THEN
            SELECT coalesce(max(tag_id), 0) INTO v_next FROM tags;
            FOR t IN 1 .. cardinality(tag_ids) LOOP
                IF tag_ids[t] = 0 AND v_added[t] > 0 THEN
                    v_next := v_next + 1;
                    tag_ids[t] := v_next;
                END IF;
            END LOOP;
        END IF;
        -- Counted here and not believed: a stream that would get a gap, or a place that it does not have, is NULL.
        INSERT INTO tags (tag_id, tag, head)
        SELECT nullif(tag_ids[g.tag], 0), p_tag[g.tag],
            heads[g.tag] + CASE WHEN max(g.nth) = count(*) THEN count(*) END
        FROM unnest(p_member_tag, v_nth) AS g (tag, nth) WHERE g.nth > 0 GROUP BY g.tag ORDER BY g.tag
        ON CONFLICT (tag) DO UPDATE SET head = excluded.head;

        INSERT INTO event_tags (position, ordinal, tag_id, seq, salt)
        SELECT CASE WHEN v_position IS NULL THEN base + g.fact ELSE v_position[g.fact] END, g.ordinal,
            tag_ids[g.tag], heads[g.tag] + g.nth, g.salt
        FROM unnest(p_member_fact, p_member_ordinal, p_member_tag, v_nth, p_salt) AS g (fact, ordinal, tag, nth, salt)
        WHERE g.nth > 0;

        IF v_placed = 1 AND cardinality(p_fact_home) = 1 THEN
            -- The usual case of a client that waits for its answer: no set to go through.
            v_tail := int8send(base) || int8send(recorded) || int4send(p_fact_members[1]);
            FOR m IN 1 .. p_fact_members[1] LOOP
                v_tag := p_member_tag[m];
                v_tail := v_tail || sha256('\x02'::bytea || p_salt[m] || convert_to(p_tag[v_tag], 'UTF8'))
                    || int8send(heads[v_tag] + v_nth[m]);
            END LOOP;
            v_tag := p_fact_home[1];
            INSERT INTO stored_events
                (notification_id, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)
            VALUES (base + 1, p_tag[v_tag], heads[v_tag] + v_nth[1], p_topic[1], p_state[1], recorded, p_prefix[1],
                sha256('\x00'::bytea || p_prefix[1] || v_tail));
        ELSE
            INSERT INTO stored_events
                (notification_id, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)
            SELECT placed.position, p_tag[placed.home], heads[placed.home] + v_nth[placed.member], placed.topic,
                placed.state, placed.at, placed.prefix,
                sha256('\x00'::bytea || placed.prefix || int8send(placed.position - 1) || int8send(placed.at)
                    || int4send(placed.members) || (
                    SELECT string_agg(
                        sha256('\x02'::bytea || p_salt[m] || convert_to(p_tag[p_member_tag[m]], 'UTF8'))
                        || int8send(heads[p_member_tag[m]] + v_nth[m]), ''::bytea)
                    FROM generate_series(placed.member, placed.member + placed.members - 1) AS m
                ))
            FROM (
                SELECT CASE WHEN v_position IS NULL THEN base + g.f ELSE v_position[g.f] END AS position,
                    CASE WHEN recorded_each IS NULL THEN recorded ELSE recorded_each[g.proposal] END AS at,
                    g.home, g.topic, g.state, g.prefix, g.member, g.members
                FROM unnest(p_fact_proposal, p_fact_home, p_topic, p_state, p_prefix, p_fact_member, p_fact_members)
                    WITH ORDINALITY AS g (proposal, home, topic, state, prefix, member, members, f)
            ) AS placed
            WHERE placed.position IS NOT NULL;
        END IF;

        UPDATE ccm_control.ledgers SET position = base + v_placed WHERE owner = current_user;
    END IF;

    IF p_plain AND v_placed = 1 AND cardinality(p_key) = 1 AND moved IS NULL THEN
        INSERT INTO command_keys (token, content, outcome, positions, ids)
        VALUES (p_key[1], p_content[1], p_outcome[1], ARRAY[base + 1], p_ids[1]);
    ELSIF p_key IS NOT NULL THEN
        INSERT INTO command_keys (token, content, outcome, positions, ids)
        SELECT g.key, g.content, g.outcome, CASE
                WHEN stands_for[g.p] IS NOT NULL THEN ARRAY[stands_for[g.p]]
                WHEN g.facts = 0 THEN g.given::bigint[]
                WHEN g.facts = 1 THEN ARRAY[CASE WHEN v_position IS NULL THEN base + g.first ELSE v_position[g.first] END]
                ELSE ARRAY(
                    SELECT CASE WHEN v_position IS NULL THEN base + f ELSE v_position[f] END
                    FROM generate_series(g.first, g.first + g.facts - 1) AS f
                )
            END, g.ids
        FROM unnest(p_key, p_content, p_outcome, p_given, p_ids, p_first, p_facts)
            WITH ORDINALITY AS g (key, content, outcome, given, ids, first, facts, p)
        WHERE g.key IS NOT NULL AND (moved IS NULL OR moved[g.p] = 0);
    END IF;
    IF p_digest IS NOT NULL THEN
        INSERT INTO reading_sets (digest, content) SELECT * FROM unnest(p_digest, p_reading) ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- --- who may do what ------------------------------------------------------------------------------------------------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA :"schema" FROM PUBLIC;
GRANT USAGE ON SCHEMA :"schema" TO :"writer", :"reader", :"projector";
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"writer", :"reader", :"projector";
GRANT EXECUTE ON FUNCTION append, destroy_keys TO :"writer";
GRANT USAGE ON SCHEMA :"vault" TO :"writer";
GRANT SELECT ON ALL TABLES IN SCHEMA :"vault" TO :"writer";
GRANT INSERT ON :"vault".data_keys TO :"writer";
