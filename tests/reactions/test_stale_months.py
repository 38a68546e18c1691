"""A month that says something else than was signed is reported once for each signature and what it says now."""

from typing import Any

from commands.intents.care_month import AttestMonth
from commands.intents.reviews import ReportStaleMonth
from commands.opening import adoption
from ledger.rulebook import Edition, shipped_edition
from ledger.streams.care_plan import CarePlanRevised
from tests.commands.world import ADA, ADMIN, COMPLIANCE, NURSE, PATIENT, PRACTICE, enrolled, on, person, utc
from tests.gwt import Given
from tests.reactions.given import MACHINE, MONTH, attestation, found, machine, signed, stale, verdict, worked


def report(**changes: Any) -> ReportStaleMonth:
    return ReportStaleMonth(**{"patient": PATIENT, "month": MONTH, **changes})


def again(ledger: Given) -> Given:
    """The machine, asking on the morning after."""
    return ledger.by(MACHINE).at("2026-04-02T06:00:00+00:00")


def test_a_late_entry_makes_the_month_stale_and_the_finding_says_what_was_signed_and_what_it_says_now() -> None:
    ledger = stale()
    signature = attestation(ledger)

    event = ledger.when(report(because=(30, 31))).event

    assert (PATIENT, MONTH, signature.attestation, ADA) == (
        event.patient,
        event.month,
        event.attestation,
        event.practitioner,
    )
    assert (signature.digest, verdict(ledger).digest) == (event.digest_then, event.digest_now)
    assert (30, 31) == event.because


def test_a_month_as_it_was_signed_is_not_reported() -> None:
    assert "month_not_stale" == signed().when(report()).refused


def test_a_month_that_nobody_signed_is_not_reported() -> None:
    unsigned = again(worked(enrolled().and_(*machine())))

    assert "month_not_stale" == unsigned.when(report()).refused


def test_the_same_finding_is_reported_once() -> None:
    once = stale().then(report())

    then = again(once).when(report(because=(77,)))

    assert (len(once.facts),) == then.unchanged
    assert {"review": found(once).review} == then.ids


def test_a_month_that_changes_again_is_reported_again() -> None:
    once = stale().then(report())
    twice = again(worked(once, "2026-03-21T15:00", "2026-03-21T15:10"))

    then = twice.when(report())

    assert found(once).review != then.event.review
    assert found(once).digest_now != then.event.digest_now


def test_a_month_that_goes_on_to_say_what_was_reported_before_is_not_reported_anew() -> None:
    ledger = stale().then(report())
    first = found(ledger)
    signed_anew = ledger.by(ADA).then(AttestMonth(patient=PATIENT, month=MONTH, digest=verdict(ledger).digest))

    assert "month_not_stale" == again(signed_anew).when(report()).refused
    assert first.attestation != attestation(signed_anew).attestation


def test_a_new_signature_over_which_the_month_changes_is_another_finding() -> None:
    ledger = stale().then(report())
    signed_anew = ledger.by(ADA).then(AttestMonth(patient=PATIENT, month=MONTH, digest=verdict(ledger).digest))
    changed = again(worked(signed_anew, "2026-03-21T15:00", "2026-03-21T15:10"))

    assert attestation(changed).attestation == changed.when(report()).event.attestation


def test_news_about_the_patient_and_not_only_time_makes_a_month_stale() -> None:
    revised = CarePlanRevised(
        patient=PATIENT,
        revision=2,
        revised_at=utc("2026-03-15T16:00"),
        author=NURSE,
        elements=("problem_list",),
        intervention_owners=True,
        review_on=on("2026-12-01"),
    )

    assert again(signed().and_(revised)).when(report()).event.digest_now


def test_a_new_edition_alone_makes_no_month_stale() -> None:
    shipped = shipped_edition()
    other = Edition.of({**dict(shipped.files), "note.toml": b'implements = ["CCM-CODE-01"]\nchecked = 2026-11-21\n'})
    adopted = signed().and_(adoption(shipped, reason="first")).and_(adoption(other, reason="newer"))

    assert "month_not_stale" == again(adopted).when(report()).refused


def test_only_the_machine_reports() -> None:
    ledger = stale().and_(*person(MACHINE, None, None))

    assert {"capacity_missing"} == {ledger.by(actor).when(report()).refused for actor in (COMPLIANCE, ADA, ADMIN)}


def test_a_finding_moves_no_decision() -> None:
    event = stale().when(report()).event

    assert (f"review/{event.review}", f"reviews/{MONTH}", f"reviewed/{PATIENT}") == event.tags()


def test_it_rests_on_everything_that_the_verdict_rests_on() -> None:
    read = stale().when(report()).read

    assert {
        f"patient/{PATIENT}",
        f"care_plan/{PATIENT}",
        f"care_month/{PATIENT}/{MONTH}",
        f"practice/{PRACTICE}",
        f"staff/{NURSE}",
        f"staff_day/{NURSE}/2026-03-20",
    } <= read
