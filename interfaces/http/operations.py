"""What may be asked of a ledger over HTTP beside commands: by which scope, in which roles, and how far they reach.

Promise: what is not here is allowed to nobody. A scope lets a key in at the door; the role behind its login decides.
What is about patients is decided and recorded for each of them by commands/access.py, which fact of the feed is shown
by sight.py, what is about the ledger here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from commands import authority
from commands.access import OF_SOURCES, practices_of_key
from commands.by_key import closed_to
from commands.handle import Handler
from ledger.streams.access import Question
from ledger.streams.staff import ROLE_FACTS, Staff
from ledger.terms.api_keys import Scope
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from ledger.terms.refusals import refused

Reach = Literal["patients", "ledger", "anywhere", "each line", "each fact", "nobody"]
"""How far a role must reach. patients: each patient of the answer. ledger: all practices. anywhere: some practice. each
line: what the lines or the document ask for is decided line by line, as commands are. each fact: what no role reaches
is withheld, and the rest told. nobody: it is about nobody's record, and the scope is enough."""
_BY_EACH: Final = ("patients", "each line", "each fact", "nobody")
"""Reaches that somebody else decides, or nobody has to."""


class Operation(NamedTuple):
    """Something that may be asked over HTTP."""

    name: str
    scope: Scope
    reach: Reach
    roles: tuple[Role, ...]
    is_for_sources: bool
    """Whether a login that delivers for a source, and speaks for nobody, may ask."""
    about: str


_EVERYBODY: Final = tuple(Role)
_OPERATORS: Final = (Role.ADMINISTRATOR,)
_FEED: Final = "feed"
"""A page of the feed is recorded as a question, and asked for by a scope of its own."""
_AT_THE_DESK: Final = ("rejudge", "charges")
"""Questions that the command line alone answers."""

_BESIDE: Final = (
    Operation("command", "append", "each line", _EVERYBODY, True, "one command"),
    Operation("lines", "append", "each line", _EVERYBODY, True, "a stream of commands"),
    Operation("import_fhir", "import", "each line", _EVERYBODY, True, "a FHIR bundle"),
    Operation("import_time_log", "import", "each line", _EVERYBODY, True, "a time log"),
    Operation(_FEED, "feed", "each fact", authority.READERS, True, "facts in order; a source sees its own"),
    Operation("feed_words", "words", "each fact", authority.READERS, False, "the words of the facts that a role shows"),
    Operation("rules", "read", "nobody", _EVERYBODY, True, "rules, refusals, schemas"),
    Operation("proofs", "read", "anywhere", _EVERYBODY, True, "checkpoints, tiles and proofs: made to be public"),
    Operation("metrics", "operate", "ledger", _OPERATORS, True, "how the server does, how far the ledger is"),
)


def _read(question: Question) -> Operation:
    is_of_source = question in OF_SOURCES
    about = f"the question `{question}`{'; a source about what it delivered itself' if is_of_source else ''}"
    return Operation(question, "read", "patients", authority.READERS, is_of_source, about)


_READS: Final = tuple(map(_read, (each for each in get_args(Question) if each not in (_FEED, *_AT_THE_DESK))))
OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({each.name: each for each in (*_BESIDE, *_READS)})
"""Every operation by its name; a read has the name of its question."""


def allowed(handler: Handler, operation: str, login: str) -> Refused | None:
    """None where a login may ask for what is about the ledger, the refusal otherwise; of patients each is asked about.

    Refuses, in order: api_key_revoked, api_key_expired, login_not_bound, not_in_this_practice, capacity_missing.
    """
    asked = OPERATIONS[operation]
    governance = handler.governance()
    now = handler.now()
    if closed := closed_to(governance, login, None if governance.simulated else now):
        return closed
    staff = governance.staff_of(login)
    is_source = any(governance.delivers(source.system, login) for source in governance.sources)
    if staff is None and not (asked.is_for_sources and is_source):
        return refused("login_not_bound", happened="The login speaks for no staff member.")
    if asked.reach == "ledger" and practices_of_key(handler, login) is not None:
        return refused("not_in_this_practice", happened="The key is for certain practices, and this is about all.")
    if staff is None or asked.reach in _BY_EACH:
        return None
    known: Staff = handler.state(staff_tag(staff))
    if any(_reaches(known, role, asked, handler) for role in asked.roles):
        return None
    if any(known.holds(role, now.date()) for role in asked.roles):
        return refused("not_in_this_practice", happened="The role is held in some practices, and this is about all.")
    roles = " or ".join(role.value.replace("_", " ") for role in asked.roles).capitalize()
    return refused("capacity_missing", roles=roles, facts=known.told_at(*ROLE_FACTS))


def _reaches(known: Staff, role: Role, asked: Operation, handler: Handler) -> bool:
    on = handler.now().date()
    return known.holds(role, on) if asked.reach == "anywhere" else authority.reaches(known, role, on, frozenset())
