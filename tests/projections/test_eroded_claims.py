"""Which claims the read models show to the reaction: those whose month may say less, of every programme."""

from collections.abc import Sequence

import pytest

from commands.intents.overpayments import ReportLostGround
from commands.opening import adoption
from ledger.claims.erosion import MovedClaim
from ledger.rulebook import shipped_edition
from ledger.store.engine import StoredReadModels
from ledger.streams.claims import ClaimReleased, control_number
from ledger.streams.merging import PatientsMerged
from ledger.streams.overpayments import ClaimLostGround, LostUnits
from ledger.terms.identity import claims_tag
from ledger.terms.people import Programme
from projections.findings import Findings
from projections.rebuild import rebuild
from tests.commands import test_signed_programmes as programmes
from tests.commands.changes import approve, entry_of, logged, strike
from tests.commands.overpaid import MAY, WHOLE, claims, noticed, paid, released, report, struck
from tests.commands.test_lost_money import answered, behind
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, BILLER, COMPLIANCE, OTHER_PATIENT, PATIENT
from tests.gwt import Given, opaque
from tests.projections.claims_world import RULEBOOKS, log_of
from tests.reactions.given import MACHINE, machine


def shown(ledger: Given, models: StoredReadModels) -> Sequence[MovedClaim]:
    first = Given().and_(adoption(shipped_edition(), reason="In use."))
    whole = first.and_(*(fact.event for fact in ledger.facts))
    rebuild(log_of(whole), models, rulebook_of=RULEBOOKS)
    return Findings(models, lambda: None).eroded_claims(("", ""), 10)


def claim_of(ledger: Given) -> str:
    claim: str = ledger.state(claims_tag(PATIENT)).claims[-1].event.claim
    return claim


def of_programme(programme: Programme) -> Given:
    """A month of PCM or APCM, signed and released; compliance asks."""
    ready = programmes.ready_pcm() if programme is Programme.PCM else programmes.ready_apcm()
    told = ready.and_(*machine()).by(ready.actor)
    signed = told.then(programmes.sign(told, programme)).by(BILLER).at("2026-04-02T15:00:00+00:00")
    return signed.then(programmes.release(programme)).by(COMPLIANCE).at(MAY)


def test_a_claim_whose_month_stands_is_not_shown(models: StoredReadModels) -> None:
    assert shown(paid(), models) == []


def test_one_whose_month_lost_a_unit_is_shown_and_no_more_once_it_was_noticed(models: StoredReadModels) -> None:
    less = struck(paid(), 2)

    (found,) = shown(less, models)
    assert (found.claim, found.patient) == (claim_of(less), PATIENT)
    assert shown(noticed(), models) == []


def test_it_is_shown_again_when_the_month_loses_more(models: StoredReadModels) -> None:
    assert len(shown(struck(noticed(), 1), models)) == 1


def test_a_month_that_only_gained_is_passed_by_the_decider(models: StoredReadModels) -> None:
    late = logged("2026-03-20T15:00", "2026-03-20T15:40", ledger=paid(22, 20), at=MAY)
    raised = late.by(COMPLIANCE).then(approve(entry_of(late, 2)))
    signed = raised.by(ADA).then(attest(raised)).by(MACHINE)

    assert signed.when(report(signed)).refused == "claim_stands"


@pytest.mark.parametrize("programme", [Programme.PCM, Programme.APCM])
def test_a_claim_of_another_programme_that_stands_is_not_shown(programme: Programme, models: StoredReadModels) -> None:
    assert shown(of_programme(programme), models) == []


def test_one_of_pcm_whose_month_lost_its_minutes_is_shown_and_reported(models: StoredReadModels) -> None:
    told = of_programme(Programme.PCM)
    less = told.then(strike(entry_of(told), patient=PATIENT)).by(MACHINE)

    assert [found.claim for found in shown(less, models)] == [claim_of(less)]
    event = less.when(ReportLostGround(patient=PATIENT, claim=claim_of(less))).event
    assert [(each.code, each.units) for each in event.lost] == [("99426", 1)]
    assert shown(less.then(ReportLostGround(patient=PATIENT, claim=claim_of(less))), models) == []


def test_pages_go_on_behind_the_last_claim(models: StoredReadModels) -> None:
    shown(struck(paid(), 2), models)

    assert Findings(models, lambda: None).eroded_claims((PATIENT, opaque("cl", 10**30)), 10) == []


def test_a_claim_that_was_sent_again_and_paid_twice_is_shown_though_its_month_stands(models: StoredReadModels) -> None:
    again = behind(paid(), frequency="1", payer_number=None)
    twice = answered(again, 1, *WHOLE)
    first = claims(twice).claims[0].event.claim

    assert [found.claim for found in shown(twice, models)] == [first]
    assert shown(twice.by(MACHINE).then(report(twice, claim=first)), models) == []


def test_a_voided_claim_is_shown_while_its_money_stands_and_the_void_is_not(models: StoredReadModels) -> None:
    voided = behind(paid(), frequency="8")

    assert [found.claim for found in shown(voided, models)] == [claims(voided).claims[0].event.claim]


def test_the_later_claim_of_two_merged_patients_is_shown_when_money_comes_for_it(models: StoredReadModels) -> None:
    told = released(22, 20, 20)
    first = claims(told).claims[0].event
    number = {"control_number": control_number(opaque("cl", 71)), "link": f"{71:032x}"}
    other = first.model_copy(update={"patient": OTHER_PATIENT, "claim": opaque("cl", 71), **number})
    twice = told.and_(other, PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT), lost_to(other, first))
    both = answered(answered(twice, 0, *WHOLE), 0, *WHOLE, of=OTHER_PATIENT)

    assert other.claim in [found.claim for found in shown(both, models)]


def lost_to(other: ClaimReleased, first: ClaimReleased) -> ClaimLostGround:
    """What a merge says of the later claim."""
    lost = tuple(LostUnits(code=line.code, units=line.units) for line in other.lines)
    return ClaimLostGround(patient=other.patient, claim=other.claim, because=(1,), lost=lost, digest_now=first.digest)
