"""A remittance of many service lines: file to durable facts, beside plain reading of it and plain appending.

The claims are facts from the start, each of a patient of its own with two lines, so that making them takes no part of
the time. The file is one 835 that our own writer makes; what is measured begins with its bytes and ends when the last
answer is durable. Beside it the same bytes are only read, the same number of bare rows committed in groups of the same
size, and the same facts appended without being decided.
"""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Final

import orjson

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, rates_table, take_turns, timed
from benchmarks.ruler import Ruler
from interfaces.bootstrap import login
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.x12.answer_shapes import Insured, PaidClaim, PaidLine, Payee, PayerParty, PaymentMade, Taken
from interfaces.x12.remittance_835 import read_remittances
from interfaces.x12.writing import Correspondent, Head
from interfaces.x12.writing_answers import remittance_835
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.streams.claims import Adjustment, ClaimLine, ClaimReleased, ClaimRemitted, RemittedLine
from tests.released import id_of, release_directly

SECONDS: Final = 30
LINES: Final = 50_000
LINES_A_CLAIM: Final = 2
CLAIMS_A_PAYMENT: Final = 500
FLOOR: Final = Target(LINES / SECONDS)
_PLAIN: Final = "the same facts appended, not decided"
_WHOLE: Final = "import remittance, all recorded"
_BODY: Final = 1_000
_ON: Final = date(2024, 11, 20)
_HEAD: Final = Head(
    Correspondent("ZZ", "PAYER", "PAYER"),
    Correspondent("ZZ", "SUB123", "SUB123"),
    datetime(2024, 11, 20, 6, tzinfo=UTC),
    1,
    is_test=False,
)


def run(base: Path, *, rounds: int, service_lines: int) -> Iterator[str]:
    """The table of remittances."""
    count = service_lines // LINES_A_CLAIM
    place, biller, claims = _with_claims(base, count)
    content = _file(claims)
    worked: list[float] = []
    contenders = [
        Contender("plain reading of the file", lambda _: _read(content, count)),
        Contender("bare rows in groups", lambda n: _rows(base / f"rows{n}.db", count)),
        Contender(_PLAIN, lambda n: _append(place.copy(base / f"plain{n}"), claims)),
        Contender(_WHOLE, lambda n: _import(place.copy(base / f"whole{n}"), biller, content, worked)),
    ]
    rates = take_turns(contenders, rounds)
    seconds = LINES / rates[_WHOLE].median
    told = "measured" if service_lines >= LINES else f"reckoned from {service_lines:,}"
    yield rates_table(
        f"A remittance of {service_lines:,} service lines about {count:,} claims ({len(content) / 1e6:.1f} MB)",
        list(rates.values()),
        unit="lines/s",
        yardstick=_PLAIN,
        floors={_WHOLE: FLOOR},
        notes=(
            f"{LINES:,} lines take {seconds:.1f} seconds ({told}); the promise is {SECONDS}.",
            f"Processor time of the import: {median(worked) / count * 1_000:.2f} ms a claim.",
            f"Answers are decided and committed in groups of {GROUP_LINES_MAX}; a claim is one answer and one fact.",
        ),
    )


def _with_claims(base: Path, count: int) -> tuple[world.Place, str, list[ClaimReleased]]:
    """A ledger with a biller and so many claims, each of a patient of its own."""
    place = world.found(base)
    with world.opened(place) as session:
        *_, registered = session.accepted(lines.company())
        roles = [{"role": "biller", "practice": dict(registered.ids)["practice"], "from_on": "2024-01-01"}]
        biller = {"name": "biller", "identifiers": [lines.staff("biller")], "roles": roles, "work_country": "US"}
        source = {"system": "remittance"}
        (person, _) = session.accepted(
            [lines.line("biller", "register_staff", biller), lines.line("payer", "register_source", source)]
        )
        return place, dict(person.ids)["staff"], release_directly(session.log, range(count), login=login())


def _file(claims: list[ClaimReleased]) -> bytes:
    """One file with a payment for every few hundred claims."""
    payer, payee = PayerParty("MEDICARE PART B", "1366401234"), Payee("LAKESIDE PRIMARY CARE", lines.npi(90))
    groups = [claims[at : at + CLAIMS_A_PAYMENT] for at in range(0, len(claims), CLAIMS_A_PAYMENT)]
    payments = [
        PaymentMade(payer, payee, f"EFT{number:05}", _ON, tuple(map(_paid, group)))
        for number, group in enumerate(groups)
    ]
    return remittance_835(_HEAD, payments).encode()


def _paid(claim: ClaimReleased) -> PaidClaim:
    lines_paid = tuple(map(_paid_line, claim.lines))
    return PaidClaim(
        control_number=claim.control_number,
        status="1",
        charge=claim.charge,
        paid=sum((each.paid for each in lines_paid), Decimal(0)),
        share=sum((each.taken[1].amount for each in lines_paid), Decimal(0)),
        payer_number=f"22261{claim.control_number[:8]}",
        patient=Insured("POE", "PAT", "1EG4TE5MK73"),
        lines=lines_paid,
    )


def _paid_line(line: ClaimLine) -> PaidLine:
    assert line.expected is not None
    share = (line.expected / 5).quantize(Decimal("0.01"))
    taken = (Taken("CO", "45", line.charge - line.expected), Taken("PR", "2", share))
    return PaidLine(line.code, line.units, line.charge, line.expected - share, _ON, taken)


# --- who takes turns ------------------------------------------------------------------------------------------------


def _read(content: bytes, count: int) -> float:
    with timed() as watch:
        file = read_remittances(content)
    gate("reading", wanted=count, read=len(file.answers))
    return watch.rate(count * LINES_A_CLAIM)


def _rows(path: Path, count: int) -> float:
    with Ruler(path) as ruler, timed() as watch:
        for at in range(0, count, GROUP_LINES_MAX):
            ruler.at_once(min(GROUP_LINES_MAX, count - at), _BODY)
    return watch.rate(count * LINES_A_CLAIM)


def _append(place: world.Place, claims: list[ClaimReleased]) -> float:
    envelope = Envelope(
        authenticated_as=login(),
        actor=id_of("st", 1),
        capacity=None,
        vouched=Vouched.LOGIN,
        command="record_remittance",
    )
    proposals = [Proposal((_remitted(claim),), envelope, ()) for claim in claims]
    with world.opened(place) as session:
        before = session.log.stats().facts
        with timed() as watch:
            for at in range(0, len(proposals), GROUP_LINES_MAX):
                session.log.append(proposals[at : at + GROUP_LINES_MAX])
        gate("appending", wanted=len(claims), stored=session.log.stats().facts - before)
    return watch.rate(len(claims) * LINES_A_CLAIM)


def _remitted(claim: ClaimReleased) -> ClaimRemitted:
    paid = _paid(claim)
    return ClaimRemitted(
        patient=claim.patient,
        claim=claim.claim,
        status="paid",
        on=_ON,
        payer_number=paid.payer_number,
        charge=paid.charge,
        paid=paid.paid,
        patient_share=paid.share,
        lines=tuple(
            RemittedLine(
                code=line.code,
                units=line.units,
                charge=line.charge,
                paid=line.paid,
                adjustments=tuple(Adjustment(group="CO", reason=e.reason, amount=e.amount) for e in line.taken),
            )
            for line in paid.lines
        ),
    )


def _import(place: world.Place, biller: str, content: bytes, worked: list[float]) -> float:
    """What `import remittance` does from the bytes of the file on; `worked` takes its processor time."""
    with world.opened(place) as session:
        session.handler.default_actor = biller
        before = session.log.stats().facts
        begun = time.process_time()
        with timed() as watch:
            file = read_remittances(content)
            answers = session.submit(orjson.dumps(answer.line("remittance")) for answer in file.answers)
        worked.append(time.process_time() - begun)
        count = len(file.answers)
        accepted = sum(answer.outcome == "accepted" for answer in answers)
        gate("importing", wanted=len(answers), accepted=accepted, stored=session.log.stats().facts - before)
        known = session.submit(orjson.dumps(answer.line("remittance")) for answer in file.answers[:1_000])
        gate("importing again", asked=len(known), known=sum(answer.outcome == "unchanged" for answer in known))
    return watch.rate(count * LINES_A_CLAIM)
