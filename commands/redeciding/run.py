"""The run over a ledger: every command in its order, decided again, and what differs.

Promise: a fact that does not follow from its command on what that had read is found (`redecided_differently`), with its
position and the names of the fields; under the same edition and formulas an honest ledger has no such finding. What no
command can be rebuilt of is counted by its kind. Not promised: that the bytes are whole, which `verify` says first.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from commands.catalog import CATALOG
from commands.redeciding.beginnings import INIT, REACT, differing_beginning
from commands.redeciding.comparing import differing, differing_envelope
from commands.redeciding.deliveries import differing_parked, differing_release
from commands.redeciding.exceptions import mend_of
from commands.redeciding.prefix import AsRead, NotAsRead, Prefix
from commands.redeciding.rebuilding import NotRebuilt, rebuilt
from commands.redeciding.recorded import Recorded, Told, commands_of
from commands.redeciding.replaying import Ground, decided, moments
from commands.session import Decided
from ledger.rulebook import RulebookError
from ledger.streams.access import AttemptDenied, AttemptsCounted, CommandRefused, LoginUsed, RecordRead
from ledger.streams.folding import FOLDINGS
from ledger.streams.governance import DeliveryParked, DeliveryReleased
from ledger.terms.errors import LedgerError

VERDICT: Final = "redecided_differently"
LOOKS: Final = "looks at records"
REFUSALS: Final = "refusals"
ENTRIES: Final = "logins and denied attempts"
ERASED_DELIVERIES: Final = "parked deliveries whose words were erased"
OTHER_EDITIONS: Final = "editions that another program shipped"
AHEAD: Final = 128
"""So many commands have their streams fetched together."""
ADOPT: Final = "adopt_rulebook"
_COMMANDS: Final = {name: entry.command for name, entry in CATALOG.items()}


class Difference(NamedTuple):
    """A command whose facts do not follow from it: where, which, and the fields that differ, never their values."""

    position: int
    command: str
    what: tuple[str, ...]
    verdict: str = VERDICT


class Step(NamedTuple):
    """What one command came to."""

    recorded: Recorded
    differs: tuple[str, ...] = ()
    uncovered: str | None = None
    """Why it was not decided again, where it was not."""


class Redeciding:
    """One run over the commands of a ledger."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._prefix = Prefix(ground.log)
        self._before: Recorded | None = None

    def steps(self, told: Iterable[Told]) -> Iterator[Step]:
        """Every command in order with what it came to."""
        commands = commands_of(told)
        while group := list(islice(commands, AHEAD)):
            self._prefix.fetch(_streams_read(group))
            for recorded in group:
                yield self._step(recorded)
                self._prefix.learn(recorded.facts)
                self._before = recorded

    def _step(self, recorded: Recorded) -> Step:
        if kind := _kind_of_no_command(recorded):
            return Step(recorded, uncovered=kind)
        try:
            found = self._differing(recorded)
        except (LedgerError, RulebookError):
            raise
        except Exception as defect:  # noqa: BLE001 - facts that no command ever leaves may break any step of a decision
            return Step(recorded, (f"the decision broke off ({type(defect).__name__})",))
        return Step(recorded, found) if isinstance(found, tuple) else Step(recorded, uncovered=found)

    def _differing(self, recorded: Recorded) -> tuple[str, ...] | str:
        """The fields that differ; or why it cannot be said."""
        if recorded.name in (INIT, REACT):
            return differing_beginning(recorded)
        is_release = isinstance(recorded.events[0], DeliveryReleased)
        read = AsRead(self._prefix, dict(recorded.envelope.read_set), is_older=is_release)
        try:
            if isinstance(recorded.events[0], DeliveryParked):
                found = differing_parked(self._ground, recorded, read, _COMMANDS)
                return ERASED_DELIVERIES if found is None else found
            if is_release:
                return differing_release(self._ground, recorded, read, self._before)
            return self._of_command(recorded, read)
        except NotAsRead as moved:
            return (f"read_set ({moved.kind})",)
        except NotRebuilt as fault:
            return OTHER_EDITIONS if recorded.name == ADOPT else (f"command ({fault})",)

    def _of_command(self, recorded: Recorded, read: AsRead) -> tuple[str, ...]:
        """What differs under the likeliest reading of the facts; nothing where any reading decides as recorded."""
        entry = CATALOG.get(recorded.name)
        if entry is None:
            return ("command (unknown)",)
        self._check_read(read)
        first: tuple[str, ...] | None = None
        commands = rebuilt(entry.command, mend_of(recorded.name), recorded, read, self._ground.log.token)
        for again in commands:
            for now in moments(self._ground, recorded):
                try:
                    found = _compared(recorded, decided(self._ground, recorded, read, again, now))
                except NotAsRead as moved:
                    found = (f"read_set ({moved.kind})",)
                if not found:
                    return ()
                first = first or found
        return first or ("command (not to be rebuilt)",)

    def _check_read(self, read: AsRead) -> None:
        """NotAsRead where a stream did not hold as many facts as the envelope says."""
        for tag in read.tags:
            read.get(tag)


def _streams_read(group: Sequence[Recorded]) -> Iterator[str]:
    """The streams that commands had read; those of no kind that is folded are left to be found out."""
    tags = (tag for recorded in group for tag, _ in recorded.envelope.read_set)
    return (tag for tag in tags if tag.partition("/")[0] in FOLDINGS)


def _compared(recorded: Recorded, again: Decided) -> tuple[str, ...]:
    if again.answer.outcome != "accepted" or again.proposal is None:
        code = f" ({again.answer.refusal.code})" if again.answer.refusal is not None else ""
        return (f"{again.answer.outcome}{code} instead of accepted",)
    found = differing(recorded.events, again.proposal.events)
    return (*found, *differing_envelope(recorded.envelope, again.proposal.envelope))


def _kind_of_no_command(recorded: Recorded) -> str | None:
    """What facts are that came of no command with content."""
    if all(isinstance(event, RecordRead) for event in recorded.events):
        return LOOKS
    if all(isinstance(event, CommandRefused) for event in recorded.events):
        return REFUSALS
    if all(isinstance(event, LoginUsed | AttemptDenied | AttemptsCounted) for event in recorded.events):
        return ENTRIES
    return None
