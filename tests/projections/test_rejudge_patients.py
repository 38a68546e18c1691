"""Whom a rejudge must ask about: of merged patients who goes on; who planned beyond a visit in a quiet month."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from interfaces.rejudged import month_json
from ledger.store.engine import StoredReadModels
from ledger.streams.consent import ConsentRecorded
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.extra_planning import ExtraPlanningAttested, ExtraPlanningRetracted
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.terms.people import Programme, Role
from projections.changed_months import changed_months
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.questions import months
from projections.rebuild import rebuild
from projections.rejudge import Asked, Law, Rejudge, Rejudged, patients_to_ask
from projections.table_set import state_roots
from tests.projections.company import BILLER, NURSES, PRACTITIONERS, an_id, chart, set_up, time
from tests.projections.conftest import OpenModels
from tests.projections.editions import law
from tests.projections.fake_log import FakeLog, envelope

GOES_ON, MERGED, THIRD = an_id("pt", 1), an_id("pt", 2), an_id("pt", 4)
BY = envelope(BILLER, "merge_patients", capacity=Role.COMPLIANCE)
QUIET = "2026-05"
PRICES = "medicare/pfs/rvu_nonfacility.toml"
APCM_PRICE = (PRICES, "value = 1.61", "value = 1.71")
PLANNING_PRICE = (PRICES, "value = 1.99", "value = 2.99")


def told(*numbers: int) -> FakeLog:
    """Patients with complete charts, for whom nobody worked."""
    made = FakeLog()
    for event in (*set_up(), *(each for number in numbers for each in chart(an_id("pt", number), number, ON))):
        made.add(event, BY)
    return made


ON = date(2026, 2, 2)


def with_apcm(log: FakeLog, number: int) -> FakeLog:
    """The patient has APCM too, from February 2026 on."""
    for event in chart(an_id("pt", number), number, ON):
        if isinstance(event, ConsentRecorded):
            log.add(event.model_copy(update={"programme": Programme.APCM, "consent": an_id("cs", 70)}), BY)
        if isinstance(event, PractitionerDesignated):
            log.add(event.model_copy(update={"programme": Programme.APCM, "designation": an_id("dg", 70)}), BY)
    return log


def asked(log: FakeLog, models: StoredReadModels, against: Law, month: str = QUIET, at: int | None = None) -> Rejudged:
    """The rejudge of everybody whom the read models name."""
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    of = Asked(month, log.refresh() if at is None else at)
    patients = patients_to_ask(models, of, is_now=at is None)
    return Rejudge(log, AdoptedRulebooks(), of, against).of(patients)


def whose(found: Rejudged) -> list[tuple[str, Programme]]:
    return [(each.patient, each.programme) for each in found.differing]


# --- merged patients ----------------------------------------------------------------------------------------------


def test_after_a_merge_a_month_of_apcm_is_that_of_who_goes_on(models: StoredReadModels) -> None:
    log = with_apcm(told(1, 2), 2)
    before = len(log.facts)
    log.add(PatientsMerged(patient=GOES_ON, merged=MERGED), BY)

    assert whose(asked(log, models, law(APCM_PRICE))) == [(GOES_ON, Programme.APCM)]
    assert whose(asked(log, models, law(APCM_PRICE), at=before)) == [(MERGED, Programme.APCM)]


def test_after_an_unmerge_it_is_again_that_of_whose_designation_it_was(models: StoredReadModels) -> None:
    log = with_apcm(told(1, 2), 2)
    log.add(PatientsMerged(patient=GOES_ON, merged=MERGED), BY)
    joined = len(log.facts)
    log.add(PatientsUnmerged(patient=GOES_ON, merged=MERGED), BY)

    assert whose(asked(log, models, law(APCM_PRICE))) == [(MERGED, Programme.APCM)]
    assert whose(asked(log, models, law(APCM_PRICE), at=joined)) == [(GOES_ON, Programme.APCM)]


def test_of_merges_one_after_another_the_last_one_who_goes_on_is_asked(models: StoredReadModels) -> None:
    log = with_apcm(told(1, 2, 4), 2)
    log.add(PatientsMerged(patient=GOES_ON, merged=MERGED), BY)
    log.add(PatientsMerged(patient=THIRD, merged=GOES_ON), BY)

    assert whose(asked(log, models, law(APCM_PRICE))) == [(THIRD, Programme.APCM)]


def test_who_was_designated_after_the_merge_is_asked_about_once(models: StoredReadModels) -> None:
    log = told(1, 2)
    log.add(PatientsMerged(patient=GOES_ON, merged=MERGED), BY)

    assert whose(asked(with_apcm(log, 1), models, law(APCM_PRICE))) == [(GOES_ON, Programme.APCM)]


# --- planning beyond a visit --------------------------------------------------------------------------------------


def planning(number: int, on: date = date(2026, 5, 12)) -> ExtraPlanningAttested:
    """The practitioner of a patient planned beyond a visit."""
    return ExtraPlanningAttested(
        patient=an_id("pt", number),
        visit=an_id("vs", 50 + number),
        practitioner=PRACTITIONERS[number % 2],
        on=on,
        visit_code="99214",
    )


def taken_back(number: int) -> ExtraPlanningRetracted:
    return ExtraPlanningRetracted(
        patient=an_id("pt", number), visit=an_id("vs", 50 + number), reason="entered_in_error"
    )


def listed(log: FakeLog, models: StoredReadModels, at: int | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    found = months(log, models, AdoptedRulebooks(), QUIET, as_of=at)
    return [(row.patient, row.standing, row.with_visits) for row in found.rows]


def test_a_month_with_nothing_but_planning_beyond_a_visit_is_one_of_the_months(models: StoredReadModels) -> None:
    log = told(1, 2)
    before = len(log.facts)
    log.add(planning(1), BY)

    assert listed(log, models) == [(GOES_ON, "nothing_logged", ("G0506",))]
    assert listed(log, models, at=before) == []


def test_and_a_rejudge_asks_for_it(models: StoredReadModels) -> None:
    log = told(1, 2)
    log.add(planning(1), BY)
    found = asked(log, models, law(PLANNING_PRICE))

    assert (found.looked_at, whose(found)) == (1, [(GOES_ON, Programme.CCM)])
    (month,) = found.differing
    assert month.changed == ("with_visits",)
    assert [line.amount for line in month.before.with_visits] == [Decimal("66.47")]
    assert [line.amount for line in month.after.with_visits] == [Decimal("99.87")]
    shown = month_json(month)["after"]["with_visits"]
    assert [(line["code"], line["amount"], line["on"]) for line in shown] == [("G0506", "99.87", "2026-05-12")]
    assert [each.name for each in month.because.changes] == ["medicare.pfs.rvu_nonfacility.G0506"]


def test_planning_that_is_taken_back_leaves_a_month_in_which_nothing_stands(models: StoredReadModels) -> None:
    log = told(1)
    log.add(planning(1), BY)
    listed(log, models)
    log.add(taken_back(1), BY)

    assert listed(log, models) == [(GOES_ON, "nothing_logged", ())]
    assert asked(log, models, law(PLANNING_PRICE)).differing == ()


def test_such_a_month_of_merged_patients_is_that_of_who_goes_on(models: StoredReadModels) -> None:
    log = told(1, 2)
    log.add(planning(2), BY)
    listed(log, models)
    log.add(PatientsMerged(patient=GOES_ON, merged=MERGED), BY)
    joined = listed(log, models)
    log.add(PatientsUnmerged(patient=GOES_ON, merged=MERGED), BY)

    assert joined == [(GOES_ON, "nothing_logged", ("G0506",))]
    assert listed(log, models) == [(MERGED, "nothing_logged", ("G0506",))]


def test_what_changed_between_two_moments_tells_of_it(models: StoredReadModels) -> None:
    log = told(1)
    before = len(log.facts)
    log.add(planning(1), BY)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    found = changed_months(log, models, AdoptedRulebooks(), since=before, until=before + 1)

    assert [(each.patient, each.month) for each in found.months] == [(GOES_ON, QUIET)]


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_rows_of_such_months_are_those_of_a_rebuild(open_models: OpenModels, batch: int) -> None:
    log = told(1, 2, 4)
    work = time(MERGED, 1, NURSES[0], datetime(2026, 3, 10, 15, 0, tzinfo=UTC), 1200)
    log.add(work.model_copy(update={"programme": Programme.PCM}), BY)
    for event in (
        *(planning(2), PatientsMerged(patient=GOES_ON, merged=MERGED), planning(1), planning(4), taken_back(4)),
        *(PatientsUnmerged(patient=GOES_ON, merged=MERGED), planning(2, date(2026, 6, 2))),
    ):
        log.add(event, BY)
    followed, rebuilt = open_models("followed"), open_models("rebuilt")
    Follower(log, followed, rulebook_of=AdoptedRulebooks(), batch=batch).pull()
    rebuild(log, rebuilt, rulebook_of=AdoptedRulebooks())

    assert state_roots(followed) == state_roots(rebuilt)
