"""Verification: each way of tampering with a copy of a ledger has its own verdict, and a whole ledger has none."""

from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.proof.merkle import root_of
from ledger.store.connection import Ledger, Place
from ledger.store.fsck import FINDINGS_MAX, verify
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Named
from ledger.streams.access import RecordRead
from ledger.streams.base import CommandKey, Origin, identity_scope
from ledger.streams.erasure import ErasureBegun, ErasureDone
from ledger.terms.identity import patient_tag
from tests.store.recorders import base_recorder
from tests.store.sample import (
    CANARY,
    NOON,
    NURSE,
    OTHER_PATIENT,
    PATIENT,
    StandingClock,
    assigned,
    envelope,
    place_of,
    proposal,
    registered,
    reported,
)
from tests.store.tampering import Run, edit, found, tamper, tampered
from tests.store.vaults import vault_at

ERASURE = "er_aaaaaaaaaaaaaaaaaaaaaaaaaa"
READINGS = b"[]"
READINGS_DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def fill(ledger: Ledger, clock: StandingClock) -> None:
    ledger.append([proposal(registered(), key="k1", origin=Origin(key="k1"))])
    clock.advance(1)
    ledger.append([proposal(registered(OTHER_PATIENT, token="f" * 32), once="o")])
    clock.advance(1)
    with_readings = proposal(assigned(), by=envelope(readings=READINGS_DIGEST))
    ledger.append([with_readings._replace(readings=READINGS), proposal(reported(given="Other"), key="k4")])
    look = RecordRead(reader=NURSE, on=NOON.date(), question="history", patients=(PATIENT,))
    ledger.append([proposal(look)])


@pytest.fixture
def place(ledger: Ledger, clock: StandingClock) -> Place:
    """Where a closed ledger of five facts is."""
    fill(ledger, clock)
    ledger.close()
    return place_of(ledger)


def test_a_whole_ledger_has_no_findings(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    told: list[tuple[int, int]] = []

    result = verify(ledger, lambda done, total: told.append((done, total)))

    assert result.is_sound
    assert (result.facts, result.erased, result.further) == (5, 0, 0)
    assert told == [(5, 5)]


def test_an_empty_ledger_is_whole(ledger: Ledger) -> None:
    assert verify(ledger).is_sound


def test_the_root_is_that_of_the_stored_leaves(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    with ledger.engine.snapshot() as stored:
        leaves = [row[7] for row in stored.facts()]

    assert len(leaves) == 5
    assert verify(ledger).root == root_of(leaves).hex()


def test_a_clean_verification_says_what_it_does_not_prove(ledger: Ledger) -> None:
    said = " ".join(verify(ledger).not_proven)

    assert "outside witness" in said
    assert "covered by no proof" in said
    assert "cut off at the end" in said


def test_erased_words_are_counted_and_are_no_damage(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    ledger.append([proposal(begun())])
    ledger.vault.destroy([identity_scope(PATIENT)])

    result = verify(ledger)

    assert result.is_sound
    assert result.erased == 2


def test_a_key_that_no_erasure_took_is_found_at_the_first_words_that_are_gone(
    ledger: Ledger, clock: StandingClock
) -> None:
    fill(ledger, clock)
    ledger.vault.destroy([identity_scope(PATIENT)])

    gone = verify(ledger).findings

    assert [(each.verdict, each.position, each.named) for each in gone] == [(Verdict.KEY_DESTROYED, 1, Named.DELETED)]


def test_a_key_that_is_there_although_its_erasure_is_done_is_found(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    ledger.append([proposal(begun(), done())])

    alive = verify(ledger).findings

    assert [(each.verdict, each.position, each.named) for each in alive] == [(Verdict.KEY_ALIVE, 7, Named.ROLLED_BACK)]


def test_an_erasure_that_was_begun_and_is_not_done_may_have_its_keys_still(
    ledger: Ledger, clock: StandingClock
) -> None:
    fill(ledger, clock)
    ledger.append([proposal(begun())])

    assert verify(ledger).is_sound


def begun() -> ErasureBegun:
    return ErasureBegun(patient=PATIENT, erasure=ERASURE, scopes=(identity_scope(PATIENT),))


def done() -> ErasureDone:
    return ErasureDone(
        patient=PATIENT,
        erasure=ERASURE,
        scopes=(identity_scope(PATIENT),),
        facts=2,
        parts=2,
        command_keys=0,
        certificate="ab" * 32,
    )


def test_no_finding_repeats_what_was_sealed(place: Place) -> None:
    findings = tampered(place, edit("state", 1, lambda state: state[:-1] + bytes([state[-1] ^ 1])))

    assert findings
    assert CANARY not in repr(findings)


# --- the body -----------------------------------------------------------------------------------------


def test_an_edited_clear_part_is_found(place: Place) -> None:
    findings = tampered(place, edit("state", 3, lambda state: state.replace(b"2026-03-02", b"2026-02-02")))

    assert found(findings) == {("header_differs", 3)}


def test_an_edited_envelope_is_found(place: Place) -> None:
    findings = tampered(place, edit("state", 3, lambda state: state.replace(b"import-login", b"other--login")))

    assert found(findings) == {("header_differs", 3)}


def test_an_edited_actor_is_found_twice_over(place: Place) -> None:
    forged = b"st_zzzzzzzzzzzzzzzzzzzzzzzzzz"
    findings = tampered(place, edit("state", 3, lambda state: state.replace(NURSE.encode(), forged)))

    assert found(findings) == {("header_differs", 3), ("tags_differ", 3)}


def test_a_body_that_is_cut_short_is_found(place: Place) -> None:
    assert found(tampered(place, edit("state", 2, lambda state: state[:-1]))) == {("body_damaged", 2)}


def test_a_clear_part_that_makes_no_event_is_found(place: Place) -> None:
    findings = tampered(place, edit("state", 3, lambda state: state.replace(b'"practice"', b'"praktice"')))

    assert ("body_damaged", 3) in found(findings)


def test_an_envelope_that_is_none_is_found(place: Place) -> None:
    findings = tampered(place, edit("state", 3, lambda state: state.replace(b'"actor"', b'"aktor"')))

    assert ("body_damaged", 3) in found(findings)


def test_a_flipped_bit_of_a_ciphertext_is_found(place: Place) -> None:
    findings = tampered(place, edit("state", 1, lambda state: state[:-1] + bytes([state[-1] ^ 1])))

    assert found(findings) == {("header_differs", 1), ("words_do_not_open", 1)}


def test_words_shifted_to_another_scope_are_found(place: Place) -> None:
    findings = tampered(place, edit("state", 1, lambda state: state.replace(b"/identity", b"/1dentity")))

    assert found(findings) == {("header_differs", 1)}


def test_another_kind_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE stored_events SET topic = 'demographics_reported' WHERE rowid = 3")

    assert ("header_differs", 3) in found(findings)


def test_an_unknown_kind_asks_for_a_newer_program(place: Place) -> None:
    findings = tampered(place, "UPDATE stored_events SET topic = 'moon_landed' WHERE rowid = 3")

    assert ("newer_program", 3) in found(findings)


# --- the header and the leaf --------------------------------------------------------------------------


def test_an_edited_commitment_is_found(place: Place) -> None:
    findings = tampered(place, edit("prefix", 1, lambda prefix: prefix[:-1] + bytes([prefix[-1] ^ 1])))

    assert found(findings) == {("leaf_differs", 1), ("commitment_differs", 1)}


def test_a_header_that_is_none_is_found(place: Place) -> None:
    assert found(tampered(place, edit("prefix", 1, lambda prefix: prefix[:-1]))) == {
        ("leaf_differs", 1),
        ("header_differs", 1),
    }


def test_an_edited_leaf_is_found(place: Place) -> None:
    assert found(tampered(place, "UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 2")) == {
        ("leaf_differs", 2)
    }


def test_an_edited_time_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE stored_events SET recorded_at = recorded_at + 1 WHERE rowid = 2")

    assert found(findings) == {("leaf_differs", 2)}


def test_a_time_before_the_fact_that_precedes_it_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE stored_events SET recorded_at = 1 WHERE rowid = 3")

    assert found(findings) == {("leaf_differs", 3), ("time_runs_back", 3)}


def test_another_class_in_the_header_is_found(place: Place) -> None:
    findings = tampered(place, edit("prefix", 3, lambda prefix: prefix.replace(b"record", b"access")))

    assert found(findings) == {("leaf_differs", 3), ("class_rule", 3)}


# --- tags, streams and positions ----------------------------------------------------------------------


def test_an_edited_salt_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE event_tags SET salt = zeroblob(16) WHERE position = 2 AND ordinal = 1")

    assert found(findings) == {("leaf_differs", 2)}


def test_a_removed_tag_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM event_tags WHERE position = 3 AND ordinal = 1")

    assert found(findings) == {("leaf_differs", 3), ("tags_differ", 3), ("stream_gap", 4)}


def test_a_removed_home_tag_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM event_tags WHERE position = 3 AND ordinal = 0")

    assert ("tags_differ", 3) in found(findings)


def test_a_fact_moved_to_another_stream_is_found(place: Place) -> None:
    findings = tampered(
        place,
        "UPDATE event_tags SET tag_id = (SELECT tag_id FROM tags WHERE tag LIKE 'patient/pt_b%'), seq = 2"
        " WHERE position = 4 AND ordinal = 0",
    )

    assert {("home_differs", 4), ("leaf_differs", 4), ("tags_differ", 4)} <= found(findings)
    assert "head_differs" in {verdict for verdict, _ in found(findings)}


def test_a_look_at_a_chart_given_a_decision_stream_is_found(place: Place) -> None:
    findings = tampered(
        place,
        "UPDATE event_tags SET tag_id = (SELECT tag_id FROM tags WHERE tag LIKE 'patient/pt_a%'), seq = 4"
        " WHERE position = 5 AND ordinal = 1",
    )

    assert ("class_rule", 5) in found(findings)


def test_an_edited_home_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE stored_events SET originator_version = 9 WHERE rowid = 3")

    assert found(findings) == {("home_differs", 3)}


def test_an_edited_head_is_found_with_its_stream(place: Place) -> None:
    findings = tampered(place, f"UPDATE tags SET head = 9 WHERE tag = '{patient_tag(PATIENT)}'")

    assert [(finding.verdict, finding.tag) for finding in findings] == [(Verdict.HEAD_DIFFERS, patient_tag(PATIENT))]


def test_a_stream_without_facts_is_found(place: Place) -> None:
    findings = tampered(place, "INSERT INTO tags (tag_id, tag, head) VALUES (99, 'patient/nobody', 1)")

    assert [(finding.verdict, finding.tag) for finding in findings] == [(Verdict.HEAD_DIFFERS, "patient/nobody")]


def test_a_tag_that_lost_its_name_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM tags WHERE tag LIKE 'identifier/0%'")

    assert ("tags_differ", 1) in found(findings)


def test_facts_of_a_stream_out_of_order_are_found(place: Place) -> None:
    swap = "UPDATE event_tags SET seq = seq + {} WHERE position = {} AND ordinal = 0"
    findings = tampered(place, swap.format(90, 3), swap.format(-1, 4), swap.format(-89, 3))

    assert {("stream_gap", 3), ("leaf_differs", 3), ("leaf_differs", 4), ("home_differs", 3)} <= found(findings)


def test_a_fact_removed_from_the_middle_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM stored_events WHERE rowid = 2")

    assert found(findings) == {("position_gap", 3), ("tags_differ", 2)}


def test_a_fact_removed_from_the_middle_with_its_tags_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM stored_events WHERE rowid = 2", "DELETE FROM event_tags WHERE position = 2")

    assert {("position_gap", 3), ("head_differs", None)} <= found(findings)


def test_facts_cut_off_at_the_end_are_found_by_what_points_to_them(place: Place) -> None:
    findings = tampered(place, "DELETE FROM stored_events WHERE rowid >= 4")

    assert found(findings) == {("tags_differ", 4), ("tags_differ", 5), ("key_dangles", None)}


def test_facts_cut_off_at_the_end_with_their_tags_are_found_by_their_heads(place: Place) -> None:
    findings = tampered(
        place, "DELETE FROM stored_events WHERE rowid >= 5", "DELETE FROM event_tags WHERE position >= 5"
    )

    assert {finding.verdict for finding in findings} == {Verdict.HEAD_DIFFERS}


def test_an_inserted_fact_is_found(place: Place) -> None:
    findings = tampered(
        place,
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)"
        " SELECT 6, originator_id, 77, topic, state, recorded_at, prefix, leaf"
        " FROM stored_events WHERE rowid = 3",
    )

    assert ("tags_differ", 6) in found(findings)


def test_a_fact_inserted_through_the_base_library_is_found(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    with base_recorder(ledger) as recorder:
        recorder.insert_events([StoredEvent("patient/x", 1, "patient_registered", b"")])

    assert found(list(verify(ledger).findings)) == {("tags_differ", 6), ("body_damaged", 6)}


def test_two_facts_that_changed_places_are_found(place: Place) -> None:
    move = "UPDATE stored_events SET rowid = {} WHERE rowid = {}"
    findings = tampered(place, move.format(99, 3), move.format(3, 4), move.format(4, 99))

    assert {("leaf_differs", 3), ("leaf_differs", 4)} <= found(findings)


# --- beside the facts ---------------------------------------------------------------------------------


def test_a_key_that_points_nowhere_is_found(place: Place) -> None:
    positions = "'[77]'" if isinstance(place, Path) else "'{77}'"

    findings = tampered(place, f"UPDATE command_keys SET positions = {positions}")

    assert {finding.verdict for finding in findings} == {Verdict.KEY_DANGLES}


def keyed(ledger: Ledger) -> Place:
    """A closed ledger of two facts, each recorded under a key that its envelope names."""
    for key in ("k1", "k2"):
        token = ledger.token("#key", key)
        named = proposal(assigned(), by=envelope(key=token))
        ledger.append([named._replace(key=CommandKey(token, bytes(32)))])
    ledger.close()
    return place_of(ledger)


def test_a_key_bound_to_a_fact_of_another_key_is_found(ledger: Ledger) -> None:
    place = keyed(ledger)
    to_the_first = "'[1]'" if isinstance(place, Path) else "'{1}'"

    findings = tampered(place, f"UPDATE command_keys SET positions = {to_the_first}")

    assert found(findings) == {("key_differs", 2)}


def test_a_key_that_is_gone_is_found_at_the_fact_that_names_it(ledger: Ledger) -> None:
    findings = tampered(keyed(ledger), "DELETE FROM command_keys")

    assert found(findings) == {("key_unbound", 1), ("key_unbound", 2)}


def test_a_count_of_refusals_that_points_nowhere_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE refusal_count SET position = 77")

    assert {finding.verdict for finding in findings} == {Verdict.KEY_DANGLES}


def test_edited_readings_are_found(place: Place) -> None:
    findings = tampered(place, "UPDATE reading_sets SET content = '[1]'")

    assert [finding.verdict for finding in findings] == [Verdict.READING_SET_DIFFERS]


def test_missing_readings_are_found_at_the_decision_that_rests_on_them(place: Place) -> None:
    assert found(tampered(place, "DELETE FROM reading_sets")) == {("reading_set_missing", 3)}


def test_a_vault_that_lost_a_key_is_found(place: Place) -> None:
    findings = tampered(place, "DELETE FROM data_keys WHERE scope LIKE 'pt_b%'", of_vault=True)

    assert found(findings) == {("key_missing", 2)}


def test_a_key_that_does_not_unwrap_is_found(place: Place) -> None:
    findings = tampered(place, "UPDATE data_keys SET wrapped = zeroblob(60) WHERE scope LIKE 'pt_b%'", of_vault=True)

    assert found(findings) == {("key_unreadable", 2)}


def test_another_data_key_does_not_open_the_words(place: Place) -> None:
    def exchange(run: Run) -> None:
        run("DELETE FROM data_keys WHERE scope LIKE 'pt_b%'")
        vault = vault_at(place, seed="forged")
        vault.ensure([identity_scope(OTHER_PATIENT)])
        vault.close()

    assert found(tampered(place, exchange, of_vault=True)) == {("words_do_not_open", 2)}


# --- the schema ---------------------------------------------------------------------------------------


def test_a_migration_whose_text_changed_under_an_open_ledger_is_found(ledger: Ledger) -> None:
    tamper(place_of(ledger), "UPDATE migrations SET sha256 = zeroblob(32)")

    assert [finding.verdict for finding in verify(ledger).findings] == [Verdict.SCHEMA_DIFFERS]


def test_more_findings_than_anybody_reads_are_counted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.fsck.FINDINGS_MAX", 2)
    ledger.append([proposal(assigned()) for _ in range(5)])
    tamper(place_of(ledger), "UPDATE stored_events SET leaf = zeroblob(32)")

    result = verify(ledger)

    assert (len(result.findings), result.further) == (2, 3)
    assert FINDINGS_MAX == 1_000
