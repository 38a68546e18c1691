"""Patient-months with a history, for tests that look for the reasons behind them: corrected, moved, late, merged."""

from collections.abc import Callable
from datetime import timedelta

from ledger.streams.care_month import Segment, TimeLogged
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import PatientRegistered
from ledger.streams.time_changes import TimeCorrected, TimeMoved
from ledger.terms.people import Programme
from tests.facts import Chart, instant, opaque

OTHER = opaque("pt", "other")


def clean() -> Chart:
    """A month of forty-five minutes by two of the staff, with nothing to look at."""
    chart = Chart()
    chart.time("2026-03-03 10:00", 25)
    chart.time("2026-03-24 14:00", 20, by="S2", activity="medication_reconciliation")
    return chart


def chosen_complex() -> Chart:
    """The practitioner chose complex CCM, and worked herself."""
    chart = Chart()
    chart.time("2026-03-03 10:00", 100)
    chart.time("2026-03-04 10:00", 35, by="MD")
    chart.untimed("2026-03-05", 12)
    chart.decision_making("high")
    chart.choose("complex")
    return chart


def troubled() -> Chart:
    """Contested and covered seconds, time before consent and in a stay, a late entry, and more steps than units."""
    chart = Chart(without=("consent",))
    chart.consent("2026-03-02 09:00")
    chart.stay("2026-03-16 08:00", "2026-03-18 12:00")
    chart.time("2026-03-01 10:00", 15)
    chart.time("2026-03-10 10:10", 20, who="another patient")
    chart.time("2026-03-10 10:00", 30)
    chart.time("2026-03-10 10:20", 20, by="S2", activity="chart_review")
    chart.time("2026-03-17 09:00", 30)
    chart.time("2026-03-19 09:00", 60, late=timedelta(days=5))
    chart.time("2026-03-23 09:00", 30, by="S2")
    return chart


def blocked() -> Chart:
    """Enough minutes, and nothing else that a month needs."""
    chart = Chart(without=("coverage", "risk", "visit", "plan"))
    chart.time("2026-03-03 10:00", 25)
    return chart


def late_raise() -> Chart:
    """An entry that came weeks late, behind the signature on its month."""
    chart = Chart()
    chart.time("2026-03-10 10:00", 25)
    chart.attest(chart.verdict().digest)
    chart.time("2026-03-12 10:00", 20, late=timedelta(days=30))
    return chart


def _content(chart: Chart, start: str, end: str, entry: str, patient: str) -> dict[str, object]:
    begin, over = instant(start), instant(end)
    segment = Segment(start=begin, end=over, on=begin.date(), offset=-18000)
    return {
        "entry": entry,
        "patient": patient,
        "practice": chart.practice,
        "performer": opaque("st", "S1"),
        "programme": Programme.CCM,
        "activity": "phone_call",
        "described": True,
        "segments": (segment,),
        "seconds": int((over - begin).total_seconds()),
        "zone": "America/Chicago",
        "tzdata": "2026a",
        "capture": "manual",
    }


def corrected() -> Chart:
    """An entry that was said anew, five minutes shorter."""
    chart = Chart()
    entry = chart.time("2026-03-10 10:00", 30)
    place, logged_at = len(chart.told), chart.told[-1][1]
    content = _content(chart, "2026-03-10 10:00", "2026-03-10 10:25", entry, chart.patient)
    fact = TimeCorrected(
        **content,  # type: ignore[arg-type]
        left_months=("2026-03",),
        left_days=(instant("2026-03-10 10:00").date(),),
        place=place,
        first_recorded_at=logged_at,
    )
    chart.tell(fact, instant("2026-03-11 10:00"))
    return chart


def moved_here() -> Chart:
    """Work that was recorded about another patient first."""
    chart = Chart()
    entry = chart.time("2026-03-10 10:00", 25, who="other")
    content = _content(chart, "2026-03-10 10:00", "2026-03-10 10:25", opaque("te", "moved"), chart.patient)
    on = instant("2026-03-10 10:00").date()
    fact = TimeMoved(
        **content,  # type: ignore[arg-type]
        left_months=("2026-03",),
        left_days=(on,),
        from_patient=OTHER,
        from_entry=entry,
    )
    chart.tell(fact, instant("2026-03-10 12:00"))
    assert isinstance(chart.told[-2][0], TimeLogged)
    return chart


def merged(*told_of_other: Callable[[Chart], object]) -> Chart:
    """Two patients who turned out to be one, after these things were told of the other."""
    chart = Chart()
    chart.time("2026-03-09 10:00", 25)
    chart.tell(PatientRegistered(patient=OTHER, links=()))
    own, chart.patient = chart.patient, OTHER
    for tell in told_of_other:
        tell(chart)
    chart.patient = own
    chart.tell(PatientsMerged(patient=own, merged=OTHER))
    return chart


def attested_twice() -> Chart:
    """Two patients who turned out to be one, each month signed by itself."""

    def signed(chart: Chart) -> None:
        chart.time("2026-03-10 10:00", 25, who="other")
        chart.attest(chart.verdict().digest, name="of the other")

    chart = Chart()
    chart.time("2026-03-09 10:00", 25)
    chart.attest(chart.verdict().digest)
    chart.tell(PatientRegistered(patient=OTHER, links=()))
    own, chart.patient = chart.patient, OTHER
    signed(chart)
    chart.patient = own
    chart.tell(PatientsMerged(patient=own, merged=OTHER))
    return chart
