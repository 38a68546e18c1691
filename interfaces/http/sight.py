"""What one login may see of the facts of a ledger: decided by roles on record, for each fact.

Promise: nothing is shown that no rule below names. Who delivered a fact may see its clear fields. A staff member with a
reading role sees the facts about patients of the practices that it reaches (of a fact about several: of all of them),
those of the practices themselves and of the staff there, and what the ledger says of its own rules and log. Accesses
are shown to compliance and auditors alone; logins, sources and everything else to those of them who read everywhere.
A key that is for some practices narrows all of it. Not promised: anything about words.
"""

from functools import cached_property
from typing import Final

from commands import authority
from commands.access import reader_of
from commands.handle import Handler
from interfaces.belonging import Belonging
from ledger.streams.base import Fact, FactClass
from ledger.streams.joining import practices_of
from ledger.streams.staff import Staff
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Refused
from projections.happened import patients_of

FOR_ALL_READERS: Final = frozenset(
    {
        "rulebook_adopted",
        "log_key_adopted",
        "log_key_retired",
        "log_trusted",
        "checkpoint_witnessed",
        "checkpoint_contradicted",
        "completeness_mapped",
    }
)
"""Facts about the ledger's rules and its log: they name nobody who is cared for, and no login."""


class Sight:
    """What the login of a session may see now. One object for one page: roles may end between two."""

    def __init__(self, handler: Handler, only: frozenset[str] | None) -> None:
        self._handler = handler
        self._login = handler.login
        self._belonging = Belonging(handler, only)
        self._only = self._belonging.only
        """The practices that the key is for; None: wherever the roles reach."""
        self._governance = handler.governance()
        reader = reader_of(handler)
        self.reader = None if isinstance(reader, Refused) else reader
        self._on = handler.now().date()
        self._known: dict[str, bool] = {}

    def shows(self, fact: Fact) -> bool:
        """Whether the clear fields of a fact may be shown."""
        return self.reads(fact) or self.is_own(fact)

    def is_own(self, fact: Fact) -> bool:
        """Whether this login delivered it, or the source whose key it is; that somebody looked is no delivery."""
        said = fact.said
        if fact.event.FACT is FactClass.ACCESS:
            return False
        if said.authenticated_as != self._login and not (
            said.source is not None and self._governance.delivers(said.source, self._login)
        ):
            return False
        # A source may have a key for each practice.
        return self._only is None or (all(map(self._practices, patients_of(fact.event))) and self._belonging.fact(fact))

    def reads(self, fact: Fact) -> bool:
        """Whether a role reaches the fact."""
        if not self._reads_anything:
            return False
        patients = patients_of(fact.event)
        if fact.event.FACT is FactClass.ACCESS:
            return all(map(self._audits, patients)) if patients else self._reads_everywhere
        if patients:
            return all(map(self._reads_about, patients))
        kind, _, whose = fact.home.partition("/")
        if kind == "practice":
            return self._reads_of(whose)
        if kind in ("staff", "timer"):
            return self._reads_of_staff(whose)
        return fact.event.TOPIC in FOR_ALL_READERS or self._reads_everywhere

    def read_about(self, fact: Fact) -> tuple[str, ...]:
        """The patients whose record is read where the fact is shown by a role: what an access fact names.

        Looking at accesses is no access to a record: else two auditors would write about each other for ever.
        """
        return () if fact.event.FACT is FactClass.ACCESS else patients_of(fact.event)

    @cached_property
    def _staff(self) -> Staff:
        found: Staff = self._handler.state(staff_tag(self.reader)) if self.reader else Staff()
        return found

    @cached_property
    def _reads_anything(self) -> bool:
        return authority.reading_role(self._staff, on=self._on, practices=frozenset()) is not None

    @cached_property
    def _reads_everywhere(self) -> bool:
        return self._only is None and self._audits_in(frozenset())

    def _audits_in(self, practices: frozenset[str]) -> bool:
        return any(authority.reaches(self._staff, role, self._on, practices) for role in authority.READS_EVERYWHERE)

    def _reads_about(self, patient: str) -> bool:
        if patient not in self._known:
            practices = self._practices(patient)
            role = authority.reading_role(self._staff, on=self._on, practices=practices)
            self._known[patient] = role is not None and (self._only is None or bool(practices))
        return self._known[patient]

    def _audits(self, patient: str) -> bool:
        return self._reads_about(patient) and self._audits_in(self._practices(patient))

    def _practices(self, patient: str) -> frozenset[str]:
        found = practices_of(patient, self._handler.state, self._on)
        return found if self._only is None else found & self._only

    def _reads_of(self, practice: str) -> bool:
        if self._only is not None and practice not in self._only:
            return False
        return authority.reading_role(self._staff, on=self._on, practices=frozenset({practice})) is not None

    def _reads_of_staff(self, staff: str) -> bool:
        held: Staff = self._handler.state(staff_tag(staff))
        practices = {role.practice for role in held.roles}
        return None in practices or self._reads_everywhere or any(self._reads_of(each) for each in practices if each)
