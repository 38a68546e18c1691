"""The codes that this server adds to the catalogue of refusals: about requests, not about care.

Promise: as for refusals, a code never changes its meaning; a test finds every code that a Problem is made with.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class ServerCode(NamedTuple):
    """What a code says, why it is so, and what to do next."""

    says: str
    because: str
    remedy: str


SERVER_CODES: Final[Mapping[str, ServerCode]] = MappingProxyType(
    {
        "idempotency_key_missing": ServerCode(
            "A write brought no Idempotency-Key, or several.",
            "Without one a repeated request could not be told from a second event.",
            "Send the source's own id of the event, or a random one that is kept until the answer is there.",
        ),
        "key_given_twice": ServerCode(
            "The header and the line name different keys.",
            "A command has one key.",
            "Name one, or the same in both.",
        ),
        "key_in_flight": ServerCode(
            "A request with this key is being decided now.",
            "One key is decided once (Idempotency-Key header, section 2.6 of the draft).",
            "Wait for the first answer, or send it again in a moment: the answer will be the same.",
        ),
        "scope_missing": ServerCode(
            "The key or token does not have the scope that this operation needs.",
            "Nothing is allowed that was not granted (readings, 2).",
            "Ask an administrator for a key with the scope.",
        ),
        "not_authenticated": ServerCode(
            "The request brings no key or token that this server lets in here.",
            "Nothing of a ledger is shown to somebody unknown; a ledger that is not here looks the same.",
            "Send `Authorization: Bearer KEY` with a key of this ledger that has not expired.",
        ),
        "no_such_path": ServerCode(
            "This server has nothing at this path.", "Paths are those of /openapi.json.", "Read /openapi.json."
        ),
        "method_not_allowed": ServerCode(
            "This path has no such method.", "Methods are those of /openapi.json.", "Read /openapi.json."
        ),
        "parameter_unreadable": ServerCode(
            "A parameter is unknown, given twice, or not of its shape.",
            "A misspelled parameter would be answered as if it had not been given.",
            "Read /openapi.json for the parameters of the operation.",
        ),
        "position_not_there": ServerCode(
            "The ledger ends before the position behind which the feed was asked for.",
            "Whoever has seen more than the ledger holds followed another ledger, or one that was restored since.",
            "Compare the ledger's id in the events; then follow it again from a position that it has.",
        ),
        "too_many_followers": ServerCode(
            "This key follows as often as it may at a time.",
            "A follower holds a connection for as long as it follows.",
            "Close one of them, or ask for pages without `wait`.",
        ),
        "fixture_in_earnest": ServerCode(
            "A fixed answer was asked of a ledger that is no simulation.",
            "In earnest every answer is decided.",
            "Leave the header Ccm-Fixture out, or ask a simulated ledger.",
        ),
        "fixture_unknown": ServerCode(
            "No answer carries the code that was asked for.",
            "Fixed answers exist for every refusal and every notice.",
            "`GET /problems` lists every code.",
        ),
        "overfull": ServerCode(
            "More is waiting than can be answered in time; nothing of the request was taken in.",
            "A server that takes everything answers nobody in time.",
            "Send it again under the same key in a moment.",
        ),
        "store_unavailable": ServerCode(
            "The database cannot be reached or written now; nothing was recorded.",
            "Only what is durable is answered.",
            "Send it again under the same key.",
        ),
        "outcome_unknown": ServerCode(
            "The connection to the database broke during a commit.",
            "The commit may or may not have been done.",
            "Send it again under the same key: the answer tells what became of it.",
        ),
    }
)
