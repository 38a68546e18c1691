"""The signatures on the months of two patients who turn out to be one: which of them stands, and what withdraws it."""

from datetime import timedelta

from ledger.streams.attesting import AttestationWithdrawn
from ledger.streams.patient import PatientRegistered
from tests.facts import Chart, opaque
from tests.judging.test_merged import FIRST, MORNING, OTHER, THIRD, attested, chart_of, merge, speaking_of, verdict_of


def both_signed() -> Chart:
    """The month of the one was signed, and then that of the other."""
    chart = chart_of(OTHER)
    with speaking_of(chart, FIRST):
        for part in ("assignment", "conditions", "risk", "visit", "coverage", "consent", "designation", "plan"):
            getattr(chart, f"_{part}")()
    chart.patient = FIRST
    chart.time(MORNING, 25)
    chart.time("2026-03-10 10:00", 25, who="other")
    attested(chart, FIRST)
    attested(chart, OTHER)
    return chart


def withdraw(chart: Chart, signed_for: str, by: str | None = None) -> None:
    name = opaque("at", by or f"signed for {signed_for}")
    chart.tell(
        AttestationWithdrawn(
            patient=signed_for, month="2026-03", attestation=name, by=opaque("st", "MD"), reason="wrong_content"
        )
    )


def standing(chart: Chart) -> tuple[str, str | None]:
    verdict = verdict_of(chart, FIRST)
    return verdict.standing, verdict.attested


def test_the_newer_of_two_signatures_stands() -> None:
    chart = both_signed()
    merge(chart)

    assert ("stale", opaque("at", f"signed for {OTHER}")) == standing(chart)


def test_a_signature_that_was_withdrawn_before_the_merge_takes_the_other_ones_not_with_it() -> None:
    chart = both_signed()
    withdraw(chart, OTHER)
    merge(chart)

    assert ("stale", opaque("at", f"signed for {FIRST}")) == standing(chart)


def test_a_signature_that_is_withdrawn_after_the_merge_takes_the_other_ones_not_with_it() -> None:
    chart = both_signed()
    merge(chart)
    withdraw(chart, OTHER)

    assert ("stale", opaque("at", f"signed for {FIRST}")) == standing(chart)


def test_when_both_are_withdrawn_the_month_is_open() -> None:
    chart = both_signed()
    merge(chart)
    withdraw(chart, OTHER)
    withdraw(chart, FIRST)

    assert ("ready", None) == standing(chart)


def test_a_signature_on_the_month_of_both_supersedes_the_two_and_revives_none_when_it_is_withdrawn() -> None:
    chart = both_signed()
    merge(chart)
    chart.attest(verdict_of(chart, FIRST).digest, name="both")
    signed = standing(chart)
    withdraw(chart, FIRST, "both")

    assert (("attested", opaque("at", "both")), ("ready", None)) == (signed, standing(chart))


def merged_with_a_third(chart: Chart) -> None:
    chart.tell(PatientRegistered(patient=THIRD, links=()))
    merge(chart, FIRST, THIRD)


def test_a_later_merge_with_a_third_one_revives_no_signature_that_was_superseded() -> None:
    chart = both_signed()
    merge(chart)
    chart.attest(verdict_of(chart, FIRST).digest, name="both")
    withdraw(chart, FIRST, "both")
    before = standing(chart)
    merged_with_a_third(chart)

    assert (("ready", None), ("ready", None)) == (before, standing(chart))


def test_a_later_merge_with_a_third_one_lets_nothing_count_that_waited_for_approval() -> None:
    chart = both_signed()
    withdraw(chart, FIRST)
    merge(chart)
    chart.time("2026-03-11 10:00", 10, late=timedelta(days=40))
    counted = [line.counted for line in verdict_of(chart, FIRST).lines]
    merged_with_a_third(chart)

    assert [1500, 1500, 0] == counted
    assert counted == [line.counted for line in verdict_of(chart, FIRST).lines]
