"""A company whose patient was cared for in 2026, twelve years later: an erasure of everything is approved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interfaces.bootstrap import Session, Settings
from interfaces.erasing import again, carry_out
from interfaces.system import PinnedZones, SystemClock
from ledger.store.connection import Place, open_ledger
from ledger.streams.base import Event
from ledger.streams.erasure import Erasure, Erasures
from ledger.terms.identity import erasure_tag
from ledger.terms.outcome import Refused
from tests.house import KEY, LOGIN, House, house
from tests.postgres.servers import unused_address

ASKED, APPROVED, OVER = "2038-01-04T12:00:00Z", "2038-01-05T12:00:00Z", datetime(2038, 3, 1, 12, tzinfo=UTC)
YEARS = [2020, 2025, 2026]
"""Those of the conditions, the visit and the care."""
CANARIES = ("Zyxgiven", "Zyxfamily", "zyxpillbox", "zyxelement", "mrn-zyx", "zyx-key", "zyxparked")
"""Words about the patient that occur nowhere else."""


@dataclass
class Old:
    """The open ledger, its company, and the erasure on its way."""

    place: Place
    house: House
    erasure: str = ""
    lines: dict[str, bytes] = field(default_factory=dict)
    """Lines that were delivered, by what they say."""

    @property
    def patient(self) -> str:
        return self.house.ids["patient"]

    def session(self, actor: str = "cora") -> Session:
        """The ledger with what the edge calls, as somebody of compliance."""
        self.house.handler.default_actor = self.house.ids[actor]
        where = Settings(self.place, None, LOGIN, self.house.ids[actor])
        clock = SystemClock()
        return Session(log=self.house.log, handler=self.house.handler, clock=clock, zones=PinnedZones(), where=where)

    def state(self) -> Erasure:
        """The erasure as it stands."""
        from ledger.streams.folding import fold  # noqa: PLC0415

        tag = erasure_tag(self.patient)
        found: Erasures = fold(tag, self.house.log.read(tag))
        erasure = found.erasure(self.erasure)
        assert erasure is not None
        return erasure

    def run(self) -> dict[str, Any]:
        """Carry it out; its certificate."""
        session = self.session()
        done = carry_out(session, again(session, self.state()), OVER)
        assert not isinstance(done, Refused), done
        return done

    def opened(self) -> list[Event]:
        """Every fact of the patient's streams with its words opened."""
        from projections.patient_history import facts_of  # noqa: PLC0415

        return [self.house.log.open_words(fact) for fact in facts_of(self.house.log, self.patient)]

    def reopened(self) -> None:
        """The ledger closed and opened again, as after a crash."""
        self.house.log.close()
        log = open_ledger(self.place, master_key=KEY, clock=self.house.handler._clock, ids=self.house.handler._ids)
        kind = type(self.house.handler)
        self.house.handler = kind(
            log=log, ids=self.house.handler._ids, clock=self.house.handler._clock, zones=PinnedZones(), login=LOGIN
        )
        self.house.log = log


def _told(it: House, old: Old) -> None:
    """What happened in January 2026, each with words of its own."""
    it.clock = "2026-01-20T18:00:00Z"
    patient = {"patient": it.ids["patient"]}
    named = {
        "demographics": {"given": "Zyxgiven", "family": "Zyxfamily"},
        "identifiers": [{"system": "mrn", "value": "mrn-zyx"}],
    }
    it.accepted("link_identifier", patient | {"identifiers": [{"system": "mrn", "value": "mrn-zyx"}]}, actor="fay")
    again = named | {"identifiers": [{"system": "mrn", "value": "mrn-1"}]}
    old.lines["registered"] = it.line("register_patient", again, actor="fay", key="zyx-key-1")
    it.send_lines(old.lines["registered"])
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z", description="Went through the zyxpillbox.")
    revised = {
        "revised_at": "2026-01-15T15:30:00Z",
        "author": it.ids["ada"],
        "elements": [{"element": "goals", "text": "zyxelement"}],
        "goals": 1,
        "review_on": "2027-01-05",
    }
    it.accepted("revise_care_plan", patient | revised, actor="ada")
    late = {"patient": {"system": "mrn", "value": "mrn-late"}, "performer": it.ids["bea"], "activity": "phone_call"}
    late |= {"start": "2026-01-10T15:00:00Z", "end": "2026-01-10T15:10:00Z", "description": "zyxparked"}
    parked = it.send("log_time", late, actor="bea")
    assert parked.outcome == "parked"
    delivery = dict(parked.ids)["delivery"]
    resolve = {"source": "direct", "delivery": delivery}
    it.accepted("resolve_delivery", resolve | {"subject": it.ids["patient"]}, actor="fay")
    it.accepted("release_delivery", resolve, actor="fay")
    it.ids["delivery"] = delivery


def _asked(it: House, old: Old) -> None:
    it.clock = ASKED
    staff = {"name": "Dan Dale", "is_person": True, "roles": [{"role": "compliance", "from_on": "2030-01-01"}]}
    it.ids["dan"] = dict(it.accepted("register_staff", staff, actor="admin").ids)["staff"]
    asked = {
        "patient": it.ids["patient"],
        "ground": "retention_over",
        "years": YEARS,
        "identity": True,
        "reason": "Old.",
    }
    old.erasure = dict(it.accepted("request_erasure", asked, actor="cora").ids)["erasure"]
    it.clock = APPROVED
    named = {"patient": it.ids["patient"], "erasure": old.erasure, "reason": "Seen."}
    it.accepted("approve_erasure", named, actor="dan")


@pytest.fixture(params=["sqlite", "postgres"])
def old_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the ledger is."""
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


@pytest.fixture
def old(old_place: Place) -> Iterator[Old]:
    """The approved erasure, its notice over."""
    with house(old_place) as it:
        made = Old(old_place, it)
        _told(it, made)
        _asked(it, made)
        yield made
        made.house.log.close()


Step = Callable[..., Any]
