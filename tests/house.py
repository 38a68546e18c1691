"""A small company in a real ledger, for tests that go through the whole door: lines in, answers out.

The fixture of ccm-rules.md section 14: one practice in Chicago, Dr Ada (MD, NPI 1234567893), nurse Bea (RN), assistant
Cal (CMA), a biller, a compliance officer, an integration; a patient with two conditions, a visit, consent and plan.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from commands.answer import Answer
from commands.handle import Handler
from commands.opening import open_new_ledger
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.rulebook import Edition, shipped_edition
from ledger.store.connection import Ledger, Place, create

LOGIN = "os:tester"
KEY = bytes(range(32))
BEGIN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ALL_ITEMS = {"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True}


@dataclass
class House:
    """An open ledger with its handler, and short ways to say what people do."""

    log: Ledger
    handler: Handler
    clock: str = "2026-01-01T12:00:00Z"
    ids: dict[str, str] = field(default_factory=dict)
    """Who is who, by the short names of this module."""
    count: int = 0

    def line(self, command: str, data: Mapping[str, Any], **head: Any) -> bytes:
        """A line of `submit`; the key is made up where none is given, the clock is the house's own."""
        self.count += 1
        actor = head.pop("actor", None)
        whole = {"v": 1, "key": head.pop("key", f"k{self.count}"), "command": command, "data": data}
        if self.log.simulated and "clock" not in head:
            whole["clock"] = self.clock
        if actor is not None:
            whole["actor"] = {"id": self.ids.get(actor, actor)} if isinstance(actor, str) else actor
        return json.dumps({**whole, **head}).encode()

    def send_lines(self, *lines: bytes) -> list[Answer]:
        """The answers to lines that arrive together."""
        return self.handler.handle([self.handler.read(line) for line in lines])

    def send(self, command: str, data: Mapping[str, Any], **head: Any) -> Answer:
        """The answer to one line."""
        (answer,) = self.send_lines(self.line(command, data, **head))
        return answer

    def accepted(self, command: str, data: Mapping[str, Any], **head: Any) -> Answer:
        """The answer to one line that must be accepted."""
        answer = self.send(command, data, **head)
        assert answer.outcome == "accepted", answer
        return answer

    def log_time(self, start: str, end: str, **data: Any) -> Answer:
        """Work of nurse Bea for the patient, described and of a kind that counts."""
        head = {name: data.pop(name) for name in ("key", "clock", "source", "actor", "expect") if name in data}
        whole = {
            "patient": self.ids["patient"],
            "performer": self.ids["bea"],
            "start": start,
            "end": end,
            "activity": "medication_reconciliation",
            "description": "Went through the pill box by phone.",
            "contact": {"with_whom": "patient", "two_way": True, "channel": "phone", "outcome": "reached"},
            **data,
        }
        return self.send("log_time", whole, actor=head.pop("actor", "bea"), **head)


@contextmanager
def house(
    place: Place,
    *,
    simulated: bool = True,
    with_patient: bool = True,
    practice_npi: str | None = None,
    edition: Edition | None = None,
) -> Iterator[House]:
    """A company in a new ledger at a place, by the shipped law where no other is given.

    A practice that releases claims has an NPI.
    """
    clock = SimulatedClock(BEGIN)
    ids = SystemIds()
    with create(place, master_key=KEY, clock=clock, ids=ids, simulated=simulated) as log:
        administrator = open_new_ledger(
            log,
            name="Test Company",
            simulated=simulated,
            login=LOGIN,
            edition=edition or shipped_edition(),
            now=BEGIN,
            ids=ids,
        )
        handler = Handler(log=log, ids=ids, clock=clock, zones=PinnedZones(), login=LOGIN)
        it = House(log, handler, ids={"admin": administrator})
        _people(it, practice_npi)
        if with_patient:
            _patient(it)
        yield it


STAFF: tuple[tuple[str, str, str | None, str | None, str], ...] = (
    ("ada", "Ada Adams", "md", "1234567893", "practitioner"),
    ("dot", "Dot Drew", "md", "1558598797", "practitioner"),
    ("bea", "Bea Brook", "rn", None, "clinical_staff"),
    ("cal", "Cal Cole", "cma", None, "clinical_staff"),
    ("bill", "Bill Buck", None, None, "biller"),
    ("fay", "Fay Ford", None, None, "front_desk"),
    ("cora", "Cora Crane", None, None, "compliance"),
    ("audi", "Audi Ames", None, None, "auditor"),
    ("feed", "EHR feed", None, None, "integration"),
)


def _people(it: House, practice_npi: str | None) -> None:
    practice = {
        "name": "Lakeside Primary Care",
        "tin": "123456789",
        "zone": "America/Chicago",
        "npi": practice_npi,
        "sites": [{"name": "Main", "place_of_service": "11"}],
    }
    it.ids["practice"] = dict(it.accepted("register_practice", practice).ids)["practice"]
    for capability, year in (("cehrt_year", 2025), ("access_24x7", None)):
        attested = {"practice": it.ids["practice"], "capability": capability, "from_on": "2025-01-01"}
        it.accepted("attest_capability", attested | ({"edition_year": year} if year else {}))
    for short, name, credential, number, role in STAFF:
        data: dict[str, Any] = {
            "name": name,
            "credential": credential,
            "npi": number,
            "is_person": short != "feed",
            "work_country": "US",
            "identifiers": [{"system": "hr", "value": f"hr-{short}"}],
            "roles": [{"role": role, "practice": it.ids["practice"], "from_on": "2025-01-01"}],
        }
        it.ids[short] = dict(it.accepted("register_staff", data).ids)["staff"]
    it.accepted("register_source", {"system": "ehr", "trusted_for_acts": True})
    it.accepted("register_source", {"system": "timer"})


def _patient(it: House) -> None:
    data = {
        "identifiers": [{"system": "mrn", "value": "mrn-1"}],
        "demographics": {"given": "Pat", "family": "Poe", "born_on": "1950-02-03"},
    }
    it.ids["patient"] = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
    patient = {"patient": it.ids["patient"]}
    it.accepted("assign_practice", patient | {"practice": it.ids["practice"], "from_on": "2025-01-01"}, actor="fay")
    for code in ("E11.9", "I10"):
        condition = {"icd10": code, "onset_on": "2020-01-01", "expected_12_months": True}
        it.accepted("record_condition", patient | condition, actor="ada")
    it.accepted("attest_risk", patient | {"on": "2025-12-10"}, actor="ada")
    visit = {"on": "2025-12-10", "code": "G0439", "practitioner": it.ids["ada"], "ccm_discussed": True}
    it.accepted("record_visit", patient | visit, actor="ada")
    coverage = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2015-01-01"}
    it.accepted("record_coverage", patient | coverage, actor="fay")
    it.clock = "2026-01-05T16:00:00Z"
    it.accepted("record_consent", consent_of(it), actor="bea")
    plan = patient | {
        "revised_at": "2026-01-05T15:30:00Z",
        "author": it.ids["ada"],
        "elements": [{"element": name, "text": "In words."} for name in PLAN_ELEMENTS],
        "intervention_owners": True,
        "goals": 2,
        "review_on": "2027-01-05",
    }
    it.accepted("revise_care_plan", plan, actor="ada")
    it.accepted("sign_care_plan", patient | {"revision": 1}, actor="ada")
    copy = {"revision": 1, "given_at": "2026-01-05T15:45:00Z", "given_to": "patient", "channel": "paper"}
    it.accepted("record_plan_copy", patient | copy, actor="bea")
    designation = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01", "practitioner": it.ids["ada"]}
    it.accepted("designate_practitioner", patient | designation, actor="ada")


PLAN_ELEMENTS = ("problem_list", "goals", "interventions", "medications", "review_schedule")


def consent_of(it: House, **changes: Any) -> dict[str, Any]:
    """A complete verbal consent of the patient, naming Dr Ada."""
    whole: dict[str, Any] = {
        "patient": it.ids["patient"],
        "programme": "CCM",
        "occurred_at": "2026-01-05T15:00:00Z",
        "method": "verbal",
        "obtained_by": it.ids["bea"],
        "practitioner": it.ids["ada"],
        "given_by": "self",
        "items": ALL_ITEMS,
        "evidence": {"kind": "contemporaneous_note", "pointer": "note of 5 January"},
    }
    return whole | changes
