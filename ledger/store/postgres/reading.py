"""What is asked of a ledger's schema, as SQL: rows out, nothing decoded here.

Promise: every query is answered by an index or by position; none gets slower as the ledger grows, apart from those
that answer with more rows. Names of tables are qualified, so one connection serves many ledgers.
"""

from typing import Final

from ledger.store.heads import CATCH_UP_MAX

_ROW: Final = "e.notification_id, e.originator_id, e.originator_version, e.topic, e.state, e.recorded_at, e.prefix"


class Queries:
    """The queries of one ledger."""

    def __init__(self, schema: str) -> None:
        facts = f'"{schema}".stored_events'
        tags, members = f'"{schema}".tags', f'"{schema}".event_tags'
        keys, refusals = f'"{schema}".command_keys', f'"{schema}".refusal_count'
        # One moment for all three: how far the ledger is, which streams moved since, what the keys are bound to.
        self.look = (
            "SELECT last.position, v.destroyed,"
            f" CASE WHEN last.position > %s AND last.position - %s <= {CATCH_UP_MAX} THEN ("
            f"  SELECT jsonb_agg(jsonb_build_array(t.tag, t.tag_id, t.head)) FROM {tags} t WHERE t.tag_id IN ("
            f"   SELECT m.tag_id FROM {members} m WHERE m.position > %s AND m.position <= last.position)) END,"
            " (SELECT jsonb_agg(jsonb_build_array("
            "    k.token, translate(encode(k.content, 'base64'), E'\\n', ''), k.outcome, k.positions, k.ids))"
            f"  FROM {keys} k WHERE k.token = ANY (%s))"
            f" FROM (SELECT coalesce(max(notification_id), 0) AS position FROM {facts}) AS last,"
            f' "{schema}_vault".vault_info v'
        )
        self.blank_contents = f'SELECT "{schema}".blank_contents(%s)'
        self.heads_of = f"SELECT tag, tag_id, head FROM {tags} WHERE tag = ANY (%s)"
        self.stream = (
            f"SELECT {_ROW}, m.seq FROM {members} m JOIN {facts} e ON e.notification_id = m.position"
            " WHERE m.tag_id = %s AND m.seq > %s AND m.position <= %s ORDER BY m.seq LIMIT %s"
        )
        self.together = (
            f"SELECT {_ROW}, e.originator_version FROM {facts} e WHERE e.notification_id IN ("
            f"SELECT m.position FROM {members} m WHERE m.tag_id = ANY (%s) AND m.position <= %s)"
            " ORDER BY e.notification_id"
        )
        self.bodies = (
            f"SELECT m.tag_id, m.position, e.topic, e.state FROM {members} m"
            f" JOIN {facts} e ON e.notification_id = m.position"
            " WHERE m.tag_id = ANY (%s)"
        )
        self.follow = (
            f"SELECT {_ROW}, e.originator_version FROM {facts} e"
            " WHERE e.notification_id > %s ORDER BY e.notification_id LIMIT %s"
        )
        self.at = (
            f"SELECT {_ROW}, e.originator_version FROM {facts} e"
            " WHERE e.notification_id = ANY (%s) ORDER BY e.notification_id"
        )
        self.state_at = f"SELECT state FROM {facts} WHERE notification_id = %s"
        self.last = f"SELECT coalesce(max(notification_id), 0) FROM {facts}"
        self.recorded_at = f"SELECT recorded_at FROM {facts} WHERE notification_id = %s"
        self.tags_of = (
            f"SELECT t.tag, m.seq FROM {members} m JOIN {tags} t ON t.tag_id = m.tag_id"
            " WHERE m.position = %s ORDER BY m.ordinal"
        )
        self.salted = (
            f"SELECT m.position, t.tag, m.seq, m.salt FROM {members} m JOIN {tags} t ON t.tag_id = m.tag_id"
            " WHERE m.position = ANY (%s) ORDER BY m.position, m.ordinal"
        )
        self.tags_starting = f"SELECT tag FROM {tags} WHERE tag >= %s AND tag < %s ORDER BY tag"
        self.reading_set = f'SELECT content FROM "{schema}".reading_sets WHERE digest = %s'
        self.refusal_counts = f"SELECT token, position, count FROM {refusals} WHERE position > %s ORDER BY position"
        self.info = f'SELECT ledger_id, format, clock, created_at FROM "{schema}".ledger_info'
        self.stats = "SELECT " + ", ".join(
            f"(SELECT count(*) FROM {table})" for table in (facts, tags, keys, f'"{schema}".reading_sets', refusals)
        )
