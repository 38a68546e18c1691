"""From the first day to the plan: the lines that make patients ready for CCM, faults among them.

Every function yields lines in the order of their clocks. Sources are named as a company would name them: `office` for
what staff type in, `consent_forms` for what the consent desk sends.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from interfaces.simulator.dice import Dice
from interfaces.simulator.people import PRACTICES, StaffMade, mbi, practice_data, staff_data
from interfaces.simulator.stories import Member, Story
from ledger.terms.calendar import stored_instant

Line = dict[str, Any]

ITEMS: Final = {"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True}
_ELEMENTS: Final = (
    ("problem_list", "The chronic conditions of the chart, in the patient's order of worry."),
    ("goals", "Blood pressure below 140/90 by June.\nWalks 20 minutes on five days a week."),
    ("interventions", "Weekly call: the nurse.\nMedication review each quarter: the practitioner."),
    ("medications", "List reconciled with the patient and the pharmacy."),
    ("expected_outcome", "Stable at home, no admission this year."),
    ("functional_assessment", "Independent, with a cane outside."),
    ("symptom_management", "Rescue plan for breathlessness explained."),
    ("environmental_evaluation", "Stairs with a rail; rugs removed."),
    ("caregiver_assessment", "A daughter visits every second day."),
    ("community_services", "Meals on three days a week."),
    ("outside_coordination", "Cardiologist twice a year."),
)


def line(
    key: str, command: str, data: Line, at: datetime, *, actor: StaffMade | None = None, source: str | None = "office"
) -> Line:
    """One line of `submit` with its clock."""
    made: Line = {"v": 1, "key": key, "command": command}
    if actor is not None:
        made["actor"] = {"id": actor.ref}
    if source is not None:
        made["source"] = {"system": source, "id": key, "recorded_at": stored_instant(at)}
    return made | {"data": data, "clock": stored_instant(at)}


def setup_lines(dice: Dice, sources: Sequence[str]) -> Iterator[Line]:
    """Sources and practices; the answers to the practices carry the ids that everything else needs."""
    at = datetime(2025, 12, 1, 14, tzinfo=UTC)
    for number, system in enumerate(sources):
        moment = at + timedelta(seconds=number)
        yield line(f"setup:source:{system}", "register_source", {"system": system}, moment, source=None)
    for number, practice in enumerate(PRACTICES):
        data = practice_data(practice, dice)
        yield line(
            practice_key(practice.code), "register_practice", data, at + timedelta(minutes=1 + number), source=None
        )


def practice_key(code: str) -> str:
    """The key of the line that registers a practice."""
    return f"setup:practice:{code}"


def staff_lines(staff: Sequence[StaffMade], practices: Mapping[str, str], dice: Dice) -> Iterator[Line]:
    """Staff, one with an NPI that fails its check digit, licences, capabilities, a policy."""
    clock = _ticking(datetime(2025, 12, 1, 15, tzinfo=UTC), seconds=5)
    for person in staff:
        data = staff_data(person, practices[person.practice] if person.practice else None, dice)
        yield line(f"staff:{person.number}", "register_staff", data, next(clock), source=None)
    wrong = staff_data(staff[0], None, dice) | {"npi": "1234567890", "identifiers": []}
    yield line("staff:npi-check-digit", "register_staff", wrong, next(clock), source=None)
    states = {practice.code: practice.state for practice in PRACTICES}
    for person in staff:
        if person.credential in ("rn", "lpn") and person.practice:
            licence = {"kind": person.credential, "state": states[person.practice], "from_on": "2022-07-01"}
            data = {"staff": person.ref, **licence}
            yield line(f"licence:{person.number}", "record_licence", data, next(clock), source=None)
    for code, practice in sorted(practices.items()):
        always: Line = {"practice": practice, "from_on": "2025-01-01"}
        yearly = always | {"capability": "cehrt_year", "edition_year": 2015}
        yield line(f"capability:{code}:cehrt", "attest_capability", yearly, next(clock), source=None)
        hours = always | {"capability": "access_24x7"}
        yield line(f"capability:{code}:24x7", "attest_capability", hours, next(clock), source=None)
        policy = always | {"policy": "untimed_counts", "value": "yes"}
        yield line(f"policy:{code}:untimed", "adopt_policy", policy, next(clock), source=None)


def patient_lines(
    members: Sequence[Member], desk: Mapping[str, StaffMade], practices: Mapping[str, str], dice: Dice
) -> Iterator[Line]:
    """Of the living: practice, MBI where the chart has none, coverage; every tenth patient has no coverage on file."""
    clock = _ticking(datetime(2025, 12, 3, 14, tzinfo=UTC), seconds=20)
    for number, member in enumerate(member for member in members if not member.is_dead):
        actor = desk[member.practice]
        to = {"patient": member.ref, "practice": practices[member.practice], "from_on": "2025-12-01"}
        yield line(f"assign:{member.mrn}", "assign_practice", to, next(clock), actor=actor)
        card = mbi(dice)
        if not member.has_mbi:
            link = {"patient": member.ref, "identifiers": [{"system": "mbi", "value": card}]}
            yield line(f"mbi:{member.mrn}", "link_identifier", link, next(clock), actor=actor)
        if number % 10 != 9:
            at = next(clock)
            cover = {
                "patient": member.ref,
                "payer": "medicare",
                "kind": "medicare_ffs",
                "from_on": "2024-01-01",
                "qmb": dice.chance(10),
                "verified_at": stored_instant(at),
            }
            yield line(f"coverage:{member.mrn}", "record_coverage", cover, at, actor=actor)


def visit_lines(stories: Sequence[Story], dice: Dice) -> Iterator[Line]:
    """The visits that open CCM: annual wellness or an office visit; one nurse visit, one without a word of CCM."""
    clock = _ticking(datetime(2025, 12, 12, 21, tzinfo=UTC), seconds=30)
    for number, story in enumerate(stories):
        code = "99211" if number == 3 else dice.pick(("G0439", "99214", "99213"))
        visit = {
            "patient": story.member.ref,
            "on": f"2025-12-{dice.between(8, 12):02d}",
            "code": code,
            "practitioner": story.practitioner.ref,
            "ccm_discussed": number != 5,
        }
        yield line(f"visit:{story.member.mrn}", "record_visit", visit, next(clock), actor=story.practitioner)


def consent_lines(stories: Sequence[Story]) -> Iterator[Line]:
    """The consent desk's week before Christmas: complete, incomplete, declined; `late` and `none` send nothing yet."""
    at = datetime(2025, 12, 15, 15, tzinfo=UTC)
    for number, story in enumerate(stories):
        # Eight conversations a day, a quarter of an hour each.
        moment = at + timedelta(days=number // 8 % 5, minutes=15 * (number % 8) + 120 * (number // 40))
        if story.consent == "declined":
            declined = {
                "patient": story.member.ref,
                "programme": "CCM",
                "occurred_at": stored_instant(moment),
                "told_to": story.nurse.ref,
            }
            yield _from_desk(story, "record_decline", declined, moment)
        elif story.consent not in ("late", "none"):
            yield _from_desk(story, "record_consent", consent_data(story, moment), moment)


def late_consent_lines(stories: Sequence[Story]) -> Iterator[Line]:
    """Consents of mid January that reach the ledger on the first of February, with the note written at the time."""
    clock = _ticking(datetime(2026, 2, 1, 12, tzinfo=UTC), seconds=10)
    for story in stories:
        if story.consent == "late":
            moment = datetime(2026, 1, 15, 16, tzinfo=UTC)
            made = _from_desk(story, "record_consent", consent_data(story, moment), moment)
            yield made | {"clock": stored_instant(next(clock))}


def supplement_lines(stories: Sequence[Story], consents: Mapping[str, str]) -> Iterator[Line]:
    """What incomplete consents lacked, by the consent ids that the ledger answered to their keys."""
    clock = _ticking(datetime(2026, 1, 2, 13, tzinfo=UTC), seconds=300)
    for story in stories:
        consent = consents.get(consent_key(story))
        if story.consent == "supplemented" and consent is not None:
            at = next(clock)
            data = {
                "patient": story.member.ref,
                "consent": consent,
                "occurred_at": stored_instant(at - timedelta(minutes=4)),
                "obtained_by": story.nurse.ref,
                "items": ITEMS,
                "evidence": {"kind": "contemporaneous_note", "pointer": "Call note of 2026-01-02."},
            }
            key = f"supplement:{story.member.mrn}"
            yield line(key, "supplement_consent", data, at, actor=story.nurse, source="consent_forms")


def consent_key(story: Story) -> str:
    """The key under which the consent desk sends a patient's answer."""
    return f"consent:{story.member.mrn}"


def consent_data(story: Story, moment: datetime) -> Line:
    """What record_consent says; the incomplete ones leave out that only one practitioner may furnish CCM."""
    short = story.consent in ("incomplete", "supplemented")
    data: Line = {
        "patient": story.member.ref,
        "programme": "CCM",
        "occurred_at": stored_instant(moment),
        "method": "written" if story.consent == "written" else "verbal",
        "obtained_by": story.nurse.ref,
        "practitioner": story.practitioner.ref,
        "given_by": "representative" if story.consent == "representative" else "self",
        "items": ITEMS | ({"one_practitioner": False} if short else {}),
        "evidence": {"kind": "contemporaneous_note", "pointer": "Consent note in the chart."},
        "language": "en",
        "interpreter": False,
        "script_version": "ccm_script_3",
    }
    if story.consent == "written":
        data["evidence"] = {"kind": "signed_form", "pointer": "Scanned form, page 1."}
    if story.consent == "representative":
        names = {"name": "Daughter of the patient", "relation": "daughter", "authority": "health care proxy"}
        data["representative"] = names
    return data


def plan_lines(stories: Sequence[Story], rival: StaffMade, dice: Dice) -> Iterator[Line]:
    """Risk, plan, signature, copy and designation of each patient; then a second practitioner for the first of them."""
    clock = _ticking(datetime(2025, 12, 22, 15, tzinfo=UTC), seconds=40)
    for story in stories:
        if not story.has_plan:
            continue
        patient, mrn, revision = story.member.ref, story.member.mrn, story.member.revisions + 1
        risk = {"patient": patient, "on": "2025-12-22", "statement": "At significant risk of decompensation."}
        yield line(f"risk:{mrn}", "attest_risk", risk, next(clock), actor=story.practitioner)
        at = next(clock)
        yield line(f"plan:{mrn}", "revise_care_plan", _plan(story, at, dice), at, actor=story.nurse)
        signed = {"patient": patient, "revision": revision}
        yield line(f"plan-signed:{mrn}", "sign_care_plan", signed, next(clock), actor=story.practitioner)
        at = next(clock)
        copy = {"given_at": stored_instant(at), "given_to": "patient", "channel": "portal", "given_by": story.nurse.ref}
        yield line(f"plan-copy:{mrn}", "record_plan_copy", signed | copy, at, actor=story.nurse)
        yield line(
            f"designation:{mrn}", *_designation(story, story.practitioner), next(clock), actor=story.practitioner
        )
    second = next((story for story in stories if story.has_plan and story.practitioner != rival), None)
    if second is not None:
        yield line("designation:second", *_designation(second, rival), next(clock), actor=rival)


def _plan(story: Story, at: datetime, dice: Dice) -> Line:
    # One plan in twelve lacks the medications.
    lacking = "medications" if dice.chance(8) else ""
    return {
        "patient": story.member.ref,
        "revised_at": stored_instant(at - timedelta(seconds=30)),
        "author": story.nurse.ref,
        "elements": [{"element": name, "text": text} for name, text in _ELEMENTS if name != lacking],
        "intervention_owners": True,
        "goals": 2,
        "review_on": "2026-06-22",
        "medications_reviewed": lacking == "",
    }


def _designation(story: Story, practitioner: StaffMade) -> tuple[str, Line]:
    whose = {"patient": story.member.ref, "practitioner": practitioner.ref}
    what = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01"}
    return "designate_practitioner", whose | what


def decision_lines(stories: Sequence[Story], month: str, at: datetime) -> Iterator[Line]:
    """The practitioner's decisions on a month that has ended: decision making of complex months, choice of family."""
    clock = _ticking(at, seconds=60)
    for story in stories:
        if story.level == "complex":
            weighed = {
                "level": "moderate",
                "problems": "Two chronic conditions with mild exacerbation.",
                "data": "Laboratory results and the cardiologist's letter.",
                "risk": "Prescription drug management.",
            }
            data = {"patient": story.member.ref, "month": month, **weighed}
            yield line(f"mdm:{month}:{story.member.mrn}", "attest_mdm", data, next(clock), actor=story.practitioner)
        family = {"complex": "complex", "personal": "personal"}.get(story.level)
        if family and story.has_plan:
            data = {"patient": story.member.ref, "month": month, "family": family}
            yield line(
                f"family:{month}:{story.member.mrn}", "choose_family", data, next(clock), actor=story.practitioner
            )


def _from_desk(story: Story, command: str, data: Line, moment: datetime) -> Line:
    at = moment + timedelta(minutes=5)
    return line(consent_key(story), command, data, at, actor=story.nurse, source="consent_forms")


def _ticking(start: datetime, *, seconds: int) -> Iterator[datetime]:
    while True:
        yield start
        start += timedelta(seconds=seconds)


def desk_of(staff: Sequence[StaffMade]) -> dict[str, StaffMade]:
    """The front desk of each practice."""
    return {person.practice: person for person in staff if person.role == "front_desk" and person.practice}
