"""A ledger of commands as projections see it: the signed month of the fixture, followed into read models."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from commands.intents.attesting import WithdrawAttestation
from commands.opening import adoption
from ledger.rulebook import shipped_edition
from ledger.store.engine import StoredReadModels
from projections.claims.ready import Ready, ready
from projections.claims.ready_months import Asked, ReadyMonth
from projections.judged import AdoptedRulebooks
from projections.rebuild import rebuild
from tests.commands.test_claims import NPI, charge
from tests.commands.test_month_signing import MONTH, attest, worked
from tests.commands.world import ADA, BILLER, PATIENT, enrolled, practice, utc
from tests.gwt import Given
from tests.projections.fake_log import FakeLog

RULEBOOKS = AdoptedRulebooks()
APRIL = "2026-04-02T15:00:00+00:00"


def set_up(minutes: int = 25, zone: str = "America/Chicago") -> Given:
    """March with so many minutes, in a practice that has an NPI and asks for its codes."""
    there = practice(zone=zone).model_copy(update={"npi": NPI})
    begun = enrolled().and_(adoption(shipped_edition(), reason="In use."), there, charge(), charge("99439", "60.00"))
    return worked(minutes, ledger=begun)


def signed(ledger: Given | None = None) -> Given:
    """The same month, signed by Dr Ada; the biller asks on the second of April."""
    told = ledger or set_up()
    return told.by(ADA).then(attest(told)).by(BILLER).at(APRIL)


def unsigned(ledger: Given) -> WithdrawAttestation:
    """The withdrawal of the newest attestation."""
    newest: Any = next(fact.event for fact in reversed(ledger.facts) if fact.event.TOPIC == "month_attested")
    return WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=newest.attestation, reason="signed_in_error", words="Mine."
    )


def log_of(ledger: Given) -> FakeLog:
    """The facts as a log; positions are those of the ledger."""
    log = FakeLog()
    for fact in ledger.facts:
        log.add(fact.event, fact.envelope, fact.recorded_at)
    return log


def list_of(ledger: Given, models: StoredReadModels, **changes: Any) -> Ready:
    """The biller's list of March at the ledger's moment."""
    log = log_of(ledger)
    rebuild(log, models, rulebook_of=RULEBOOKS)

    def today_in(zone: str | None) -> date:
        return ledger.now.astimezone(ZoneInfo(zone or "UTC")).date()

    asked = Asked(MONTH, ledger.now.date(), today_in)._replace(**changes)
    return ready(log, models, RULEBOOKS, asked)


def month_of(ledger: Given, models: StoredReadModels, **changes: Any) -> ReadyMonth:
    """The one month of the list."""
    (found,) = list_of(ledger, models, **changes).months
    return found


__all__ = ["APRIL", "MONTH", "PATIENT", "list_of", "log_of", "month_of", "set_up", "signed", "unsigned", "utc"]
