"""What happens to months that were signed: changed behind the signature, stale, withdrawn, signed again."""

from datetime import datetime, timedelta
from typing import Any

from tests.year.company import plan_of
from tests.year.happen_time import sign_again
from tests.year.year import Kept, Year, between, is_timed


def of_signed_month(year: Year, signed: bool = True) -> Kept | None:
    """An entry with clock times of a month that was signed when it was looked at last, or was not."""

    def wanted(kept: Kept) -> bool:
        seen = year.watch.months.get((kept.client.id, kept.month))
        return is_timed(kept) and seen is not None and (seen.attested is not None) is signed

    return year.some_entry(wanted)


def lowered_after_signing(year: Year) -> None:
    """An entry of a signed month was shorter: it acts at once, the signature is stale, and often signed again."""
    kept = of_signed_month(year)
    if kept is None:
        return
    start, end = between(kept)
    assert year.correct(kept, end=(start + (end - start) / 2).isoformat()).outcome == "accepted"
    if year.dice.random() < 0.6:
        sign_again(year, kept)
        if year.dice.random() < 0.5:
            year.correct(kept, start=start.isoformat(), end=end.isoformat())


def raised_after_signing(year: Year) -> None:
    """An entry of a signed month was longer: it raises nothing until compliance approves it; signed again after."""
    kept = of_signed_month(year)
    if kept is None:
        return
    _, end = between(kept)
    longer = year.correct(kept, end=(end + timedelta(minutes=25)).isoformat())
    assert longer.outcome == "accepted"
    if "raise_awaits_approval" not in {n.code for n in longer.notices}:
        return
    if year.dice.random() < 0.5:
        sign_again(year, kept)
    if year.dice.random() < 0.6:
        year.told("approve_late_entry", year.naming(kept) | {"reason": "Phone bill attached."}, "cora")
        sign_again(year, kept)


def struck_after_signing(year: Year) -> None:
    """An entry of a signed month is struck, and the month is signed again where it can be."""
    kept = of_signed_month(year)
    if kept is None:
        return
    year.told("strike_time", year.naming(kept) | {"reason": "not_documented", "evidence": "None was found."}, "cora")
    kept.stands = False
    sign_again(year, kept)


def withdrawn(year: Year) -> None:
    """A signature is withdrawn by its signer or by compliance; the month is open, and is often signed again."""
    kept = of_signed_month(year)
    if kept is None:
        return
    attested = year.verdict(kept.client, kept.month).attested
    who: dict[str, Any] = {"patient": kept.client.id, "month": kept.month, "attestation": attested}
    year.refused("capacity_missing", "withdraw_attestation", who | _WITHDRAWN, "fay")
    year.told("withdraw_attestation", who | _WITHDRAWN, "cora")
    assert year.say("withdraw_attestation", who | _WITHDRAWN, "cora").outcome == "unchanged"
    verdict = year.verdict(kept.client, kept.month)
    assert verdict.attested is None
    if year.dice.random() < 0.6 and year.may_sign(kept.client, verdict):
        data = {"patient": kept.client.id, "month": kept.month, "digest": verdict.digest}
        year.done("attest_month", data, kept.client.doctor)


_WITHDRAWN = {"reason": "signed_in_error", "words": "The wrong month was open."}


def signed_too_early(year: Year) -> None:
    """A doctor signs a running month: later work counts, and the signature is stale."""
    kept = year.some_entry(is_timed)
    if kept is None:
        return
    client, month = kept.client, f"{year.now:%Y-%m}"
    verdict = year.verdict(client, month)
    if not year.may_sign(client, verdict):
        return
    who = {"patient": client.id, "month": month}
    year.done("attest_month", who | {"digest": verdict.digest}, client.doctor)
    year.tick(3 * 60 * 60)
    nurse = client.nurses[0]
    year.log(client, nurse, year.work(client, nurse, year.now - timedelta(hours=1), 10))


def signed_something_else(year: Year) -> None:
    """A digest of yesterday, a month of another doctor, a month of the future: nothing is signed."""
    kept = of_signed_month(year, signed=False)
    if kept is None:
        return
    verdict = year.verdict(kept.client, kept.month)
    who = {"patient": kept.client.id, "month": kept.month}
    future = {"patient": kept.client.id, "month": "2027-02", "digest": "0" * 64}
    if kept.client.doctor not in year.left:
        year.say("attest_month", future, kept.client.doctor)
    if year.may_sign(kept.client, verdict) and verdict.families[0].is_available:
        year.refused("month_changed", "attest_month", who | {"digest": "0" * 64}, kept.client.doctor)
        other = next(doctor for doctor in ("ada", "ben", "cyd") if doctor != kept.client.doctor)
        code = year.say("attest_month", who | {"digest": verdict.digest}, other).refusal
        assert code is not None
        assert code.code in ("not_the_billing_practitioner", "not_in_this_practice")


def decision_making(year: Year) -> None:
    """The doctor attests decision making of a month; only of months that this doctor bills."""
    client = year.somebody()
    month = f"{year.now:%Y-%m}"
    words = {"patient": client.id, "month": month, "problems": "Two.", "data": "Labs.", "risk": "Some."}
    level = year.dice.choice(("straightforward", "low", "moderate", "high"))
    if year.verdict(client, month).practitioner == year.it.ids[client.doctor]:
        year.told("attest_mdm", words | {"level": level}, client.doctor)


def plan_revised(year: Year) -> None:
    """A revision of the plan: signed, answered for later, or left unsigned; some lack what a plan must hold."""
    client = year.somebody()
    lacking: dict[str, Any] = year.dice.choice(
        ({}, {}, {"goals": 1}, {"review_on": None}, {"elements": [{"element": "goals", "text": "Walk."}]})
    )
    at: datetime = year.now - timedelta(days=year.dice.choice((0, 0, 1, 20)))
    data = {name: value for name, value in (plan_of(year.company, client, at) | lacking).items() if value is not None}
    revision = int(year.told("revise_care_plan", data, client.doctor)["revision"])
    # A revision told under a merged name is one of the plan that goes on; its number speaks of that plan alone.
    who = {"patient": year.watch.seconds.group(client.id), "revision": revision}
    draw = year.turn("plan_revised")
    if draw < 0.5:
        year.told("sign_care_plan", who, client.doctor)
    elif draw < 0.8:
        year.told("attest_signature", who | {"statement": "I wrote it."}, client.doctor)
