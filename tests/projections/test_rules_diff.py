"""Which open months a change of the rules touches: by their days, and by the coverage that an exception applies to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition, with_profiles
from ledger.rulebook.differences import differences
from ledger.store.engine import StoredReadModels
from ledger.streams.care_month import MonthAttested
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.patient import CoverageRecorded
from ledger.terms.people import Programme
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.rules_diff import touched_months
from projections.states import States
from tests.projections.company import BILLER, NURSES, PRACTICES, PRACTITIONERS, an_id, chart, set_up, time
from tests.projections.fake_log import FakeLog, envelope

FIRST, SECOND = an_id("pt", 1), an_id("pt", 2)
MARCH, APRIL = datetime(2026, 3, 10, 15, 0, tzinfo=UTC), datetime(2026, 4, 7, 15, 0, tzinfo=UTC)
MINUTES = ("medicare.ccm.99490.minutes_minimum", "value = 30", "CCM-CODE-01")
CONSENT = ("medicare.ccm.consent.methods", 'value = ["written"]', "CCM-CONSENT-03")


@pytest.fixture
def log() -> FakeLog:
    """Two patients with time in March 2026, the first in April too; the second is in an Advantage plan."""
    made = FakeLog()
    by = envelope(BILLER, "set_up")
    for event in set_up():
        made.add(event, by)
    for number in (1, 2):
        for event in chart(an_id("pt", number), number, date(2026, 2, 2)):
            made.add(event, by)
    plan: dict[str, Any] = {"payer": "acme_gold", "kind": "medicare_advantage", "from_on": date(2020, 1, 1)}
    made.add(CoverageRecorded(patient=SECOND, coverage=an_id("cv", 2), **plan), by)
    nurse = envelope(NURSES[0], "log_time")
    for number, (patient, start) in enumerate([(FIRST, MARCH), (SECOND, MARCH + timedelta(hours=2)), (FIRST, APRIL)]):
        made.add(time(patient, number + 1, NURSES[0], start, 1200), nurse, start + timedelta(hours=1))
    return made


def with_exception(what: tuple[str, str, str], applies: str, dates: str) -> Rulebook:
    """The shipped rules with one exception."""
    name, value, rule = what
    head = f'exception = "Otherwise"\nbase = "medicare"\napplies_to = {{{applies}}}\nchecked = 2026-11-22\n'
    text = f'{head}implements = ["{rule}"]\n["{name}"]\nsays = "Otherwise."\n'
    text += f'values = [{{{dates}, {value}, cite = "Manual", confidence = "CONFIRMED"}}]\n'
    return rulebook_of(with_profiles({"payers/acme/rules.toml": text.encode()}))


def touched(
    log: FakeLog, models: StoredReadModels, after: Rulebook, practice: str | None = None
) -> list[tuple[str, str]]:
    """(patient, month) of the months that a change from the shipped rules touches."""
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    changes = differences(rulebook_of(shipped_edition()), after)
    found = touched_months(States(log, after=len(log.facts)), models, changes, practice)
    return [(each.patient, each.month) for each in found.months]


def test_an_exception_touches_the_months_of_its_kind_of_coverage(log: FakeLog, models: StoredReadModels) -> None:
    after = with_exception(MINUTES, 'kind = "medicare_advantage"', "effective = 2026-01-01")

    assert touched(log, models, after) == [(SECOND, "2026-03")]


@pytest.mark.parametrize(("payer", "expected"), [("acme_gold", [(SECOND, "2026-03")]), ("acme_silver", [])])
def test_an_exception_touches_the_months_of_its_payer(
    log: FakeLog, models: StoredReadModels, payer: str, expected: list[tuple[str, str]]
) -> None:
    after = with_exception(MINUTES, f'payer = "{payer}"', "effective = 2026-01-01")

    assert touched(log, models, after) == expected


@pytest.mark.parametrize(
    ("dates", "months"),
    [
        ("effective = 2026-03-31", ["2026-03", "2026-04"]),
        ("effective = 2026-04-01", ["2026-04"]),
        ("effective = 2026-04-30", ["2026-04"]),
        ("effective = 2026-05-01", []),
        ("effective = 2026-01-01, until = 2026-03-01", ["2026-03"]),
        ("effective = 2026-01-01, until = 2026-02-28", []),
    ],
)
def test_a_month_is_touched_that_shares_a_day(
    log: FakeLog, models: StoredReadModels, dates: str, months: list[str]
) -> None:
    after = with_exception(MINUTES, 'payer = "medicare"', dates)

    assert touched(log, models, after) == [(FIRST, month) for month in months]


def test_how_consent_is_given_touches_every_later_month(log: FakeLog, models: StoredReadModels) -> None:
    after = with_exception(CONSENT, 'payer = "medicare"', "effective = 2026-02-01, until = 2026-02-28")

    assert touched(log, models, after) == [(FIRST, "2026-03"), (FIRST, "2026-04")]


def test_a_change_of_the_base_touches_everybody(log: FakeLog, models: StoredReadModels) -> None:
    files = dict(shipped_edition().files)
    name = "medicare/ccm/99490.toml"
    files[name] = files[name].replace(b"2015-01-01, value = 20", b"2015-01-01, value = 25")

    assert touched(log, models, rulebook_of(Edition.of(files))) == [
        (FIRST, "2026-03"),
        (SECOND, "2026-03"),
        (FIRST, "2026-04"),
    ]


def test_an_attested_month_is_not_open(log: FakeLog, models: StoredReadModels) -> None:
    signed = MonthAttested(
        patient=FIRST,
        month="2026-03",
        attestation=an_id("at", 1),
        practitioner=PRACTITIONERS[1],
        attested_at=APRIL,
        statement="month_reviewed_1",
        digest="0" * 64,
        as_of=len(log.facts),
        edition=shipped_edition().digest,
        family="noncomplex",
        staff_seconds=1200,
        personal_seconds=0,
        lines=(),
    )
    log.add(signed, envelope(PRACTITIONERS[1], "attest_month"))
    after = with_exception(MINUTES, 'payer = "medicare"', "effective = 2026-01-01")

    assert touched(log, models, after) == [(FIRST, "2026-04")]


def test_the_months_of_one_practice_are_told_alone(log: FakeLog, models: StoredReadModels) -> None:
    after = with_exception(MINUTES, 'payer = "medicare"', "effective = 2026-01-01")

    assert touched(log, models, after, PRACTICES[0]) == []
    assert len(touched(log, models, after, PRACTICES[1])) == 2


def test_what_is_only_cited_otherwise_touches_no_month(log: FakeLog, models: StoredReadModels) -> None:
    files = dict(shipped_edition().files)
    name = "medicare/ccm/99490.toml"
    files[name] = files[name].replace(b"Units that one patient's month may hold.", b"Units of a month.")

    assert touched(log, models, rulebook_of(Edition.of(files))) == []


def test_a_rule_of_pcm_touches_the_months_of_pcm_alone(log: FakeLog, models: StoredReadModels) -> None:
    designated = next(
        event for event in chart(SECOND, 2, date(2026, 2, 2)) if isinstance(event, PractitionerDesignated)
    )
    own = {"designation": an_id("dg", 70), "programme": Programme.PCM, "from_month": "2026-03"}
    log.add(designated.model_copy(update=own), envelope(BILLER, "set_up"))
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()

    def of(file: str, old: bytes, new: bytes) -> list[tuple[str, str, Programme]]:
        files = dict(shipped_edition().files)
        assert old in files[file]
        files[file] = files[file].replace(old, new)
        changes = differences(rulebook_of(shipped_edition()), rulebook_of(Edition.of(files)))
        found = touched_months(States(log, after=len(log.facts)), models, changes, None)
        return [(each.patient, each.month, each.programme) for each in found.months]

    assert of("medicare/pcm/99426.toml", b"value = 30", b"value = 31") == [(SECOND, "2026-03", Programme.PCM)]
    assert of("medicare/pfs/rvu_nonfacility.toml", b"value = 1.98", b"value = 2.00") == [
        (FIRST, "2026-03", Programme.CCM),
        (SECOND, "2026-03", Programme.CCM),
        (SECOND, "2026-03", Programme.PCM),
        (FIRST, "2026-04", Programme.CCM),
    ]
