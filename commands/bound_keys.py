"""What a key that is bound already is answered, and to whom.

Promise: the caller that bound a key is answered the same for ever, and so are the same person, and the same source, by
another login, as far as that login may do the command and reaches what was recorded. Whoever else comes with the key is
told what a fresh key would be told where that records nothing, and otherwise that the key is taken: no position, no
id, and not whether the content was the same. Not promised: that nobody learns which keys are taken; whoever may do the
command can try one.
"""

from typing import Any, Final, Literal

from commands import by_key
from commands.answer import Answer
from commands.one_line import Deciding
from commands.session import Decided, Session
from commands.states import Overlay
from commands.wire import Delivery
from ledger.streams.base import CommandKey, Fact, KeyBinding, Vouched
from ledger.streams.governance import Governance, ParkedDelivery
from ledger.terms.api_keys import key_of_login
from ledger.terms.identity import DIRECT, LEDGER_TAG, parked_tag
from ledger.terms.outcome import Refused, Unchanged
from ledger.terms.refusals import refused

Caller = Literal["same", "kin", "unknown", "other"]
"""Who comes with a key. same: the login that bound it, speaking for whom it did. kin: the same person, source or
machine by another login; in a simulation everybody who runs it. unknown: nothing was appended under the key, so nobody
can say who bound it. other: somebody else."""
_STILL_WAITS: Final = "The delivery is parked already, and what it waits for is not known yet."
_WAITING: Final = {"patient": "waiting_for_patient", "staff": "waiting_for_staff", "claim": "answer_without_claim"}


class Bound:
    """One line whose key is bound already; `facts` are those that it is bound to."""

    def __init__(
        self,
        session: Session,
        line: Delivery,
        key: CommandKey,
        binding: KeyBinding,
        facts: tuple[Fact, ...],
        overlay: Overlay,
        before: int,
    ) -> None:
        self._session = session
        self._line = line
        self._key = key
        self._binding = binding
        self._facts = facts
        self._overlay = overlay
        self._before = before
        self._login = line.login or session.login

    def decided(self, index: int) -> Decided:
        """The answer to whoever comes with the key; only a refusal that an auditor would ask about is appended."""
        caller = self._caller()
        if caller == "same":
            return Decided(index, self._as_before(), None, (), [])
        deciding = Deciding(self._session, self._line, self._key, self._overlay, self._before)
        outcome = deciding.outcome() if caller == "other" else deciding.stopped()
        if isinstance(outcome, Refused) and outcome.waiting_for is None:
            return deciding.of(index, outcome)
        if isinstance(outcome, Unchanged):
            # Nothing is bound: of two keys for one fact the first stays its caller's.
            return deciding.of(index, outcome)._replace(proposal=None)
        if caller == "other" or not self._reaches():
            return deciding.of(index, refused("key_of_other_caller"))
        if caller == "unknown" and self._binding.content not in (None, self._key.content):
            return deciding.of(index, refused("exists_with_different_content"))
        return Decided(index, self._as_before(), None, (), [])

    def _caller(self) -> Caller:
        first = self._facts[0] if self._facts else None
        if first is not None and first.said.authenticated_as == self._login and self._is_held_still(first):
            return "same"
        if first is None or first.envelope.key != self._key.token:
            return "unknown"
        return "kin" if self._is_kin(first) else "other"

    def _is_held_still(self, first: Fact) -> bool:
        """Whether the login speaks for nobody else than when the key was bound."""
        return first.said.vouched != Vouched.LOGIN or first.said.actor == self._governance.staff_of(self._login)

    def _is_kin(self, first: Fact) -> bool:
        """Whether it is the same person, the same source, the machine of this program's reactions, or a simulation.

        Asked of what the fact says of its own time: logins and sources are bound anew while lines are under way.
        """
        governance, line, machine = self._governance, self._line, self._session.machine
        if governance.simulated and key_of_login(self._login) is None:
            return True  # whoever runs one speaks for everybody in it; a program that enters by a key does not
        actor = line.head.actor
        if machine is not None and machine == first.said.actor and actor is not None and actor.id == machine:
            return True
        if line.head.source is not None:
            # Keys are scoped by their source: whatever is bound to this one came from there.
            return governance.delivers(line.head.source.system, self._login)
        said, own = first.said, governance.staff_of(self._login)
        person = said.actor if said.vouched == Vouched.LOGIN else governance.staff_of(said.authenticated_as)
        return own is not None and own == person

    def _reaches(self) -> bool:
        """Whether all that the key is bound to lies within the practices of the login, where that is a confined key."""
        key = self._governance.api_keys.of_login(self._login)
        if key is None or key.practices is None:
            return True
        if self._binding.outcome == "parked":
            parked = self._parked()
            return parked is not None and by_key.delivery_within(key.practices, parked, self._governance, self._get)
        return by_key.told_within(key.practices, self._facts, self._governance, self._get)

    def _as_before(self) -> Answer:
        binding, key = self._binding, self._line.key
        if binding.content is None:
            happened = "This key belongs to a delivery whose content was erased."
            return Answer(key, "refused", refusal=refused("key_of_erased_content", happened=happened))
        if binding.content != self._key.content:
            first = ", ".join(str(position) for position in binding.positions)
            happened = f"This key was used before with other content (recorded at position {first})."
            refusal = refused("exists_with_different_content", happened=happened, facts=binding.positions)
            return Answer(key, "refused", binding.positions, binding.ids, refusal=refusal)
        if binding.outcome == "parked":
            return self._still_parked()
        return Answer(key, "unchanged", binding.positions, binding.ids)

    def _still_parked(self) -> Answer:
        parked, binding = self._parked(), self._binding
        if parked is not None and parked.became:
            return Answer(self._line.key, "unchanged", parked.became, binding.ids)
        refusal = refused(_WAITING[parked.waits_for], happened=_STILL_WAITS) if parked is not None else None
        return Answer(self._line.key, "parked", binding.positions, binding.ids, refusal=refusal)

    def _parked(self) -> ParkedDelivery | None:
        source = self._line.head.source.system if self._line.head.source else DIRECT
        found: ParkedDelivery | None = self._get(parked_tag(source)).get(dict(self._binding.ids).get("delivery", ""))
        return found

    def _get(self, tag: str) -> Any:
        return self._overlay.get(tag).state

    @property
    def _governance(self) -> Governance:
        found: Governance = self._get(LEDGER_TAG)
        return found
