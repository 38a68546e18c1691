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
        "wrong_usage": ServerCode(
            "The question cannot be asked that way.",
            "It is read as the command line reads it, before anything is looked up.",
            "Read /openapi.json: it describes every parameter.",
        ),
        "too_many_identifiers": ServerCode(
            "The request holds more identifiers than are looked up at once.",
            "Each lookup is a read of a patient's record, and recorded.",
            "Ask in several requests.",
        ),
        "not_sealed": ServerCode(
            "The log has no such file, or is not sealed so far.",
            "A log shows what a checkpoint covers, and nothing else.",
            "Ask for the checkpoint, which names the size of the log.",
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
        "shutting_down": ServerCode(
            "The server is ending; what was taken in before is answered and recorded.",
            "Nothing new is begun that could be cut in the middle.",
            "Send it again under the same key: to this server when it is back, or to another one.",
        ),
        "not_http": ServerCode(
            "What came is no HTTP request that this server reads.", "Nothing is guessed.", "Mend the client."
        ),
        "headers_too_large": ServerCode(
            "The headers are too many or too long.",
            "Whoever sends headers without end would hold a connection for ever.",
            "Send fewer; a key and a content type are enough.",
        ),
        "headers_too_slow": ServerCode(
            "The headers of the request did not come in time.",
            "A connection that waits is one that nobody else has.",
            "Send them at once.",
        ),
        "url_too_long": ServerCode(
            "The address is longer than this server reads.",
            "Addresses stand in logs of others and hold nothing long here.",
            "Put what is long into the body.",
        ),
        "too_many_connections": ServerCode(
            "The server has as many connections as it takes.",
            "More would make all of them slow.",
            "Come again in a moment.",
        ),
        "too_busy": ServerCode(
            "The server has as many requests as it takes at once.",
            "A server that takes everything answers nobody in time.",
            "Send the same again in a moment.",
        ),
        "too_many_requests": ServerCode(
            "More requests came than this server takes from one caller.",
            "Nobody is to keep the others waiting; the headers RateLimit and Retry-After say when to go on.",
            "Wait; many lines go faster in one stream than in many requests.",
        ),
        "answer_too_late": ServerCode(
            "The answer took longer than this server waits; what was asked may have been recorded.",
            "A client that waits for ever learns nothing.",
            "Send it again with the same Idempotency-Key: what was recorded answers the same.",
        ),
        "encoding_not_taken": ServerCode(
            "The body is compressed.",
            "A small body could become a large one.",
            "Send it as it is: `Content-Encoding` is not taken.",
        ),
        "content_type_not_taken": ServerCode(
            "The body is of a kind that this path does not take.",
            "What a body is said to be decides how it is read.",
            "Send one `Content-Type`, of those that /openapi.json names.",
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
        "busy": ServerCode(
            "As many imports are running as this server runs at once.",
            "Each holds a document in memory.",
            "Send the document again later.",
        ),
        "cut": ServerCode(
            "The server or the client ended the stream before its end.",
            "What was answered is recorded.",
            "Send the same again: what is recorded answers unchanged.",
        ),
        "ledger_damaged": ServerCode(
            "Stored bytes are not what was written.",
            "Nothing is answered from what cannot be believed.",
            "Tell the operator: `ccm-ledger verify` names what was done.",
        ),
        "needs_newer_program": ServerCode(
            "The ledger was written by a newer program.",
            "What is not known cannot be judged.",
            "Tell the operator to install the newer program.",
        ),
        "wrong_key": ServerCode(
            "The master key of the server does not open the ledger.",
            "Without it nothing can be read.",
            "Tell the operator to check the key file.",
        ),
        "not_a_ledger": ServerCode(
            "There is no ledger at the place that the server names.",
            "The settings and the machine differ.",
            "Tell the operator: `ccm-ledger config check` explains it.",
        ),
    }
)
