"""What an archive needs of a database: the rows of a ledger in the archive's order, and a place that takes them.

Promise: both databases answer the same rows for the same ledger, byte for byte; rows are read one by one. Not promised:
that they are whole; checking.py looks at every one.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from ledger.store.archive.format import Section
from ledger.store.archive.rows import AnyRow, LedgerRow, Trailer
from ledger.store.connection import Place
from ledger.store.postgres.address import Address
from ledger.terms.ports import Clock


class Tables(Protocol):
    """A ledger's tables as of one moment."""

    def ledger(self) -> LedgerRow:
        """What the ledger and its vault say about themselves; LedgerDamaged where they say nothing."""
        ...

    def fact_count(self) -> int:
        """How many facts there are."""
        ...

    def rows(self, section: Section) -> Iterator[AnyRow]:
        """The rows of a section, in the order of an archive."""
        ...


class Target(Protocol):
    """A ledger under construction: nobody can open it before `finish`."""

    def begin(self, ledger: LedgerRow) -> None:
        """Make the empty tables, or go on with those that an interrupted import left.

        Raises NotALedger where there is a ledger already, ArchiveRefused where another archive was begun there.
        """
        ...

    def rows(self, section: Section) -> Generator[AnyRow, None, None]:
        """The rows of a section that are there already."""
        ...

    def load(self, section: Section, rows: Sequence[AnyRow]) -> None:
        """Put rows behind those that are there, as one commit, durable at the latest when `finish` ends."""
        ...

    def finish(self, trailer: Trailer) -> None:
        """Make a ledger of what is there."""
        ...

    def start_over(self) -> None:
        """Throw away what an interrupted import left; a ledger is never touched."""
        ...


def source(place: Place, clock: Clock) -> AbstractContextManager[Tables]:
    """The tables of the ledger at a place, for which no key is needed; raises as `open_ledger`."""
    if isinstance(place, Address):
        from ledger.store.postgres import loading as shared  # noqa: PLC0415 - a desk without a server never loads psycopg

        return shared.source(place)
    from ledger.store.sqlite import loading  # noqa: PLC0415 - as above: one of the two

    return loading.source(place, clock)


@contextmanager
def target(place: Place, clock: Clock) -> Iterator[Target]:
    """The place that an archive is imported into; nobody else imports into it meanwhile."""
    if isinstance(place, Address):
        from ledger.store.postgres import loading as shared  # noqa: PLC0415 - see `source`

        with shared.target(place, clock) as on_a_server:
            yield on_a_server
    else:
        from ledger.store.sqlite import loading  # noqa: PLC0415 - see `source`

        with loading.target(place, clock) as in_a_folder:
            yield in_a_folder
