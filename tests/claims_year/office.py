"""The billing office, once a week: months are released, claims are sent again, reopened, withdrawn.

It acts on what the ledger says, and not always as the book has it: now and then a rejected claim is sent anew without
naming the one that it stands for, or one is withdrawn for no good reason.
"""

from datetime import timedelta
from typing import Any, Final

from projections.claims.ready import Ready
from tests.claims_year.year import REPLACES, ClaimsYear

COMPETING: Final = {"CO-97", "CO-B20"}
UNPAID: Final = ("released", "accepted")
AT_THE_PAYER: Final = ("accepted", "paid", "denied")
NOT_NOW: Final = (
    "month_not_over",
    "month_not_attested",
    "attestation_stale",
    "month_blocked_from_release",
    "claim_is_live",
    "lines_do_not_stand",
    "no_such_claim",
    "claim_not_replaceable",
    "filing_deadline_over",
    "competing_biller_on_record",
)
"""Why a month that the office means to release may stay."""


def release_months(year: ClaimsYear) -> None:
    """Every month that was signed since the last time, and every one that a claim came back of."""
    signed, year.watch.signed = year.watch.signed, []
    for patient, month in signed:
        year.to_release.setdefault((patient, month), _in_place_of(year, patient, month))
    waiting = {key: before for key, before in year.to_release.items() if key[1] < f"{year.today:%Y-%m}"}
    for (patient, month), before in waiting.items():
        del year.to_release[patient, month]
        data: dict[str, Any] = {"patient": patient, "month": month} | ({"replaces": before} if before else {})
        _released(year, year.asked("release_claim", data, "bill", *NOT_NOW))


def release_all_ready(year: ClaimsYear, found: Ready) -> None:
    """Everything that the biller's list calls ready, as it stands there: nothing of it may be refused."""
    for each in found.months:
        if each.state == "ready":
            data = {"patient": each.patient, "month": found.month, "programme": each.programme.value}
            ids = year.asked("release_claim", data | {"digest": each.digest}, "bill")
            assert ids is not None, "what is ready was released before"
            _released(year, ids)


def _released(year: ClaimsYear, ids: dict[str, str] | None) -> None:
    """What was released goes to the payer."""
    if ids is not None:
        year.hand_over(year.claim(ids["claim"]).event)


def _in_place_of(year: ClaimsYear, patient: str, month: str) -> str | None:
    """The claim of a month that was signed anew, where the payer takes another one in its place."""
    read, group = year.watch.read, year.watch.seconds.members(patient)
    found = [c for c, fact in read.claims.items() if (fact["month"], fact["payer"]) == (month, REPLACES)]
    at_the_payer = [c for c in found if year.status(c) in AT_THE_PAYER and read.claims[c]["patient"] in group]
    return at_the_payer[-1] if at_the_payer else None


def look_at_answers(year: ClaimsYear) -> None:
    """What the payer's answers of the week ask for."""
    moved, year.watch.moved = list(dict.fromkeys(year.watch.moved)), []
    for claim in moved:
        match year.status(claim):
            case "rejected":
                _send_again(year, claim)
            case "denied":
                _reopen(year, claim)
            case "paid":
                _void(year, claim)
                _waive(year, claim)


def _send_again(year: ClaimsYear, claim: str) -> None:
    """Most rejected claims are sent again, some of them as if nothing had been before."""
    event = year.claim(claim).event
    draw = year.turn("send_again")
    if draw < 0.85:
        year.to_release[event.patient, event.month] = claim if draw < 0.65 else None


def _reopen(year: ClaimsYear, claim: str) -> None:
    """A denial is reopened where somebody finds the time; one for a competing biller only where the payer erred."""
    standing = year.claim(claim)
    event = standing.event
    if standing.reopened or year.dice.random() < 0.4:
        return
    if COMPETING & {reason for heard in standing.remitted for reason in heard.event.reasons}:
        outcome = "payer_erred" if year.turn("settle") < 0.5 else "other_keeps_month"
        settled = {"patient": event.patient, "claim": claim, "outcome": outcome, "words": "Called them."}
        year.asked("settle_competition", settled, "bill", "no_competing_biller")
        if outcome == "other_keeps_month":
            return
    data = {"patient": event.patient, "claim": claim, "on": year.today.isoformat(), "words": "Look again."}
    if year.asked("reopen_claim", data, "bill") is not None:
        year.house_of(claim).payer.reopen(event.control_number, year.today)


def _void(year: ClaimsYear, claim: str) -> None:
    """Where the payer takes it, one in eight claims is voided, and half of these are claimed anew later."""
    event = year.claim(claim).event
    if event.payer != REPLACES or year.turn("void") >= 0.125:
        return
    words = {"patient": event.patient, "claim": claim, "words": "Another patient's."}
    ids = year.asked("void_claim", words, "bill", "claim_not_voidable", "payer_number_not_known")
    _released(year, ids)
    if ids is not None and year.dice.random() < 0.5:
        later = year.today + timedelta(days=40)
        year.late.append((later, lambda: year.to_release.setdefault((event.patient, event.month), None)))


def _waive(year: ClaimsYear, claim: str) -> None:
    """The patient's share of one claim in twenty is waived, for a hardship that is documented."""
    if year.turn("waive") < 0.05:
        words = {"patient": year.claim(claim).event.patient, "claim": claim, "words": "Rent and medicines."}
        year.asked("waive_cost_share", words, "bill", "no_share_to_waive")


def withdraw(year: ClaimsYear) -> None:
    """Unpaid claims of months that say something else now are taken back, and now and then one by mistake."""
    for claim in list(year.watch.read.claims):
        if year.status(claim) not in UNPAID:
            continue
        event = year.claim(claim).event
        is_moved = year.watch.verdict(event.patient, event.month).digest != event.digest
        if is_moved and year.dice.random() < 0.5:
            _take_back(year, claim, "month_changed")
        elif not is_moved and year.dice.random() < 0.004:
            _take_back(year, claim, "entered_in_error")


def _take_back(year: ClaimsYear, claim: str, reason: str) -> None:
    event = year.claim(claim).event
    data = {"patient": event.patient, "claim": claim, "reason": reason, "words": "Not as it was."}
    if year.asked("withdraw_claim", data, "bill") is not None:
        year.house_of(claim).payer.withdraw(event.control_number)
        year.to_release[event.patient, event.month] = claim if year.turn("anew") < 0.5 else None
