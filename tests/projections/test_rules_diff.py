"""Which open months a change of the rules touches: by their days, and by the coverage that an exception applies to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition, with_profiles
from ledger.store.engine import StoredReadModels
from ledger.streams.care_month import MonthAttested
from ledger.streams.designation import DesignationWithdrawn, PractitionerDesignated
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.patient import CoverageRecorded
from ledger.terms.people import Programme
from projections.codes_held import CodesHeld
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.rules_diff import touched_months
from projections.states import States
from tests.projections.company import BILLER, NURSES, PRACTICES, PRACTITIONERS, an_id, chart, set_up, time
from tests.projections.editions import altered
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
    made.add(plan_of(SECOND), by)
    nurse = envelope(NURSES[0], "log_time")
    for number, (patient, start) in enumerate([(FIRST, MARCH), (SECOND, MARCH + timedelta(hours=2)), (FIRST, APRIL)]):
        made.add(time(patient, number + 1, NURSES[0], start, 1200), nurse, start + timedelta(hours=1))
    return made


def plan_of(patient: str) -> CoverageRecorded:
    plan: dict[str, Any] = {"payer": "acme_gold", "kind": "medicare_advantage", "from_on": date(2020, 1, 1)}
    return CoverageRecorded(patient=patient, coverage=an_id("cv", 2), **plan)


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
    found = touched_months(States(log, after=len(log.facts)), models, rulebook_of(shipped_edition()), after, practice)
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


# --- months of PCM and APCM ---------------------------------------------------------------------------------------

CCM, PCM, APCM = Programme.CCM, Programme.PCM, Programme.APCM
PRICES = "medicare/pfs/rvu_nonfacility.toml"
PCM_MINIMUM = ("medicare/pcm/99426.toml", "value = 30", "value = 31")
PRICE_OF_99490 = (PRICES, "value = 1.98", "value = 2.00")
PRICE_OF_G0557 = (PRICES, "value = 1.61", "value = 1.71")
FACTOR = ("medicare/pfs/conversion_factor.toml", "33.4009", "34.4009")


def designated(log: FakeLog, patient: str, number: int, programme: Programme, **how: Any) -> None:
    """Somebody bills a programme for a patient, from March 2026 on unless said otherwise."""
    event = next(e for e in chart(patient, number, date(2026, 2, 2)) if isinstance(e, PractitionerDesignated))
    own = {"designation": an_id("dg", 70), "programme": programme, "from_month": "2026-03", **how}
    log.add(event.model_copy(update=own), envelope(BILLER, "set_up"))


def open_months(
    log: FakeLog, models: StoredReadModels, *changes: tuple[str, str, str], practice: str | None = None
) -> list[tuple[str, str, Programme]]:
    """Which months a change of the shipped rules touches."""
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    books = rulebook_of(shipped_edition()), rulebook_of(altered(*changes))
    found = touched_months(States(log, after=len(log.facts)), models, *books, practice)
    return [(each.patient, each.month, each.programme) for each in found.months]


def test_a_rule_of_pcm_touches_the_months_of_pcm_alone(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, PCM)

    assert open_months(log, models, PCM_MINIMUM) == [(SECOND, "2026-03", PCM), (SECOND, "2026-04", PCM)]


def test_a_price_touches_the_programmes_that_bill_the_code(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)

    assert open_months(log, models, PRICE_OF_G0557) == [(SECOND, "2026-03", APCM), (SECOND, "2026-04", APCM)]
    assert open_months(log, models, PRICE_OF_99490) == [
        (FIRST, "2026-03", CCM),
        (SECOND, "2026-03", CCM),
        (FIRST, "2026-04", CCM),
    ]


def test_what_is_of_no_code_touches_all_programmes(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)

    assert open_months(log, models, FACTOR) == [
        (FIRST, "2026-03", CCM),
        (SECOND, "2026-03", APCM),
        (SECOND, "2026-03", CCM),
        (FIRST, "2026-04", CCM),
        (SECOND, "2026-04", APCM),
    ]


def test_the_price_of_planning_beyond_a_visit_touches_months_of_ccm(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)

    found = open_months(log, models, (PRICES, "value = 1.99", "value = 2.99"))

    assert {programme for *_, programme in found} == {CCM}


def test_months_in_which_nothing_was_recorded_are_listed_to_the_end_of_the_designation(
    log: FakeLog, models: StoredReadModels
) -> None:
    third = an_id("pt", 3)
    for event in chart(third, 3, date(2026, 2, 2)):
        log.add(event, envelope(BILLER, "set_up"))
    designated(log, third, 3, APCM, from_month="2026-01", until_month="2026-03")

    assert [month for _, month, _ in open_months(log, models, PRICE_OF_G0557)] == ["2026-01", "2026-02", "2026-03"]


def test_and_no_further_than_the_month_in_which_the_newest_fact_was_recorded(
    log: FakeLog, models: StoredReadModels
) -> None:
    designated(log, SECOND, 2, APCM)
    assert [month for _, month, _ in open_months(log, models, PRICE_OF_G0557)] == ["2026-03", "2026-04"]

    log.add(plan_of(SECOND), envelope(BILLER, "set_up"), datetime(2026, 6, 1, tzinfo=UTC))

    found = open_months(log, models, PRICE_OF_G0557)
    assert [month for _, month, _ in found] == ["2026-03", "2026-04", "2026-05", "2026-06"]


def test_a_designation_that_was_withdrawn_has_no_months_behind_its_end(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)
    withdrawn = DesignationWithdrawn(
        patient=SECOND, designation=an_id("dg", 70), reason="transfer", from_month="2026-04"
    )
    log.add(withdrawn, envelope(BILLER, "set_up"))

    assert open_months(log, models, PRICE_OF_G0557) == [(SECOND, "2026-03", APCM)]


def test_a_month_with_work_for_pcm_is_one_without_anybody_designated_for_it(
    log: FakeLog, models: StoredReadModels
) -> None:
    work = time(FIRST, 80, NURSES[1], APRIL, 1200).model_copy(update={"programme": PCM})
    log.add(work, envelope(NURSES[1], "log_time"), APRIL + timedelta(hours=1))

    assert open_months(log, models, PCM_MINIMUM) == [(FIRST, "2026-04", PCM)]
    assert open_months(log, models, PCM_MINIMUM, practice=PRACTICES[1]) == [(FIRST, "2026-04", PCM)]
    assert open_months(log, models, PCM_MINIMUM, practice=PRACTICES[0]) == []


def test_after_a_merge_they_are_those_of_who_goes_on(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)
    by = envelope(BILLER, "merge_patients")
    log.add(PatientsMerged(patient=FIRST, merged=SECOND), by)
    assert open_months(log, models, PRICE_OF_G0557) == [(FIRST, "2026-03", APCM), (FIRST, "2026-04", APCM)]

    log.add(PatientsUnmerged(patient=FIRST, merged=SECOND), by)

    assert open_months(log, models, PRICE_OF_G0557) == [(SECOND, "2026-03", APCM), (SECOND, "2026-04", APCM)]


def test_an_exception_touches_the_months_of_apcm_under_its_coverage(log: FakeLog, models: StoredReadModels) -> None:
    designated(log, SECOND, 2, APCM)
    price = ("medicare.pfs.rvu_nonfacility.G0557", "value = 1.99", "CCM-RATE-10")

    for payer, expected in (("acme_gold", [(SECOND, "2026-03"), (SECOND, "2026-04")]), ("acme_silver", [])):
        after = with_exception(price, f'payer = "{payer}"', "effective = 2026-01-01")

        assert touched(log, models, after) == expected


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("medicare.pfs.rvu_nonfacility.99490", date(2026, 3, 1), {CCM}),
        ("medicare.pcm.99426.minutes_minimum", date(2026, 3, 1), {PCM}),
        ("medicare.pfs.rvu_nonfacility.G0557", date(2026, 3, 1), {APCM}),
        ("medicare.pfs.rvu_nonfacility.G0557", date(2024, 12, 1), set()),
        ("medicare.pfs.rvu_nonfacility.G0511", date(2025, 9, 1), {CCM, PCM}),
        ("medicare.pfs.rvu_nonfacility.G0511", date(2025, 10, 1), set()),
        ("medicare.ccm.G0506.parent_codes", date(2026, 3, 1), {CCM}),
        ("medicare.pfs.conversion_factor.nonqp", date(2026, 3, 1), None),
        ("medicare.pfs.rvu_nonfacility.99091", date(2026, 3, 1), None),
    ],
)
def test_a_code_is_held_by_the_programmes_of_its_families_on_their_days(
    name: str, on: date, expected: set[Programme] | None
) -> None:
    book = rulebook_of(shipped_edition())

    assert CodesHeld((book, book)).held_by(name, on, on) == expected
