"""One line of the catalogue of refusals: what every refusal with that code has in common."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """A refusal code: the broken condition, the rule behind it, and what to do next.

    `says`, `because` and `remedy` are sentences; names in braces are filled in by whoever refuses.
    """

    code: str
    says: str
    because: str
    remedy: str
    retryable: bool = False
    """Whether the same command may be accepted later without being changed."""
    audited: bool = False
    """Whether an auditor would ask about it: such a refusal is a fact in refusals/<subject>."""
