-- The append: the one way in which facts come into a ledger. One call is one group of proposals and one commit.
-- It locks, checks every read set and key, gives positions, numbers and time, computes the leaves and inserts; see
-- ledger/store/append.py for what it promises and docs/formats.md for the bytes of the header's tail.
--
-- The group comes flat, in arrays. p_tag names every stream of the group once, those that facts carry first (p_carried
-- of them); all other arrays point into it, into the proposals, or into the facts, counting from 1 and in order.
-- p_head is what a decision expects of a stream, less what earlier proposals of the group add to it: so a stream either
-- stands where everybody expects it or it does not.

CREATE FUNCTION append(
    p_destroyed bigint, p_now bigint, p_carried integer, p_tag text[],
    p_check_proposal integer[], p_check_tag integer[], p_head bigint[],
    p_key text[], p_same_key boolean, p_content bytea[], p_outcome text[], p_given text[], p_ids text[],
    p_once text[], p_clock bigint[], p_first integer[], p_facts integer[],
    p_fact_home integer[], p_topic text[], p_state bytea[], p_prefix bytea[],
    p_member_fact integer[], p_member_ordinal integer[], p_member_tag integer[], p_salt bytea[],
    p_digest bytea[], p_reading bytea[],
    OUT keys_moved boolean, OUT base bigint, OUT recorded bigint, OUT recorded_each bigint[],
    OUT moved integer[], OUT stands_for bigint[], OUT tag_ids bigint[], OUT heads bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = :"schema", :"vault", pg_temp
-- Planned once, for a ledger of any size: while tables are young their statistics would call for scans.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    v_name text; v_clock text; v_destroyed bigint; v_next bigint;
    v_bound text[]; v_position bigint[]; v_tail bytea[]; v_home_seq bigint[];
    v_poisoned boolean[]; v_skipped bigint[];
    v_placed integer := 0; v_check integer := 1; v_member integer := 1; v_tag integer; v_stands bigint;
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        RAISE EXCEPTION 'what is acknowledged must be durable: synchronous_commit is off' USING ERRCODE = 'CCM01';
    ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'an append sees what was committed before it: isolation must be read committed'
            USING ERRCODE = 'CCM02';
    END IF;
    LOCK TABLE append_lock IN EXCLUSIVE MODE;
    SELECT i.name, i.clock, v.destroyed INTO v_name, v_clock, v_destroyed FROM ledger_info i, vault_info v;
    keys_moved := v_destroyed <> p_destroyed;
    IF keys_moved THEN
        RETURN;
    END IF;
    SELECT notification_id, recorded_at INTO base, recorded FROM stored_events ORDER BY notification_id DESC LIMIT 1;
    base := coalesce(base, 0);
    recorded := coalesce(recorded, 0);
    IF p_clock IS NULL THEN
        recorded := greatest(recorded, CASE v_clock WHEN 'server'
            THEN (extract(epoch FROM clock_timestamp()) * 1000000)::bigint ELSE p_now END);
    ELSIF v_clock = 'lines' THEN
        FOR p IN 1 .. cardinality(p_clock) LOOP
            recorded := greatest(recorded, coalesce(p_clock[p], p_now));
            recorded_each[p] := recorded;
        END LOOP;
    ELSE
        RAISE EXCEPTION 'only a simulated ledger takes its clock from the input' USING ERRCODE = 'CCM03';
    END IF;

    SELECT array_agg(coalesce(t.tag_id, 0) ORDER BY g.i), array_agg(coalesce(t.head, 0) ORDER BY g.i)
    INTO tag_ids, heads
    FROM unnest(p_tag) WITH ORDINALITY AS g (tag, i) LEFT JOIN tags t ON t.tag = g.tag;
    v_bound := ARRAY(SELECT token FROM command_keys WHERE token = ANY (p_key));

    IF cardinality(v_bound) = 0 AND NOT p_same_key AND p_once IS NULL AND NOT EXISTS (
        SELECT FROM unnest(p_check_tag, p_head) AS c (tag, head) WHERE heads[c.tag] <> c.head
    ) THEN
        v_placed := cardinality(p_fact_home);
        v_position := ARRAY(SELECT base + i FROM generate_series(1, v_placed) AS i);
    ELSE
        -- Somebody's condition does not hold, or may not: each proposal in its turn.
        v_position := array_fill(NULL::bigint, ARRAY[cardinality(p_fact_home)]);
        v_poisoned := array_fill(false, ARRAY[cardinality(p_tag)]);
        v_skipped := array_fill(0::bigint, ARRAY[cardinality(p_tag)]);
        FOR p IN 1 .. cardinality(p_facts) LOOP
            moved[p] := CASE WHEN p_key[p] = ANY (v_bound) THEN -1 ELSE 0 END;
            WHILE p_check_proposal[v_check] = p LOOP
                v_tag := p_check_tag[v_check];
                IF moved[p] = 0 AND (v_poisoned[v_tag] OR heads[v_tag] - v_skipped[v_tag] <> p_head[v_check]) THEN
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
            FOR f IN p_first[p] .. p_first[p] + p_facts[p] - 1 LOOP
                IF moved[p] = 0 AND v_stands IS NULL THEN
                    v_placed := v_placed + 1;
                    v_position[f] := base + v_placed;
                END IF;
                WHILE p_member_fact[v_member] = f LOOP
                    v_tag := p_member_tag[v_member];
                    IF moved[p] <> 0 THEN
                        -- What was decided after it rested on facts that are not there, even where numbers agree.
                        v_poisoned[v_tag] := true;
                    ELSIF v_stands IS NOT NULL THEN
                        v_skipped[v_tag] := v_skipped[v_tag] + 1;
                    END IF;
                    v_member := v_member + 1;
                END LOOP;
            END LOOP;
            IF moved[p] = 0 AND p_key[p] IS NOT NULL THEN
                v_bound := v_bound || p_key[p];
            END IF;
        END LOOP;
    END IF;

    IF v_placed > 0 THEN
        IF 0 = ANY (tag_ids[1 : p_carried]) THEN
            SELECT coalesce(max(tag_id), 0) INTO v_next FROM tags;
            FOR t IN 1 .. p_carried LOOP
                IF tag_ids[t] = 0 THEN
                    v_next := v_next + 1;
                    tag_ids[t] := v_next;
                END IF;
            END LOOP;
        END IF;
        WITH member AS MATERIALIZED (
            SELECT v_position[g.fact] AS position, g.fact, g.ordinal, g.tag, g.salt,
                heads[g.tag] + row_number() OVER (PARTITION BY g.tag ORDER BY g.fact) AS seq
            FROM unnest(p_member_fact, p_member_ordinal, p_member_tag, p_salt) AS g (fact, ordinal, tag, salt)
            WHERE v_position[g.fact] IS NOT NULL
        ), numbered AS (
            INSERT INTO event_tags (position, ordinal, tag_id, seq, salt)
            SELECT position, ordinal, tag_ids[tag], seq, salt FROM member ORDER BY position, ordinal
        ), grown AS (
            INSERT INTO tags (tag_id, tag, head)
            SELECT tag_ids[tag], p_tag[tag], max(seq) FROM member GROUP BY tag ORDER BY tag
            ON CONFLICT (tag) DO UPDATE SET head = excluded.head
            RETURNING tag, head
        ), entry AS (
            SELECT position, ordinal, seq,
                sha256('\x02'::bytea || salt || convert_to(p_tag[tag], 'UTF8')) || int8send(seq) AS bytes
            FROM member
        ), tail AS (
            SELECT position, max(seq) FILTER (WHERE ordinal = 0) AS home_seq,
                int4send(count(*)::integer) || string_agg(bytes, ''::bytea ORDER BY ordinal > 0, bytes) AS bytes
            FROM entry GROUP BY position
        )
        SELECT array_agg(bytes ORDER BY position), array_agg(home_seq ORDER BY position)
        INTO v_tail, v_home_seq FROM tail;

        INSERT INTO stored_events
            (notification_id, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)
        SELECT position, home, home_seq, topic, state, at, prefix,
            sha256('\x00'::bytea || prefix || int8send(position - 1) || int8send(at) || v_tail[position - base])
        FROM (
            SELECT v_position[g.i] AS position, p_tag[g.home] AS home, v_home_seq[v_position[g.i] - base] AS home_seq,
                g.topic, g.state, g.prefix, coalesce(recorded_each[g.proposal], recorded) AS at
            FROM unnest(p_fact_home, p_topic, p_state, p_prefix, ARRAY(
                SELECT p FROM generate_series(1, cardinality(p_facts)) AS p, generate_series(1, p_facts[p]) AS k
                ORDER BY p, k
            )) WITH ORDINALITY AS g (home, topic, state, prefix, proposal, i)
            WHERE v_position[g.i] IS NOT NULL
        ) AS placed
        ORDER BY position;
        UPDATE ccm_control.ledgers SET position = base + v_placed WHERE name = v_name;
    END IF;

    INSERT INTO command_keys (token, content, outcome, positions, ids)
    SELECT g.key, g.content, g.outcome, CASE
            WHEN stands_for[g.p] IS NOT NULL THEN ARRAY[stands_for[g.p]]
            WHEN g.facts = 0 THEN g.given::bigint[]
            ELSE ARRAY(SELECT v_position[f] FROM generate_series(g.first, g.first + g.facts - 1) AS f)
        END, g.ids
    FROM unnest(p_key, p_content, p_outcome, p_given, p_ids, p_first, p_facts)
        WITH ORDINALITY AS g (key, content, outcome, given, ids, first, facts, p)
    WHERE g.key IS NOT NULL AND (moved IS NULL OR moved[g.p] = 0);
    IF cardinality(p_digest) > 0 THEN
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
