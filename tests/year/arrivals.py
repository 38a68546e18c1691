"""Independent facts about one patient that may arrive in any order, and what a month says once all have arrived.

Independent are facts that speak of different things: none of them overlaps another in time, none names another. What
belongs together (a revision with its signature, a stay with its discharge) arrives as one block.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ledger.judging.shapes import Verdict
from tests.house import PLAN_ELEMENTS, House, consent_of

NOW = "2026-05-20T12:00:00Z"
"""When everything is recorded."""
MONTHS = ("2026-02", "2026-03", "2026-04")
Block = Callable[[House], object]


def on(dice: Random, *, after: str = "2026-02-01") -> str:
    """A day in the three months, from a day on."""
    begins = datetime.fromisoformat(after)
    return (begins + timedelta(days=dice.randrange((datetime(2026, 4, 30) - begins).days))).date().isoformat()  # noqa: DTZ001


def blocks_of(seed: int) -> list[Block]:
    """What is told of the patient with this seed, each block once."""
    dice = Random(seed)
    found = [*_papers(dice), *_ends(dice), _bills]
    slots = dice.sample(range(60 * 16), 9)
    found += [_time(slot, dice) for slot in slots]
    return found


def _say(it: House, command: str, actor: str, **data: Any) -> dict[str, str]:
    return dict(it.accepted(command, {"patient": it.ids["second"]} | data, actor=actor).ids)


def _papers(dice: Random) -> list[Block]:
    """Conditions, risk, a visit, coverage, consents, plans."""
    codes = dice.sample(("E11.9", "I10", "J44.9", "M81.0"), 3)
    ends = [None, None, on(dice)]
    conditions = [_condition(code, end) for code, end in zip(codes, ends, strict=True)]
    discussed, risk, covered_until = dice.random() < 0.7, on(dice), dice.choice((None, None, on(dice)))
    consents = [(on(dice), dice.choice(("ada", "ada", "dot")), dice.random() < 0.8) for _ in range(2)]
    plans = [(on(dice), dice.random() < 0.7) for _ in range(2)]
    return [
        *conditions,
        lambda it: _risk(it, risk),
        lambda it: _visit(it, discussed=discussed),
        lambda it: _coverage(it, covered_until),
        *[_consent(*consent) for consent in consents],
        *[_plan(*plan) for plan in plans],
    ]


def _condition(code: str, end: str | None) -> Block:
    data = {"icd10": code, "onset_on": "2020-01-01", "expected_12_months": True} | ({"abated_on": end} if end else {})
    return lambda it: _say(it, "record_condition", "ada", **data)


def _risk(it: House, day: str) -> None:
    _say(it, "attest_risk", "ada", on=day)


def _visit(it: House, *, discussed: bool) -> None:
    named = {"practitioner": it.ids["ada"], "ccm_discussed": discussed}
    _say(it, "record_visit", "ada", on="2026-01-10", code="99214", **named)


def _coverage(it: House, until: str | None) -> None:
    ends = {"until_on": until} if until else {}
    _say(it, "record_coverage", "fay", payer="medicare", kind="medicare_ffs", from_on="2020-01-01", **ends)


def _consent(day: str, doctor: str, is_whole: bool) -> Block:
    def say(it: House) -> None:
        said = consent_of(it, occurred_at=f"{day}T15:00:00Z", practitioner=it.ids[doctor])
        if not is_whole:
            said["items"] = {**said["items"], "cost_sharing": False}
        _say(it, "record_consent", "bea", **{name: value for name, value in said.items() if name != "patient"})

    return say


def _plan(day: str, is_signed: bool) -> Block:
    def say(it: House) -> None:
        elements = [{"element": name, "text": "In words."} for name in PLAN_ELEMENTS]
        data = {"revised_at": f"{day}T15:30:00Z", "elements": elements, "intervention_owners": True, "goals": 2}
        revision = int(_say(it, "revise_care_plan", "ada", review_on="2027-01-05", **data)["revision"])
        if is_signed:
            _say(it, "sign_care_plan", "ada", revision=revision)
            given = {"given_at": f"{day}T16:00:00Z", "given_to": "patient", "channel": "paper"}
            _say(it, "record_plan_copy", "bea", revision=revision, **given)

    return say


def _bills(it: House) -> None:
    bills = {"programme": "CCM", "side": "practitioner", "from_month": "2026-02"}
    _say(it, "designate_practitioner", "ada", practitioner=it.ids["ada"], **bills)


def _ends(dice: Random) -> list[Block]:
    """What may end or interrupt the programme: each of them is told of in some of the stories."""
    revoked, disenrolled, stayed, policy = on(dice), on(dice), on(dice), on(dice)
    went = (datetime.fromisoformat(stayed) + timedelta(days=dice.randrange(5))).date().isoformat()
    stay = {"kind": "hospital_inpatient", "admitted_on": stayed, "discharged_on": went}
    every: list[Block] = [
        lambda it: _say(it, "record_revocation", "bea", scope=["CCM"], told_on=revoked),
        lambda it: _say(it, "record_disenrolment", "fay", programme="CCM", on=disenrolled, reason="other"),
        lambda it: _say(it, "record_stay", "feed", **stay),
        lambda it: _say(it, "record_decline", "bea", programme="CCM", occurred_at=f"{revoked}T12:00:00Z"),
        lambda it: _adopt(it, policy),
    ]
    return [block for block in every if dice.random() < 0.4]


def _adopt(it: House, day: str) -> None:
    policy = {"practice": it.ids["practice"], "policy": "untimed_counts", "value": "no", "from_on": day}
    it.accepted("adopt_policy", policy)


def _time(slot: int, dice: Random) -> Block:
    """An entry in a slot of its own: no other one lies in it."""
    start = datetime(2026, 2, 2, 14, tzinfo=UTC) + timedelta(days=slot // 11, minutes=40 * (slot % 11))
    minutes, performer = dice.randrange(5, 38), dice.choice(("bea", "cal", "ada"))
    activity = dice.choice(("phone_call", "chart_review", "appointment_booking"))
    is_timed = dice.random() < 0.8

    def say(it: House) -> None:
        data: dict[str, Any] = {"patient": it.ids["second"], "performer": it.ids[performer], "activity": activity}
        bounds = {"start": start.isoformat(), "end": (start + timedelta(minutes=minutes)).isoformat()}
        untimed = {"on": start.date().isoformat(), "minutes": minutes}
        data |= {"description": f"slot {slot}"} | (bounds if is_timed else untimed)
        source = {"system": "timer", "id": f"slot-{slot}"}
        answer = it.accepted("log_time", data, actor=performer, source=source)
        it.ids[dict(answer.ids)["entry"]] = f"slot {slot}"

    return say


def said(verdict: Verdict, it: House) -> dict[str, Any]:
    """What a month says, its entries by their slots: ids are drawn anew in every ledger."""
    return {
        "entries": {
            it.ids[line.entry]: (line.counted, line.pool, tuple(n.code for n in line.notices)) for line in verdict.lines
        },
        "seconds": (verdict.staff_seconds, verdict.personal_seconds, verdict.untimed_seconds),
        "bills": (verdict.practitioner == it.ids["ada"], verdict.payer, verdict.date_of_service),
        "families": [(f.family, f.minutes, f.lines, f.amount) for f in verdict.families],
        "standing": verdict.standing,
        "missing": [notice.code for notice in verdict.missing],
        "notices": [notice.code for notice in verdict.notices],
    }
