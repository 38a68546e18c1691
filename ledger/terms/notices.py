"""The ordered catalogue of notices: what may be said beside an accepted fact or a judged month.

Promise: a code never changes its meaning or its effect; the order of the catalogue is the order in which notices are
shown, and, where an entry has several reasons not to count, the first one takes its seconds. Not promised: that a
notice is news; the same notice comes with the same facts every time.
"""

from datetime import date
from typing import Final, Protocol

from ledger.terms.notice_kind import NoticeKind
from ledger.terms.notices_of_claims import OF_CLAIMS
from ledger.terms.notices_of_consents import OF_CONSENTS
from ledger.terms.notices_of_months import OF_REVIEW
from ledger.terms.notices_of_prices import OF_PRICES
from ledger.terms.notices_of_records import OF_RECORDS
from ledger.terms.notices_of_release import OF_RELEASE
from ledger.terms.notices_of_time import OF_TIME
from ledger.terms.outcome import Notice


class Cited(Protocol):
    """What a notice quotes of a rule: its name, since when it holds, and the source that says so."""

    @property
    def name(self) -> str:
        """The name of the quantity."""
        ...

    @property
    def effective(self) -> date:
        """The first day on which it holds."""
        ...

    @property
    def cite(self) -> str:
        """The source."""
        ...


CATALOGUE: Final[tuple[NoticeKind, ...]] = (
    *OF_TIME,
    *OF_CONSENTS,
    *OF_RELEASE,
    *OF_REVIEW,
    *OF_RECORDS,
    *OF_PRICES,
    *OF_CLAIMS,
)
"""Every notice, in order of precedence."""
KINDS: Final[dict[str, NoticeKind]] = {kind.code: kind for kind in CATALOGUE}
NOTICES: Final = KINDS
"""The same by code, for the pages of the catalogue."""
RANK: Final[dict[str, int]] = {kind.code: number for number, kind in enumerate(CATALOGUE)}
"""The place of each code in the order."""


def notice(
    code: str, happened: str, by: Cited | None = None, *, seconds: int | None = None, remedy: str | None = None
) -> Notice:
    """A notice of the catalogue: what happened, by which rule with its date and source, and what to do next."""
    kind = KINDS[code]
    if by is None:
        return Notice(code, kind.effect, happened, remedy or kind.remedy, (), seconds)
    why = f"{happened} Rule {by.name}, effective {by.effective.isoformat()}: {by.cite}."
    return Notice(code, kind.effect, why, remedy or kind.remedy, (by.name,), seconds)


def without_rule(happened: str, readings: tuple[str, ...]) -> str:
    """What a notice says happened, without the rule that it quotes: for a place where the rule itself stands."""
    cut = min(
        (at for name in readings if (at := happened.find(f" Rule {name}, effective ")) >= 0), default=len(happened)
    )
    return happened[:cut]


def in_order(notices: list[Notice]) -> tuple[Notice, ...]:
    """The notices in the order of the catalogue; those of one code in the order given."""
    return tuple(sorted(notices, key=lambda n: RANK[n.code])) if len(notices) > 1 else tuple(notices)
