-- The tables of ledger.db. Numbered and checksummed: this file never changes after its release, the next one adds.
-- Facts are only ever inserted. The triggers guard against a defect of a program; `verify` finds what they cannot stop.

CREATE TABLE ledger_info (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    ledger_id  TEXT    NOT NULL,
    format     INTEGER NOT NULL,
    simulated  INTEGER NOT NULL CHECK (simulated IN (0, 1)),
    created_at INTEGER NOT NULL -- microseconds since 1970-01-01T00:00:00Z, as everywhere
);

-- The name `rowid` is one that the base library's statements use. It is the position of the fact.
CREATE TABLE stored_events (
    rowid              INTEGER PRIMARY KEY,
    originator_id      TEXT    NOT NULL, -- the home stream
    originator_version INTEGER NOT NULL, -- the number of this fact in its home stream
    topic              TEXT    NOT NULL,
    state              BLOB    NOT NULL, -- the stored body
    recorded_at        INTEGER NOT NULL,
    prefix             BLOB    NOT NULL, -- of the header; holds the commitments, which outlive the keys
    leaf               BLOB    NOT NULL,
    UNIQUE (originator_id, originator_version)
);

CREATE TABLE tags (
    tag_id INTEGER PRIMARY KEY,
    tag    TEXT    NOT NULL UNIQUE,
    head   INTEGER NOT NULL CHECK (head > 0) -- how many facts carry the tag
);

CREATE TABLE event_tags (
    position INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL, -- 0 is the home stream
    tag_id   INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    salt     BLOB    NOT NULL,
    PRIMARY KEY (position, ordinal)
) WITHOUT ROWID;

-- Ends in the primary key, so it answers (tag_id, seq) -> position by itself.
CREATE UNIQUE INDEX event_tags_by_tag ON event_tags (tag_id, seq);

CREATE TABLE command_keys (
    token     TEXT PRIMARY KEY,
    content   BLOB, -- an HMAC; NULL once the content was erased
    outcome   TEXT NOT NULL, -- accepted, unchanged or parked; a CHECK here costs as much as the row
    positions TEXT NOT NULL,
    ids       TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE reading_sets (
    digest  BLOB PRIMARY KEY,
    content BLOB NOT NULL
);

CREATE TABLE refusal_count (
    token    TEXT    PRIMARY KEY,
    position INTEGER NOT NULL, -- of the one fact that stands for all repeats
    count    INTEGER NOT NULL CHECK (count > 0)
) WITHOUT ROWID;

CREATE TRIGGER stored_events_gapless BEFORE INSERT ON stored_events
WHEN NEW.rowid IS NOT (SELECT COALESCE(MAX(rowid), 0) + 1 FROM stored_events)
BEGIN SELECT RAISE(ABORT, 'positions are gapless: a fact is appended at the last position plus one'); END;

CREATE TRIGGER stored_events_no_update BEFORE UPDATE ON stored_events
BEGIN SELECT RAISE(ABORT, 'a fact is never changed: stored_events refuses UPDATE'); END;
CREATE TRIGGER stored_events_no_delete BEFORE DELETE ON stored_events
BEGIN SELECT RAISE(ABORT, 'a fact is never removed: stored_events refuses DELETE'); END;

CREATE TRIGGER event_tags_no_update BEFORE UPDATE ON event_tags
BEGIN SELECT RAISE(ABORT, 'a fact is never changed: event_tags refuses UPDATE'); END;
CREATE TRIGGER event_tags_no_delete BEFORE DELETE ON event_tags
BEGIN SELECT RAISE(ABORT, 'a fact is never removed: event_tags refuses DELETE'); END;

CREATE TRIGGER reading_sets_no_update BEFORE UPDATE ON reading_sets
BEGIN SELECT RAISE(ABORT, 'a fact is never changed: reading_sets refuses UPDATE'); END;
CREATE TRIGGER reading_sets_no_delete BEFORE DELETE ON reading_sets
BEGIN SELECT RAISE(ABORT, 'a fact is never removed: reading_sets refuses DELETE'); END;

CREATE TRIGGER ledger_info_no_update BEFORE UPDATE ON ledger_info
BEGIN SELECT RAISE(ABORT, 'a ledger keeps its id and its kind: ledger_info refuses UPDATE'); END;
CREATE TRIGGER ledger_info_no_delete BEFORE DELETE ON ledger_info
BEGIN SELECT RAISE(ABORT, 'a ledger keeps its id and its kind: ledger_info refuses DELETE'); END;

CREATE TRIGGER tags_only_grow BEFORE UPDATE ON tags
WHEN NEW.head <= OLD.head OR NEW.tag IS NOT OLD.tag OR NEW.tag_id IS NOT OLD.tag_id
BEGIN SELECT RAISE(ABORT, 'a stream only grows: the head of a tag may only go up'); END;
CREATE TRIGGER tags_no_delete BEFORE DELETE ON tags
BEGIN SELECT RAISE(ABORT, 'a stream only grows: tags refuses DELETE'); END;

CREATE TRIGGER command_keys_only_erase BEFORE UPDATE ON command_keys
WHEN NEW.content IS NOT NULL OR NEW.token IS NOT OLD.token OR NEW.outcome IS NOT OLD.outcome
    OR NEW.positions IS NOT OLD.positions OR NEW.ids IS NOT OLD.ids
BEGIN SELECT RAISE(ABORT, 'a key is bound for ever: only its content digest may be blanked'); END;
CREATE TRIGGER command_keys_no_delete BEFORE DELETE ON command_keys
BEGIN SELECT RAISE(ABORT, 'a key is bound for ever: command_keys refuses DELETE'); END;

CREATE TRIGGER refusal_count_only_grows BEFORE UPDATE ON refusal_count
WHEN NEW.count <= OLD.count OR NEW.token IS NOT OLD.token OR NEW.position IS NOT OLD.position
BEGIN SELECT RAISE(ABORT, 'repeats of a refusal only add up: the count may only go up'); END;
CREATE TRIGGER refusal_count_no_delete BEFORE DELETE ON refusal_count
BEGIN SELECT RAISE(ABORT, 'repeats of a refusal only add up: refusal_count refuses DELETE'); END;
