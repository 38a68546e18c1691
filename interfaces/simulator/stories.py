"""What becomes of each patient in the simulated quarter: who looks after them, how they consent, how much time it is.

A patient is known here by what the importer says of the chart, so that simulated and given charts take the same way.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from interfaces.importing.fhir import Setting, translate
from interfaces.importing.mapping import ChartMapping
from interfaces.importing.reading import Delivered, Report
from interfaces.simulator.dice import Dice
from interfaces.simulator.people import MRN_SYSTEM, PRACTICES, StaffMade

MONTHS: Final = ("2026-01", "2026-02", "2026-03")

Consent = Literal["verbal", "written", "representative", "incomplete", "supplemented", "declined", "late", "none"]
Level = Literal["below_20", "from_20", "from_40", "from_60", "complex", "personal", "one_second_short"]

_LEVELS: Final[tuple[Level, ...]] = (
    *("from_20", "from_40", "below_20", "complex", "from_60", "personal", "from_20", "one_second_short"),
)
_CONSENTS: Final[tuple[Consent, ...]] = (
    *("verbal", "verbal", "written", "verbal", "verbal", "verbal", "representative", "verbal", "late"),
    *("incomplete", "verbal", "supplemented", "declined", "written", "none"),
)
_MINUTES: Final[dict[Level, tuple[int, int]]] = {
    "below_20": (5, 19),
    "from_20": (20, 39),
    "from_40": (40, 59),
    "from_60": (60, 85),
    "complex": (60, 125),
    "personal": (30, 65),
    "one_second_short": (20, 20),
}


class Member(NamedTuple):
    """A patient as the chart shows one: MRN, MBI where known, chronic conditions, death, plan revisions, practice."""

    mrn: str
    has_mbi: bool
    chronic: int
    is_dead: bool
    revisions: int
    practice: str

    @property
    def ref(self) -> dict[str, str]:
        """How commands name this patient."""
        return {"system": MRN_SYSTEM, "value": self.mrn}


class Story(NamedTuple):
    """One patient in CCM, or asked to be: the team, the consent, the level of time, seconds by month."""

    member: Member
    practitioner: StaffMade
    nurse: StaffMade
    consent: Consent
    level: Level
    seconds: tuple[int, ...]

    @property
    def has_plan(self) -> bool:
        """Whether the team made a plan: where the patient neither declined nor was left unasked."""
        return self.consent not in ("declined", "none")


def members_of(charts: Sequence[bytes], mapping: ChartMapping) -> Iterator[Member]:
    """The patients of these charts, in turn in one practice and in the other; charts without an MRN are passed over."""
    for number, content in enumerate(charts):
        mrn, has_mbi, is_dead, revisions, chronic = "", False, False, 0, set()
        for answer in translate(content, Setting(mapping), Report()):
            if not isinstance(answer, Delivered):
                continue
            data = answer.command["data"]
            match answer.command["command"]:
                case "register_patient":
                    found = {name["system"]: name["value"] for name in data["identifiers"]}
                    mrn, has_mbi = found.get(MRN_SYSTEM, ""), "mbi" in found
                case "record_condition" if data.get("expected_12_months") and "abated_on" not in data:
                    chronic.add(data["icd10"][:3])
                case "revise_care_plan":
                    revisions += 1
                case "record_death":
                    is_dead = True
        if mrn:
            yield Member(mrn, has_mbi, len(chronic), is_dead, revisions, PRACTICES[number % 2].code)


def stories_of(members: Sequence[Member], staff: Sequence[StaffMade], dice: Dice) -> Iterator[Story]:
    """The stories of those who live and have two chronic conditions or more."""
    fitting = [member for member in members if member.chronic >= 2 and not member.is_dead]
    for number, member in enumerate(fitting):
        team = [person for person in staff if person.practice == member.practice]
        practitioners = [person for person in team if person.role == "practitioner"]
        nurses = [person for person in team if person.role == "clinical_staff"]
        consent = _CONSENTS[number % len(_CONSENTS)]
        level = _LEVELS[number % len(_LEVELS)] if consent not in ("declined", "none") else "below_20"
        yield Story(
            member=member,
            practitioner=practitioners[number // 2 % len(practitioners)],
            nurse=nurses[number // 2 % len(nurses)],
            consent=consent,
            level=level,
            seconds=tuple(_seconds(level, dice) for _ in MONTHS),
        )


def _seconds(level: Level, dice: Dice) -> int:
    low, high = _MINUTES[level]
    return dice.between(low, high) * 60 - (1 if level == "one_second_short" else 0)
