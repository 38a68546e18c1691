"""Fixed answers for every code, for whoever builds a client: in simulated ledgers only.

Promise: a request with `Ccm-Fixture: CODE` is answered with that refusal, or as accepted with that notice, in the
catalogue's own words; nothing is decided and nothing recorded. A ledger in earnest refuses such a request.
"""

import re
from typing import Final

from starlette.requests import Request

from commands.answer import Answer
from interfaces.http.hosting import Hosted
from interfaces.http.problems import Problem
from ledger.terms.notices import NOTICES, notice
from ledger.terms.outcome import Awaited, Refused, WaitsFor
from ledger.terms.refusals import REFUSALS

HEADER: Final = "ccm-fixture"
_WAITING: Final[dict[str, Awaited]] = {
    "waiting_for_patient": "patient",
    "waiting_for_staff": "staff",
    "answer_without_claim": "claim",
}

_FIELD: Final = re.compile(r"\{\w+\}")


def asked_for(request: Request, hosted: Hosted, key: str | None) -> Answer | None:
    """The fixed answer that a request asks for; None where it asks for none. Raises Problem."""
    code = request.headers.get(HEADER)
    if code is None:
        return None
    if not hosted.simulated:
        raise Problem(
            400,
            "fixture_in_earnest",
            "The request asks for a fixed answer, and this ledger is no simulation.",
            "Leave the header out, or ask a simulated ledger.",
        )
    if (refusal := REFUSALS.get(code)) is not None:
        says, because, remedy = map(without_fields, (refusal.says, refusal.because, refusal.remedy))
        told = Refused(code, says, because, remedy, refusal.retryable)
        if (kind := _WAITING.get(code)) is not None:
            return Answer(key, "parked", refusal=told._replace(waiting_for=WaitsFor(kind, "0" * 32)))
        return Answer(key, "refused", refusal=told)
    if code in NOTICES:
        return Answer(key, "accepted", notices=(notice(code, NOTICES[code].says),))
    raise Problem(400, "fixture_unknown", "No answer carries that code.", "`GET /problems` lists every code.")


def without_fields(text: str) -> str:
    """Words of the catalogue without the names of what is filled in."""
    return _FIELD.sub("...", text)
