"""The catalogue of refusals: every code this program can refuse with, in order of precedence.

Promise: a code states the broken condition, never changes its meaning and is never given to another; where several
conditions are broken, the earliest in this catalogue is the answer. Messages hold no PHI, no names and no identifiers.
"""

from collections.abc import Iterable
from typing import Final

from ledger.terms.notices import Cited
from ledger.terms.outcome import Refused, WaitsFor
from ledger.terms.refusal import Refusal
from ledger.terms.refusals_of_access import ACTING_OF_ACCESS, NAMING_OF_ACCESS, SHAPE_OF_ACCESS
from ledger.terms.refusals_of_changes import ACTING_OF_CHANGES, NAMING_OF_CHANGES
from ledger.terms.refusals_of_claims import ACTING_OF_CLAIMS, NAMING_OF_CLAIMS
from ledger.terms.refusals_of_codes import ACTING_OF_LIMITS, ACTING_OF_VISITS, NAMING_OF_CODES
from ledger.terms.refusals_of_commands import ACTING, NAMING
from ledger.terms.refusals_of_erasures import ACTING_OF_ERASURES, NAMING_OF_ERASURES, SEALING_OF_ERASURES
from ledger.terms.refusals_of_keys import ACTING_OF_KEYS, NAMING_OF_KEYS, SPEAKING_OF_KEYS
from ledger.terms.refusals_of_lines import READING, SPEAKING
from ledger.terms.refusals_of_logs import ACTING_OF_LOGS, NAMING_OF_LOGS
from ledger.terms.refusals_of_overpayments import ACTING_OF_OVERPAYMENTS, NAMING_OF_OVERPAYMENTS
from ledger.terms.refusals_of_proof import ACTING_OF_PROOF, NAMING_OF_PROOF
from ledger.terms.refusals_of_shape import SHAPE

__all__ = ["CATALOGUE", "REFUSALS", "Refusal", "is_audited", "precedence", "refused"]

CATALOGUE: Final[tuple[Refusal, ...]] = (
    *READING,
    *SPEAKING_OF_KEYS,
    *SPEAKING,
    *NAMING,
    *NAMING_OF_CHANGES,
    *NAMING_OF_CODES,
    *NAMING_OF_CLAIMS,
    *NAMING_OF_OVERPAYMENTS,
    *NAMING_OF_PROOF,
    *NAMING_OF_LOGS,
    *NAMING_OF_KEYS,
    *NAMING_OF_ERASURES,
    *NAMING_OF_ACCESS,
    *SHAPE,
    *SHAPE_OF_ACCESS,
    *ACTING_OF_VISITS,
    *ACTING,
    *ACTING_OF_CHANGES,
    *ACTING_OF_LIMITS,
    *ACTING_OF_CLAIMS,
    *ACTING_OF_OVERPAYMENTS,
    *ACTING_OF_PROOF,
    *ACTING_OF_LOGS,
    *ACTING_OF_KEYS,
    *ACTING_OF_ERASURES,
    *ACTING_OF_ACCESS,
    *SEALING_OF_ERASURES,
)
"""Every refusal, the one that goes first first."""
REFUSALS: Final[dict[str, Refusal]] = {refusal.code: refusal for refusal in CATALOGUE}
"""Every refusal by its code."""
_RANKS: Final = {refusal.code: rank for rank, refusal in enumerate(CATALOGUE)}


def refused(
    code: str,
    *,
    happened: str | None = None,
    because: str | None = None,
    waiting_for: WaitsFor | None = None,
    by: Iterable[Cited | None] = (),
    facts: Iterable[int] = (),
    **fields: str,
) -> Refused:
    """The refusal with that code. `happened` and `because` replace the catalogue's words where more is known.

    `by` are the rules by which it is refused, those that the edition lacks left out; `facts` the positions of what
    stands against it. `fields` fill the names in braces. A code or field that the catalogue does not have is a
    programmer's error.
    """
    entry = REFUSALS[code]
    return Refused(
        code=code,
        happened=entry.says.format(**fields) if happened is None else happened,
        because=entry.because.format(**fields) if because is None else because,
        remedy=entry.remedy.format(**fields),
        retryable=entry.retryable,
        waiting_for=waiting_for,
        readings=tuple(rule for rule in by if rule is not None),
        facts=tuple(sorted({at for at in facts if at})),
    )


def is_audited(code: str) -> bool:
    """Whether a refusal with that code is a fact in refusals/<subject>."""
    return REFUSALS[code].audited


def precedence(code: str) -> int:
    """The rank of a code: of two broken conditions the one with the smaller rank is answered."""
    return _RANKS[code]
