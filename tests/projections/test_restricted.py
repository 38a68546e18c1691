"""Words that were recorded about the wrong patient are restricted, and each patient is shown the own words only."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from ledger.store.engine import StoredReadModels
from ledger.streams.base import Event
from ledger.streams.care_month import EntryContent
from ledger.streams.care_plan import PlanRevisionStruck, SignatureAttested, SignatureWords
from ledger.streams.merging import MergeWords, PatientsMerged
from ledger.streams.patient import ConditionRecorded, ConditionWords, PatientRegistered
from ledger.streams.time_changes import ChangeWords, DisputeSettled, LateEntryApproved, TimeMoved, TimeStruck
from ledger.streams.upcast import EVENTS
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck, MoveWords, StrikeWords, StruckFor
from ledger.terms.people import Role
from projections.follow import Follower
from projections.happened import patients_of
from projections.judged import AdoptedRulebooks
from projections.patient_history import history
from projections.questions import audit
from projections.restricted import _ABOUT, _MOVES, _STRIKES, RESTRICTED_TEXT
from tests.projections.company import BILLER, NAME, NURSES, an_id, set_up, time
from tests.projections.fake_log import FakeLog, envelope

WRONG, RIGHT = an_id("pt", 1), an_id("pt", 2)
CONDITION = an_id("cd", 1)
TEXT = "Seen on the film of 3 May."
RECORDED = ConditionRecorded(
    patient=WRONG, condition=CONDITION, icd10="I10", onset_on=date(2020, 5, 3), words=ConditionWords(description=TEXT)
)
MOVED = ConditionMoved(
    patient=RIGHT,
    condition=CONDITION,
    icd10="I10",
    onset_on=date(2020, 5, 3),
    words=ConditionWords(description=TEXT),
    from_patient=WRONG,
    reason=MoveWords(reason="The film was another's."),
)


def log_of(*events: Event) -> FakeLog:
    log = FakeLog()
    registered = (PatientRegistered(patient=who, links=()) for who in (WRONG, RIGHT))
    for event in (*set_up(), *registered, *events):
        log.add(event, envelope(BILLER, "record", capacity=Role.COMPLIANCE))
    return log


def words_of(log: FakeLog, patient: str, as_of: int | None = None) -> list[Sequence[tuple[str, str]]]:
    lines = history(log, patient, as_of=as_of, open_words=log.open_words)
    return [line.words for line in lines if line.topic != "patient_registered"]


def test_words_of_a_moved_condition_are_restricted_where_they_were_wrong_and_shown_where_they_are_right() -> None:
    log = log_of(RECORDED, MOVED)

    assert [
        (("words", RESTRICTED_TEXT),),
        (("words", RESTRICTED_TEXT), ("reason", "The film was another's.")),
    ] == words_of(log, WRONG)
    assert [(("description", TEXT), ("reason", RESTRICTED_TEXT))] == words_of(log, RIGHT)


def test_before_the_move_they_are_shown() -> None:
    assert [(("description", TEXT),)] == words_of(log_of(RECORDED), WRONG)


def test_asking_as_of_before_the_move_does_not_show_them_again() -> None:
    log = log_of(RECORDED, MOVED)

    assert [(("words", RESTRICTED_TEXT),)] == words_of(log, WRONG, as_of=len(log.facts) - 1)


@pytest.mark.parametrize(
    ("reason", "shown"), [("wrong_patient", ("words", RESTRICTED_TEXT)), ("recorded_twice", ("description", TEXT))]
)
def test_a_strike_restricts_where_the_patient_was_wrong(reason: StruckFor, shown: tuple[str, str]) -> None:
    struck = ConditionStruck(patient=WRONG, condition=CONDITION, reason=reason, words=StrikeWords(evidence="Letter."))

    assert [(shown,), (("evidence", "Letter."),)] == words_of(log_of(RECORDED, struck), WRONG)


def test_the_trail_restricts_them_too(models: StoredReadModels) -> None:
    log = log_of(RECORDED, MOVED)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    page = audit(log, models, patient=WRONG, open_words=log.open_words)
    told = [text for entry in page.entries for _, text in entry.line.words]

    assert TEXT not in told
    assert RESTRICTED_TEXT in told


def test_both_patients_of_a_fact_find_it_in_the_trail(models: StoredReadModels) -> None:
    log = log_of(RECORDED, MOVED)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    found = [[e.row.topic for e in audit(log, models, patient=who).entries] for who in (WRONG, RIGHT)]

    assert ["condition_moved", "condition_moved"] == [actions[-1] for actions in found]
    assert (RIGHT, WRONG) == patients_of(MOVED)


def test_a_merge_shows_each_of_both_the_evidence_once_and_who_goes_on() -> None:
    words = MergeWords(evidence="One passport.")
    merged = PatientsMerged(patient=RIGHT, merged=WRONG, words=words, words_of_merged=words)
    log = log_of(merged)
    line = history(log, WRONG)[-1]

    assert [(("evidence", "One passport."),)] == words_of(log, WRONG) == words_of(log, RIGHT)
    assert (("patient", RIGHT), ("merged", WRONG)) == line.details


def test_words_of_moved_time_are_restricted_in_the_months_it_left() -> None:
    logged = time(WRONG, 1, NURSES[0], datetime(2026, 3, 10, 15, tzinfo=UTC), 1200)
    content = {name: getattr(logged, name) for name in EntryContent.model_fields}
    moved = TimeMoved(
        **{**content, "patient": RIGHT, "entry": an_id("te", 2)},
        left_months=("2026-03",),
        from_patient=WRONG,
        from_entry=logged.entry,
        reason=ChangeWords(reason="Wrong chart."),
    )
    log = log_of(logged, moved)

    assert [(("words", RESTRICTED_TEXT),)] == words_of(log, WRONG)[:1]
    assert [(("description", NAME), ("reason", RESTRICTED_TEXT))] == words_of(log, RIGHT)
    assert (("patient", "another patient"), ("from patient", WRONG)) == history(log, WRONG)[-1].details[:2]


def test_what_compliance_said_of_an_entry_and_a_signature_on_a_revision_are_restricted_with_it() -> None:
    of_entry = {"patient": WRONG, "entry": an_id("te", 1), "months": ("2026-03",), "words": ChangeWords(reason=TEXT)}
    struck = TimeStruck(reason="wrong_patient", performer=NURSES[0], days=(date(2026, 3, 3),), **of_entry)  # type: ignore[arg-type]
    signed = SignatureAttested(
        patient=WRONG,
        revision=1,
        practitioner=BILLER,
        attested_at=datetime(2026, 3, 5, tzinfo=UTC),
        words=SignatureWords(statement=TEXT),
    )
    log = log_of(
        DisputeSettled(by=BILLER, outcome="entry_stands", **of_entry),  # type: ignore[arg-type]
        LateEntryApproved(by=BILLER, **of_entry),  # type: ignore[arg-type]
        signed,
        struck,
        PlanRevisionStruck(patient=WRONG, revision=1, reason="wrong_patient", words=StrikeWords(evidence="Letter.")),
    )
    shown = {line.topic: line.words for line in history(log, WRONG, open_words=log.open_words)}

    assert {shown[topic] for topic in ("dispute_settled", "late_entry_approved", "signature_attested")} == {
        (("words", RESTRICTED_TEXT),)
    }


def test_what_was_moved_or_struck_names_its_item_by_fields_that_the_events_have() -> None:
    for topics in (_ABOUT, _MOVES, _STRIKES):
        for topic, (_, *named) in topics.items():
            assert set(named) <= set(EVENTS[topic].model_fields), topic
