"""The company whose year is simulated: three practices in three zones, everybody who works there, and their patients.

Ned succeeds Ada, Sha is the nurse whom New York and Chicago share, Lee leaves in the summer, Manu works abroad, Robo is
a program, Tess has no credential yet, Bill bills. Names are short: what is asked of the ledger goes by its own ids.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.house import ALL_ITEMS, PLAN_ELEMENTS, House

OFFICES: Final = (
    ("Harbor Internal Medicine", "121212121", "America/New_York", "1245319599"),
    ("Lakeside Primary Care", "343434343", "America/Chicago", "1700000007"),
    ("Palm Family Practice", "565656565", "Pacific/Honolulu", "1800000006"),
)
"""Name, TIN, zone, organisation NPI."""
EVERYWHERE: Final = (0, 1, 2)
STAFF: Final[tuple[tuple[str, str | None, str | None, str, tuple[int, ...], str], ...]] = (
    ("ada", "md", "1234567893", "practitioner", (0,), "US"),
    ("ned", "np", "1558598797", "practitioner", (0,), "US"),
    ("ben", "do", "1000000004", "practitioner", (1,), "US"),
    ("cyd", "md", "1999999992", "practitioner", (2,), "US"),
    ("nia", "rn", None, "clinical_staff", (0,), "US"),
    ("ola", "lpn", None, "clinical_staff", (0,), "US"),
    ("sha", "rn", None, "clinical_staff", (0, 1), "US"),
    ("cal", "cma", None, "clinical_staff", (1,), "US"),
    ("lee", "rn", None, "clinical_staff", (1,), "US"),
    ("kai", "rn", None, "clinical_staff", (2,), "US"),
    ("mia", "ma", None, "clinical_staff", (2,), "US"),
    ("manu", "lpn", None, "clinical_staff", (2,), "PH"),
    ("tess", None, None, "clinical_staff", (0,), "US"),
    ("robo", None, None, "machine", (1,), "US"),
    ("fay", None, None, "front_desk", EVERYWHERE, "US"),
    ("bill", None, None, "biller", EVERYWHERE, "US"),
    ("cora", None, None, "compliance", (), "US"),
    ("feed", None, None, "integration", (), "US"),
)
"""Short name, credential, NPI, role, offices (none: all of the ledger), country of work."""
DOCTORS: Final = ("ada", "ben", "cyd")
NURSES: Final = (("nia", "ola", "sha"), ("cal", "lee", "sha"), ("kai", "mia"))
SINCE: Final = "2024-01-01"


@dataclass
class Client:
    """A patient as the company thinks of one; what the ledger thinks is asked of the ledger."""

    number: int
    id: str
    office: int
    doctor: str
    nurses: tuple[str, ...]
    conditions: list[str] = field(default_factory=list)
    consents: list[str] = field(default_factory=list)
    designation: str = ""
    is_busy: bool = True
    """Whether the nurses work for this patient in the ordinary course of the days."""
    is_dead: bool = False
    """Whether a death is on record: then plans and consents of today are refused."""

    @property
    def mrn(self) -> dict[str, str]:
        """The record number by which the practice knows the patient."""
        return {"system": "mrn", "value": f"year-{self.number}"}


@dataclass
class Company:
    """Practices by office, people by short name (in `it.ids`), clients."""

    it: House
    practices: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def zone(self, office: int) -> ZoneInfo:
        """The zone of an office."""
        return ZoneInfo(OFFICES[office][2])

    def local(self, office: int, on: date, minutes: int, seconds: int = 0) -> datetime:
        """A local time of an office, by minutes after midnight; they may run past the day."""
        wall = datetime.combine(on, time()) + timedelta(minutes=minutes, seconds=seconds)
        return wall.replace(tzinfo=self.zone(office)).astimezone(UTC)


def furnish(it: House) -> Company:
    """The practices and the people of the company."""
    company = Company(it)
    for name, tin, zone, npi in OFFICES:
        site = {"name": "Main", "place_of_service": "11"}
        entered = {"name": name, "tin": tin, "zone": zone, "npi": npi, "sites": [site]}
        practice = dict(it.accepted("register_practice", entered).ids)["practice"]
        company.practices.append(practice)
        for capability, year in (("cehrt_year", 2025), ("access_24x7", None)):
            attested: dict[str, Any] = {"practice": practice, "capability": capability, "from_on": SINCE}
            it.accepted("attest_capability", attested | ({"edition_year": year} if year else {}))
    for short, credential, own_npi, role, offices, country in STAFF:
        held: list[str | None] = [company.practices[office] for office in offices] or [None]
        data: dict[str, Any] = {
            "name": short.title(),
            "credential": credential,
            "npi": own_npi,
            "is_person": short not in ("robo", "feed"),
            "work_country": country,
            "identifiers": [{"system": "hr", "value": f"hr-{short}"}],
            "roles": [{"role": role, "practice": practice, "from_on": SINCE} for practice in held],
        }
        it.ids[short] = dict(it.accepted("register_staff", data).ids)["staff"]
    it.accepted("register_source", {"system": "timer"})
    it.accepted("register_source", {"system": "ehr", "trusted_for_acts": True})
    return company


def admit(company: Company, number: int, dice: Random, *, office: int | None = None) -> Client:
    """A further patient: registered, with conditions, risk, a visit and coverage; no consent yet."""
    it, office = company.it, number % len(OFFICES) if office is None else office
    doctor = DOCTORS[office]
    client = Client(number, "", office, doctor, tuple(dice.sample(NURSES[office], 2)))
    person = {"given": "Pat", "family": f"Year {number}", "born_on": f"19{30 + number % 30}-05-17"}
    data: dict[str, Any] = {
        "identifiers": [client.mrn],
        "demographics": person,
        "practice": company.practices[office],
    }
    client.id = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
    who = {"patient": client.id}
    since = {"practice": company.practices[office], "from_on": "2025-06-01"}
    it.accepted("assign_practice", who | since, actor="fay")
    for code in ("E11.9", "I10"):
        condition = who | {"icd10": code, "onset_on": "2020-01-01", "expected_12_months": True}
        client.conditions.append(dict(it.accepted("record_condition", condition, actor=doctor).ids)["condition"])
    it.accepted("attest_risk", who | {"on": "2025-12-01"}, actor=doctor)
    visit = {"on": "2025-11-20", "code": "99214", "practitioner": it.ids[doctor], "ccm_discussed": True}
    it.accepted("record_visit", who | visit, actor=doctor)
    coverage = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2020-01-01"}
    it.accepted("record_coverage", who | coverage, actor="fay")
    company.clients.append(client)
    return client


def consent_of(company: Company, client: Client, at: datetime, **changes: Any) -> dict[str, Any]:
    """A complete verbal consent of a moment."""
    whole: dict[str, Any] = {
        "patient": client.id,
        "programme": "CCM",
        "occurred_at": at.isoformat(),
        "method": "verbal",
        "obtained_by": company.it.ids[client.nurses[0]],
        "practitioner": company.it.ids[client.doctor],
        "given_by": "self",
        "items": ALL_ITEMS,
        "evidence": {"kind": "contemporaneous_note", "pointer": f"note {client.number}"},
    }
    return whole | changes


def plan_of(company: Company, client: Client, at: datetime, **changes: Any) -> dict[str, Any]:
    """A whole revision of the care plan."""
    whole: dict[str, Any] = {
        "patient": client.id,
        "revised_at": at.isoformat(),
        "author": company.it.ids[client.doctor],
        "elements": [{"element": name, "text": "In words."} for name in PLAN_ELEMENTS],
        "intervention_owners": True,
        "goals": 2,
        "conditions": client.conditions,
        "review_on": f"{at.year + 1}-01-31",
    }
    return whole | changes
