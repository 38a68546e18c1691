"""Every cell of docs/access.md, put to the real deciders and readers: role, command or operation, practice, ledger.

A company with two practices has somebody in each role here, in the other practice, and in all of them. Each gives every
command about what belongs here; nothing is appended, so that every cell meets the same ledger.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, get_args

import pytest

from commands.access import OF_SOURCES, ask_about_source, ask_to_read, may_read
from commands.authority import READERS
from commands.catalog import CATALOG
from commands.one_line import Deciding
from commands.states import Overlay
from commands.who_may import DECIDED_REACH, Cell, by_confined_key, cell
from commands.wire import Delivery
from interfaces.http.callers import Denied, authenticate
from interfaces.http.operations import OPERATIONS, allowed
from interfaces.http.sight import Sight
from interfaces.http.tokens import TokenReader
from ledger.streams.access import Question
from ledger.streams.base import CommandKey
from ledger.terms.api_keys import SCOPES, digest_of, key_text
from ledger.terms.identity import patient_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from tests.commands.test_witnessing import KEY, ORIGIN, ROOT, note_of
from tests.house import House, house
from tests.privacy.canaries import filled

DENIED: Final = ("capacity_missing", "not_in_this_practice")
SITE: Final = {"name": "Main", "place_of_service": "11"}
PLACES: Final = ("own", "another", "all")
LETS: Final[dict[Cell, tuple[bool, bool, bool]]] = {
    "any": (True, True, True),
    "own": (True, False, True),
    "all": (False, False, True),
    "told": (True, True, True),
    "no": (False, False, False),
}
"""Whether a role held here, in another practice, in all of them gives the command."""
SECRET: Final = bytes(range(32))
LASTING: Final = "2027-06-30T00:00:00Z"


class Company:
    """Two practices, somebody in each role and place, a patient here and one there."""

    def __init__(self, it: House) -> None:
        self.it = it
        self.here = it.ids["practice"]
        hillside = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [SITE]}
        self.there = self._id("practice", "register_practice", hillside)
        places = dict(zip(PLACES, (self.here, self.there, None), strict=True))
        self.who = {(role, name): self._person(role, where) for role in Role for name, where in places.items()}
        self.patient = self._patient(self.here) if not it.log.simulated else it.ids["patient"]
        self.elsewhere = self._patient(self.there)

    def decided(self, command: str, *, actor: str | None = None, login: str | None = None, **changes: Any) -> str:
        """The code of a refusal, or what else a command with all its fields comes to; nothing is appended."""
        whole = json.loads(self.it.line(command, self.data(command, actor) | changes))
        line = self.it.handler.read(json.dumps(whole | ({"actor": {"id": actor}} if actor else {})).encode())
        assert isinstance(line, Delivery), line
        deciding = Deciding(
            self.it.handler,
            line._replace(login=login),
            CommandKey("0" * 32, b""),
            Overlay(self.it.handler.state_cache),
            self.it.log.position,
        )
        outcome = deciding.outcome()
        return outcome.code if isinstance(outcome, Refused) else type(outcome).__name__.lower()

    def data(self, command: str, actor: str | None = None) -> dict[str, Any]:
        """A command about the patient, the practice and people here, with every field given that it takes."""
        ids = {**self.it.ids, "staff": self.it.ids["bea"], "patient": self.patient}
        data = filled(CATALOG[command].command, lambda _: "words", ids, known=True)
        # What excludes each other, or names whom only a story makes.
        match command:
            case "issue_api_key":
                del data["source"]
            case "record_exclusion_check":
                del data["excluded_from"]
            case "designate_practitioner":
                # Nobody is designated by somebody else.
                data |= {"patient": self.patient, "practitioner": actor or self.it.ids["ada"]}
            case "resolve_delivery":
                del data["claim"]
                data |= {"source": "direct", "delivery": self.it.ids["delivery"], "subject": self.patient}
            case "release_delivery":
                data |= {"source": "direct", "delivery": self.it.ids["delivery"]}
            case "elevate":
                data |= {"patients": [], "practice": self.here}
            case "settle_review" if "review" in self.it.ids:
                data["review"] = self.it.ids["review"]
            case "trust_log":
                data |= {"origin": ORIGIN, "keys": [KEY]}
            case "witness_checkpoint" | "report_contradiction":
                data |= {"origin": ORIGIN, "size": 1, "root": ROOT, "note": note_of(1)}
        return data

    def key(self, name: str, staff: str, *practices: str, digest: str | None = None) -> str:
        """The login of a key."""
        data = {"name": name, "digest": digest or (name.encode().hex() * 64)[:64], "staff": staff}
        lasts = {"scopes": list(SCOPES), "practices": list(practices), "expires_at": LASTING}
        return f"key:{self._id('api_key', 'issue_api_key', data | lasts)}"

    def _person(self, role: Role, where: str | None) -> str:
        name = f"{role.value} {where}"
        held = {"role": role.value, "from_on": "2025-01-01"} | ({"practice": where} if where else {})
        data = {"name": name, "is_person": role is not Role.MACHINE, "identifiers": [{"system": "hr", "value": name}]}
        return self._id("staff", "register_staff", data | {"roles": [held]})

    def _patient(self, where: str) -> str:
        self.it.send("bind_login", {"login": "os:desk", "staff": self.who[Role.FRONT_DESK, "all"]})
        data = {"identifiers": [{"system": "mrn", "value": where}], "demographics": {}, "practice": where}
        line = self.it.handler.read(self.it.line("register_patient", data))
        assert isinstance(line, Delivery)
        (answer,) = self.it.handler.handle([line._replace(login="os:desk")])
        assert answer.outcome == "accepted", answer
        return dict(answer.ids)["patient"]

    def _id(self, kind: str, command: str, data: dict[str, Any]) -> str:
        return dict(self.it.accepted(command, data).ids)[kind]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """In a simulated ledger, which vouches for everybody: what is asked is the role alone."""
    with house(tmp_path_factory.mktemp("matrix") / "ledger") as it:
        found = Company(it)
        _with_a_delivery_and_a_review(found)
        yield found


@pytest.fixture(scope="module")
def earnest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """In a ledger in earnest, where logins matter."""
    with house(tmp_path_factory.mktemp("earnest") / "ledger", simulated=False, with_patient=False) as it:
        found = Company(it)
        _with_a_delivery_by_a_key(found)
        yield found


def _with_a_delivery_and_a_review(company: Company) -> None:
    it = company.it
    unknown = {
        "patient": {"system": "mrn", "value": "nobody"},
        "performer": it.ids["bea"],
        "start": "2026-01-08T15:00:00Z",
    }
    parked = it.send("log_time", unknown | {"end": "2026-01-08T15:10:00Z"}, actor="bea")
    it.ids["delivery"] = dict(parked.ids)["delivery"]
    it.clock = "2026-12-11T12:00:00Z"
    due = {"what": "visit_age", "patient": company.patient, "since_on": "2025-12-10"}
    raised = it.accepted("raise_review", due, actor=company.who[Role.MACHINE, "all"])
    it.ids["review"] = dict(raised.ids)["review"]


def _with_a_delivery_by_a_key(company: Company) -> None:
    """About somebody whom the ledger does not know, by a key that is confined to the practice here."""
    login = company.key("brings", company.who[Role.FRONT_DESK, "all"], company.here)
    visit = {"patient": {"system": "mrn", "value": "nobody"}, "on": "2025-12-10"}
    line = company.it.handler.read(company.it.line("record_visit", visit))
    assert isinstance(line, Delivery), line
    (parked,) = company.it.handler.handle([line._replace(login=login)])
    company.it.ids["delivery"] = dict(parked.ids)["delivery"]


# --- commands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(CATALOG))
def test_each_role_gives_a_command_where_the_table_says(company: Company, command: str) -> None:
    expected = {role.value: LETS[cell(command, role)] for role in Role}
    found = {
        role.value: tuple(company.decided(command, actor=company.who[role, place]) not in DENIED for place in PLACES)
        for role in Role
    }

    assert expected == found


@pytest.mark.parametrize("command", sorted(DECIDED_REACH))
def test_what_a_decider_finds_out_by_itself_is_refused_for_the_place_and_not_for_the_role(
    company: Company, command: str
) -> None:
    role = CATALOG[command].roles[0]

    assert "not_in_this_practice" == company.decided(command, actor=company.who[role, "another"])


@pytest.mark.parametrize("command", sorted(CATALOG))
def test_a_confined_key_gives_a_command_where_the_table_says(earnest: Company, command: str) -> None:
    """By the roles that give it in all practices, so that nothing but the key stands against it."""
    role = CATALOG[command].roles[0]
    staff = earnest.who[role, "all"]
    keys = {
        name: earnest.it.ids.get(f"{role}{name}") or earnest.key(f"{role.value}-{name}".replace("_", "-"), staff, where)
        for name, where in (("here", earnest.here), ("there", earnest.there))
    }
    earnest.it.ids |= {f"{role}{name}": login for name, login in keys.items()}
    here, there = (earnest.decided(command, login=keys[name]) for name in ("here", "there"))

    match by_confined_key(command):
        case "own":
            assert (here == "not_in_this_practice", there) == (False, "not_in_this_practice")
        case "facts":
            assert "not_in_this_practice" not in (here, there)
        case "no":
            assert (here, there) == ("not_in_this_practice", "not_in_this_practice")
        case "never":
            anywhere = earnest.it.ids.get(f"{role} key") or earnest.key(f"{role.value}-anywhere", staff)
            earnest.it.ids[f"{role} key"] = anywhere
            refused = [here, there, earnest.decided(command, login=anywhere)]
            assert ["elevation_by_api_key", "not_in_this_practice", "elevation_by_api_key"] == refused


@pytest.mark.parametrize("command", sorted(CATALOG))
def test_a_login_of_another_ledger_gives_no_command(earnest: Company, company: Company, command: str) -> None:
    other = company.it.ids.get("foreign") or company.key("foreign", company.who[Role.ADMINISTRATOR, "all"])
    company.it.ids["foreign"] = other

    assert "login_not_bound" == earnest.decided(command, login=other)


# --- operations -------------------------------------------------------------------------------------------------


def test_no_scope_is_without_an_operation() -> None:
    assert set(SCOPES) == {operation.scope for operation in OPERATIONS.values()}


@pytest.mark.parametrize("question", get_args(Question))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_about_a_patient_where_the_table_says(company: Company, question: Question, role: Role) -> None:
    is_reader = role in READERS
    handler, about = company.it.handler, [company.patient]
    found = []
    for place in PLACES:
        handler.default_actor = company.who[role, place]
        refusal = ask_to_read(handler, question, about)
        assert (refusal is None) == may_read(handler, about)
        found.append(refusal is None)
    handler.default_actor = None

    assert [is_reader, False, is_reader] == found
    assert question not in OPERATIONS or OPERATIONS[question].roles == READERS


@pytest.mark.parametrize("operation", sorted(name for name, each in OPERATIONS.items() if each.reach == "each fact"))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_shown_a_fact_about_a_patient_where_the_table_says(
    company: Company, operation: str, role: Role
) -> None:
    is_shown = role in OPERATIONS[operation].roles
    handler = company.it.handler
    fact = next(iter(company.it.log.read(patient_tag(company.patient))))
    found = []
    for place in PLACES:
        handler.default_actor = company.who[role, place]
        found.append(Sight(handler, None).reads(fact))
    handler.default_actor = None

    assert [is_shown, False, is_shown] == found


@pytest.mark.parametrize(
    "operation", sorted(name for name, each in OPERATIONS.items() if each.reach in ("ledger", "anywhere", "each line"))
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_asks_for_what_is_about_the_ledger_where_the_table_says(
    earnest: Company, operation: str, role: Role
) -> None:
    asked = OPERATIONS[operation]
    logins = [_bound(earnest, earnest.who[role, place]) for place in PLACES]
    found = [allowed(earnest.it.handler, operation, login) is None for login in logins]

    match asked.reach:
        case "ledger":
            assert [False, False, role in asked.roles] == found
        case _:
            assert [role in asked.roles] * 3 == found


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_source_asks_for_what_the_table_says(earnest: Company, operation: str) -> None:
    earnest.it.send("register_source", {"system": "night-feed", "login": "os:night"})
    refusal = allowed(earnest.it.handler, operation, "os:night")

    assert OPERATIONS[operation].is_for_sources == (refusal is None)


@pytest.mark.parametrize("question", sorted(name for name, each in OPERATIONS.items() if each.reach == "patients"))
def test_a_source_asks_about_what_it_delivered_where_the_table_says(earnest: Company, question: Question) -> None:
    earnest.it.send("register_source", {"system": "night-feed", "login": "os:night"})
    handler, before = earnest.it.handler, earnest.it.handler.login
    handler.login = "os:night"
    try:
        about_own = ask_about_source(handler, question, "night-feed") if question in OF_SOURCES else None
        about_all = ask_to_read(handler, question, [])
    finally:
        handler.login = before

    assert OPERATIONS[question].is_for_sources == (question in OF_SOURCES)
    assert about_own is None
    assert about_all is not None


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_confined_key_asks_for_nothing_that_is_about_the_whole_ledger(earnest: Company, operation: str) -> None:
    login = earnest.it.ids.get("site") or earnest.key("site", earnest.who[Role.ADMINISTRATOR, "all"], earnest.here)
    earnest.it.ids["site"] = login
    refusal = allowed(earnest.it.handler, operation, login)

    assert (refusal is not None) == (OPERATIONS[operation].reach == "ledger")


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_key_of_another_ledger_is_let_in_to_no_operation(earnest: Company, company: Company, operation: str) -> None:
    login = earnest.it.ids.get("mine") or earnest.key(
        "mine", earnest.who[Role.ADMINISTRATOR, "all"], digest=digest_of(SECRET)
    )
    earnest.it.ids["mine"] = login
    text = key_text(login.removeprefix("key:"), SECRET)
    here, there = (
        authenticate(text, each.it.handler.governance(), each.it.handler.now(), TokenReader([]))
        for each in (earnest, company)
    )

    assert not isinstance(here, Denied)
    assert OPERATIONS[operation].scope in here.scopes
    assert isinstance(there, Denied)
    refusal = allowed(company.it.handler, operation, login)
    assert refusal is not None
    assert "login_not_bound" == refusal.code


def _bound(company: Company, staff: str) -> str:
    login = f"os:{staff[3:]}"
    company.it.send("bind_login", {"login": login, "staff": staff})
    return login
