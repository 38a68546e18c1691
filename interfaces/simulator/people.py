"""The company's practices and staff, with NPIs that pass their check digit. Everybody is made up.

Staff are named by identifiers of the system `staff`; the ledger's opaque ids are not known here.
"""

from typing import Any, Final, NamedTuple

from interfaces.simulator.dice import Dice
from ledger.terms.people import is_npi

STAFF_SYSTEM: Final = "staff"
MRN_SYSTEM: Final = "mrn"


class PracticeMade(NamedTuple):
    """A practice: short name, legal name, zone, state, letter of its staff numbers."""

    code: str
    name: str
    zone: str
    state: str
    letter: str


class StaffMade(NamedTuple):
    """Somebody who works there: number, name, role, credential, practice (None: all), country."""

    number: str
    name: str
    role: str
    credential: str | None
    practice: str | None
    country: str = "US"

    @property
    def ref(self) -> dict[str, str]:
        """How commands name this person."""
        return {"system": STAFF_SYSTEM, "value": self.number}


NORTH: Final = PracticeMade("north", "Northfield Family Medicine", "America/Chicago", "IL", "N")
LAKE: Final = PracticeMade("lake", "Lakeside Internal Medicine", "America/New_York", "NY", "L")
PRACTICES: Final = (NORTH, LAKE)

_POSTS: Final = (
    ("MD-1", "practitioner", "md"),
    ("NP-1", "practitioner", "np"),
    ("RN-1", "clinical_staff", "rn"),
    ("RN-2", "clinical_staff", "rn"),
    ("LPN-1", "clinical_staff", "lpn"),
    ("MA-1", "clinical_staff", "cma"),
    ("MA-2", "clinical_staff", "ma"),
    ("FD-1", "front_desk", None),
)
_SHARED: Final = (
    ("C-BILL-1", "biller", None, "US"),
    ("C-COMP-1", "compliance", None, "US"),
    ("C-AUD-1", "auditor", None, "US"),
    ("C-OFF-1", "clinical_staff", "rn", "PH"),
)
INTEGRATION: Final = StaffMade("C-INT-1", "Chart and timer interface", "integration", None, None)

GIVEN: Final = (
    *("Ada", "Alma", "Basil", "Bruno", "Cora", "Cyrus", "Della", "Edgar", "Effie", "Felix", "Flora"),
    *("Gideon", "Greta", "Harold", "Hester", "Ida", "Jasper", "Josie", "Kermit", "Lena", "Lionel", "Mabel"),
    *("Merle", "Nell", "Otis", "Pearl", "Quentin", "Rhoda", "Silas", "Tilda", "Ulric", "Vera", "Wendell"),
    *("Yvette", "Zelda"),
)
FAMILY: Final = (
    *("Appleyard", "Barnstaple", "Cobbler", "Dunmore", "Elderfield", "Fairweather", "Greywater", "Hollins"),
    *("Inkster", "Jessamine", "Kestrel", "Larkspur", "Mossgrove", "Nettleton", "Oakhollow", "Pennywhistle"),
    *("Quillfeather", "Rookwood", "Stonebridge", "Thistlewood", "Underhill", "Vinegrove", "Wickersham"),
    *("Yarrow", "Zephyrine"),
)


def staff_of(dice: Dice) -> tuple[StaffMade, ...]:
    """Everybody who works for the company."""
    found = [
        StaffMade(f"{practice.letter}-{number}", full_name(dice), role, credential, practice.code)
        for practice in PRACTICES
        for number, role, credential in _POSTS
    ]
    found += [StaffMade(number, full_name(dice), role, cred, None, land) for number, role, cred, land in _SHARED]
    return (*found, INTEGRATION)


def full_name(dice: Dice) -> str:
    """A made-up name."""
    return f"{dice.pick(GIVEN)} {dice.pick(FAMILY)}"


def npi(dice: Dice) -> str:
    """Ten digits that pass the check of an NPI."""
    nine = f"1{dice.below(10**8):08d}"
    return next(candidate for digit in range(10) if is_npi(candidate := f"{nine}{digit}"))


def mbi(dice: Dice) -> str:
    """Eleven characters of the shape of an MBI."""
    letters, digits = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
    both = letters + digits
    forms = ("123456789", letters, both, digits, letters, both, digits, letters, letters, digits, digits)
    return "".join(dice.pick(form) for form in forms)


def practice_data(practice: PracticeMade, dice: Dice) -> dict[str, Any]:
    """What register_practice says."""
    return {
        "name": practice.name,
        "tin": f"99{dice.below(10**7):07d}",
        "npi": npi(dice),
        "zone": practice.zone,
        "sites": [
            {"name": f"{practice.name}, main office", "place_of_service": "11"},
            {"name": f"{practice.name}, telehealth desk", "place_of_service": "10"},
        ],
    }


def staff_data(person: StaffMade, practice_id: str | None, dice: Dice) -> dict[str, Any]:
    """What register_staff says."""
    data: dict[str, Any] = {
        "name": person.name,
        "is_person": person.role != "integration",
        "work_country": person.country,
        "identifiers": [person.ref],
        "roles": [{"role": person.role, "from_on": "2025-01-01"} | ({"practice": practice_id} if practice_id else {})],
    }
    if person.credential:
        data["credential"] = person.credential
    if person.role == "practitioner":
        data["npi"] = npi(dice)
    return data
