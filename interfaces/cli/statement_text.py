"""A month's statement for the patient: short sentences, no codes, nothing that a plan's letter would not say plainer.

Promise: every amount was worked out before; nothing is added up here. Not promised: a translation; it is in English.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from interfaces.cli.wording import money

if TYPE_CHECKING:
    from projections.claims.patient_share import PatientShare
    from projections.claims.statement import Done, Name, Statement

ACTIVITIES: Final[Mapping[str, str]] = {
    "phone_call": "Talked with you by phone",
    "video_call": "Talked with you by video",
    "portal_message": "Wrote with you through the portal",
    "caregiver_call": "Talked with somebody who cares for you",
    "patient_education": "Explained your illness and its care",
    "self_management_support": "Helped you to look after yourself",
    "contact_attempt": "Tried to reach you",
    "staff_in_person_education": "Taught you in person",
    "care_plan_development": "Made your care plan",
    "care_plan_update": "Updated your care plan",
    "goal_review": "Went over your goals",
    "chart_review": "Looked through your chart",
    "results_review": "Looked at your test results",
    "symptom_monitoring": "Asked about or followed your symptoms",
    "adherence_tracking": "Checked how your treatment is going",
    "preventive_service_tracking": "Checked which tests and shots you are due for",
    "medication_reconciliation": "Went over your medicines",
    "medication_management": "Worked on your medicines",
    "refill_clinical_review": "Checked your medicines for a refill",
    "specialist_coordination": "Worked with your specialists",
    "pharmacy_coordination": "Worked with your pharmacy",
    "home_health_coordination": "Worked with your home health team",
    "community_resources": "Found help for you near home",
    "transportation_arrangements": "Arranged a ride for you",
    "referral_management": "Worked on a referral for you",
    "follow_up_coordination": "Arranged your follow-up care",
    "transition_management": "Helped with your move between places of care",
}
"""What was done, in plain words, by the category of the entry."""
_CREDENTIALS: Final[Mapping[str, str]] = {
    "md": "physician",
    "do": "physician",
    "np": "nurse practitioner",
    "pa": "physician assistant",
    "cns": "clinical nurse specialist",
    "cnm": "nurse-midwife",
    "rn": "registered nurse",
    "lpn": "licensed practical nurse",
    "lvn": "licensed vocational nurse",
    "cma": "medical assistant",
    "rma": "medical assistant",
    "ma": "medical assistant",
    "cna": "nursing assistant",
    "lcsw": "social worker",
    "pharmacist": "pharmacist",
}
_SERVICES: Final[Mapping[str, str]] = {
    "CCM": "Chronic care management is help with your long-term illnesses between visits.",
    "PCM": "Principal care management is help with one serious illness between visits.",
    "APCM": "Advanced primary care management: your practice looks after all of your care, every month.",
}
_WITHOUT_TIME: Final = "APCM"
_LEFT: Final[Mapping[str, str]] = {
    "deductible": "part of your yearly deductible",
    "coinsurance": "coinsurance, your part of each bill",
    "copayment": "copayment, a set amount for each service",
    "other": "other amounts that your plan left to you",
}
_PLANS: Final[Mapping[str, str]] = {
    "medicare_ffs": "Medicare",
    "medicare_advantage": "a Medicare Advantage plan",
    "medicaid": "Medicaid",
    "commercial": "a private plan",
    "other": "another plan",
}


def activity_words(activity: str | None) -> str:
    """A category of work in plain words."""
    if activity is None:
        return "Worked on your care"
    return ACTIVITIES.get(activity, activity.replace("_", " ").capitalize())


def lines_of(found: "Statement") -> Iterator[str]:
    """The whole statement; of a month with nothing on record that there is none."""
    if found.is_empty:
        what = "no work, service or claim of the month is on record"
        yield f"There is nothing to state of {_month(found.month)}: {what}."
        return
    yield f"Statement of your care in {_month(found.month)}"
    yield f"For {_of_patient(found.name)}. From {found.practice or 'your practice'}."
    yield f"This is not a bill. It shows our records up to entry {found.position}."
    yield ""
    yield "What this is"
    yield f"  {_SERVICES[found.programme.value]}"
    if found.biller is not None:
        yield f"  In charge of it: {_person(found.biller, found.biller_credential)}."
    yield ""
    yield "What was done"
    yield from (_done(each) for each in found.done)
    if found.done:
        yield f"  In all: {_duration(found.seconds)}."
    elif found.programme.value == _WITHOUT_TIME:
        yield "  This care is not counted by the minute."
    else:
        yield "  No time was counted for you in this month."
    yield ""
    yield "What it costs"
    yield from (f"  {line}" for line in _cost(found.share))
    yield ""
    yield "How to ask, or to say that something is wrong"
    yield from (f"  {line}" for line in _asking(found))


def _month(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _of_patient(name: "Name") -> str:
    if name.text is not None:
        return name.text
    return "a patient whose name was erased" if name.is_erased else "a patient whose name is not on file"


def _person(name: "Name", credential: str | None) -> str:
    gone = "Name erased" if name.is_erased else "Name not on file"
    return f"{name.text or gone}, {_CREDENTIALS.get(credential or '', 'member of your care team')}"


def _done(each: "Done") -> str:
    on = f"{each.on.day} {each.on:%B}"
    return f"  {on}: {activity_words(each.activity)}, {_duration(each.seconds)}. {_person(each.name, each.credential)}."


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    whole = f"{minutes} minute{'' if minutes == 1 else 's'}"
    if not rest:
        return whole
    return f"{whole} {rest} seconds" if minutes else f"{rest} seconds"


def _cost(share: "PatientShare") -> Iterator[str]:
    if share.charge is None:
        yield "We have not sent a claim for this month."
    else:
        yield f"We asked your plan for {money(share.charge)}."
    if share.why == "to_clear_up":
        yield "What your plan told us comes to more than we asked for."
    elif share.share is not None:
        yield f"Your plan paid {money(share.paid)}."
        yield from (f"It left {money(amount)} to you: {_LEFT[kind]}." for kind, amount in share.left)
    elif share.charge is not None:
        yield "Your plan has not answered yet."
    if share.by_others:
        yield f"Another plan paid {money(share.by_others)} of your part."
    yield from _estimate(share)
    yield _owed(share)
    if share.waived and share.why != "qmb":
        yield f"We waived {money(share.waived)} because paying it would be too hard for you."
    if share.refunded:
        yield f"We gave {money(share.refunded)} back to you."
    for each in share.beside:
        yield f"You also have {_PLANS.get(each.kind, 'another plan')} on file. It may pay some or all of your part."


def _estimate(share: "PatientShare") -> Iterator[str]:
    found = share.estimate
    if found is None or share.why == "qmb":
        return
    if found.allowed is None:
        yield "We cannot say yet what your part may be. Your plan sets its own amounts."
        return
    met, most = money(found.deductible_met), money(found.deductible_not_met)
    yield f"We expect that Medicare allows {money(found.allowed)}."
    yield f"Your part may be {met}, if you have paid your Part B deductible for the year."
    yield f"If you have paid none of it, your part may be as much as {most}."


def _owed(share: "PatientShare") -> str:
    match share.why:
        case "qmb":
            return "You are a qualified Medicare beneficiary (QMB). You owe nothing. Nobody may bill you for this care."
        case "nothing_claimed" | "not_answered":
            return "You owe nothing now. Nothing may be billed to you before your plan answers."
        case "to_clear_up":
            return "You owe nothing now. We will ask your plan first. Nothing may be billed to you before that."
        case "nothing_left":
            return "You owe nothing."
        case "waived":
            return "You owe nothing: your part was waived."
        case "paid_by_another":
            return "You owe nothing: another plan answered for your part."
        case "refunded":
            return "You owe nothing: your part does not count any more."
    assert share.owed is not None, "what the payer left is known"
    return f"You may be billed {money(share.owed)}."


def _asking(found: "Statement") -> Iterator[str]:
    practice = found.practice or "your practice"
    yield f"Ask {practice} about anything on this page."
    yield "If something was not done, or was not for you, tell them. They can check it and write down what you said."
    if found.share.owed is None or found.share.owed:
        yield "If paying is too hard for you, tell them. They can look at your case."
    if found.payer_kind in (None, "medicare_ffs"):
        yield "You can also call Medicare: 1-800-MEDICARE (1-800-633-4227)."
    else:
        yield "You can also call your plan. The number is on your card."
    yield "You may stop this service at any time. Tell the practice."
