"""`import acknowledgment` and `import remittance`: what payers answer, as lines of `submit`, with the money added up.

Promise: the whole file is read and checked before anything is recorded; an answer is recorded once, whichever file
brings it and however often; the totals say what became of every dollar that the file tells of.
"""

from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Parser, WrongUsage, source_name

if TYPE_CHECKING:
    from commands.answer import Answer as Answered
    from interfaces.cli.delivering import Incoming, Show
    from interfaces.cli.screen import Bar
    from interfaces.importing.running import Import
    from interfaces.x12.answers import AnswerFile, Payment
    from ledger.streams.imports import DocumentKind
    from ledger.terms.outcome import Refused

_MORE_ACKNOWLEDGMENT: Final = """\
The file is read and checked whole before anything is recorded. Claims are found by their control number; what is about
no claim of this ledger is parked: `ccm-ledger parked list`.
"""
_MORE_REMITTANCE: Final = """\
The file is read and checked whole before anything is recorded. The key of an answer is made of the payment and the
claim's control number, so the same payment in another file or form adds nothing. What is about no claim of this ledger
is parked: `ccm-ledger parked list`. At the end stand the dollars of each payment, and whether they balance.
"""
_ZERO: Final = Decimal("0.00")
_WORDS: Final = {"accepted": "recorded", "unchanged": "known", "refused": "refused", "parked": "waiting"}
_TOLD_MAX: Final = 10


def add(inner: Any, shared: Parser) -> None:
    """Declare the commands among those of `import`."""
    acknowledgment = inner.add_parser(
        "acknowledgment",
        parents=[shared],
        help="what a payer's front door said of claims: a 277CA file",
        description="Record which claims a payer took in, and which it turned away.",
        epilog=_MORE_ACKNOWLEDGMENT,
    )
    acknowledgment.set_defaults(run=run_acknowledgment)
    remittance = inner.add_parser(
        "remittance",
        parents=[shared],
        help="what a payer paid, denied and took back: an 835 or CSV file",
        description="Record what a payer paid, denied and took back.",
        epilog=_MORE_REMITTANCE,
    )
    remittance.set_defaults(run=run_remittance)
    for parser, name in ((acknowledgment, "acknowledgment"), (remittance, "remittance")):
        parser.add_argument("file", metavar="FILE", help="the file as the payer or the clearing house sent it")
        parser.add_argument(
            "--source", metavar="S", type=source_name, default=name, help=f"the registered name of the source ({name})"
        )


def run_acknowledgment(args: Namespace, screen: Screen) -> int:
    """Import a 277CA file."""
    from interfaces.x12.acknowledgment_277 import read_acknowledgments  # noqa: PLC0415 - `--help` must not wait for it

    return _run(args, screen, "acknowledgment", read_acknowledgments)


def run_remittance(args: Namespace, screen: Screen) -> int:
    """Import an 835 or a CSV file."""
    from interfaces.x12.remittance_835 import read_remittances  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.x12.remittance_csv import is_csv, read_remittance_csv  # noqa: PLC0415

    def read(content: bytes) -> "AnswerFile":
        return (read_remittance_csv if is_csv(content) else read_remittances)(content)

    return _run(args, screen, "remittance", read)


def _run(args: Namespace, screen: Screen, kind: "DocumentKind", read: "Callable[[bytes], AnswerFile]") -> int:
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - loaded by now
    from interfaces.cli.delivering import Delivering, Incoming, Tally, as_lines, in_words  # noqa: PLC0415
    from interfaces.importing.running import Door, Import  # noqa: PLC0415
    from interfaces.x12.answers import AnswerFile  # noqa: PLC0415
    from interfaces.x12.reading import Malformed  # noqa: PLC0415
    from ledger.terms.digests import document_digest  # noqa: PLC0415

    content = _content(args.file)
    refusal: Refused | None = None
    try:
        file = read(content)
    except Malformed as fault:
        file, refusal = AnswerFile(()), fault.refusal
    with session_of(args, screen) as session:
        running = Import(kind, args.source, Door(session.handler.read, session.handler.handle, session.ids.entropy))
        money = Money(file)
        show = as_lines(screen) if screen.as_json else in_words(screen, _place(content), Counter())
        delivering = Delivering(session, money.watching(show), running.tally)
        if refusal is not None:
            delivering.all([Incoming(0, _unread(refusal))])
        with screen.progress("Answers", len(file.answers)) as bar:
            delivering.all(_incoming(file, session.handler.read, args.source, bar))
        if refusal is None:
            running.put_on_record(document_digest(content), Tally())
        _show(screen, file, money, running)
    return running.tally.exit_code


def _content(file: str) -> bytes:
    from pathlib import Path  # noqa: PLC0415 - not needed for --help

    from interfaces.x12.reading import FILE_BYTES_MAX  # noqa: PLC0415

    try:
        with Path(file).open("rb") as stream:
            # One byte past the limit is enough for the reader to refuse the file.
            return stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its name and who owns it.") from error


def _place(content: bytes) -> Callable[[int], str]:
    from interfaces.x12.remittance_csv import is_csv  # noqa: PLC0415 - loaded by now

    word = "Line" if is_csv(content) else "Segment"
    return lambda number: f"{word} {number}" if number else "The file"


def _unread(refusal: "Refused") -> Any:
    from commands.wire import Unreadable  # noqa: PLC0415 - loaded by now

    return Unreadable(None, refusal)


def _incoming(file: "AnswerFile", read: Callable[[bytes], Any], source: str, bar: "Bar") -> "Iterator[Incoming]":
    import orjson  # noqa: PLC0415 - loaded by now

    from interfaces.cli.delivering import Incoming  # noqa: PLC0415

    for answer in file.answers:
        yield Incoming(answer.place, read(orjson.dumps(answer.line(source))))
        bar.advance()


class Money:
    """The dollars of a file by what became of the answers that they stand in."""

    def __init__(self, file: "AnswerFile") -> None:
        self._paid = {answer.place: answer.paid for answer in file.answers}
        self.by_outcome: dict[str, Decimal] = dict.fromkeys(_WORDS, _ZERO)
        self.payments = file.payments
        self.adjusted: dict[str, Decimal] = {}
        for payment in file.payments:
            for each in payment.provider_adjustments:
                self.adjusted[each.reason] = self.adjusted.get(each.reason, _ZERO) + each.amount

    def watching(self, show: "Show") -> "Show":
        """Shows answers, and adds up what stood in them."""

        def watched(answers: "Sequence[tuple[int, Answered]]") -> None:
            for number, answer in answers:
                self.by_outcome[answer.outcome] += self._paid.get(number, _ZERO)
            show(answers)

        return watched

    @property
    def total(self) -> Decimal:
        """What all payments come to, as the payer says."""
        return sum((payment.amount for payment in self.payments), _ZERO)

    @property
    def unbalanced(self) -> "tuple[Payment, ...]":
        """The payments that are not what their claims and adjustments come to."""
        return tuple(payment for payment in self.payments if payment.difference)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "payments": len(self.payments),
            "total": str(self.total),
            **{outcome: str(amount) for outcome, amount in self.by_outcome.items()},
            "provider_adjustments": {reason: str(amount) for reason, amount in self.adjusted.items()},
            "predetermined": [place for each in self.payments for place in each.predetermined],
            "balances": not self.unbalanced,
            "unbalanced": [
                {"place": each.place, "amount": str(each.amount), "difference": str(each.difference)}
                for each in self.unbalanced
            ],
        }

    def as_text(self) -> Iterator[str]:
        """For people."""
        from interfaces.cli.wording import counted, money, some  # noqa: PLC0415 - loaded by now

        of_claims = ", ".join(f"{_WORDS[outcome]} {money(amount)}" for outcome, amount in self.by_outcome.items())
        yield f"{counted(len(self.payments), 'payment')} of {money(self.total)}; of claims {of_claims}."
        if self.adjusted:
            said = ", ".join(f"{reason} {money(amount)}" for reason, amount in self.adjusted.items())
            yield f"Kept back beside claims, and not recorded with any: {said}."
        if places := [place for each in self.payments for place in each.predetermined]:
            said = some(tuple(f"{place:,}" for place in places), shown_max=_TOLD_MAX)
            yield f"Only priced ahead, neither paid nor denied, and not recorded (status 25): at {said}."
        for each in self.unbalanced[:_TOLD_MAX]:
            come_to = each.of_claims - each.held_back
            yield (
                f"The payment at {each.place} does not balance: {money(each.amount)} was paid, its claims and "
                f"adjustments come to {money(come_to)}. Ask the payer about the difference of {money(each.difference)}."
            )
        if len(self.unbalanced) > _TOLD_MAX:
            yield f"Payments that do not balance: {len(self.unbalanced):,}; --json shows every one."


def _show(screen: Screen, file: "AnswerFile", money: Money, running: "Import") -> None:
    """The summary, last."""
    if screen.as_json:
        rejected = [{"place": each.place, "codes": list(each.codes)} for each in file.rejected]
        beside = {"money": money.as_json()} if file.payments else {}
        told = {**running.tally.as_json(), **beside, "batches_rejected": rejected, "documents": running.documents}
        screen.lines([{"summary": told}])
        return
    for each in file.rejected[:_TOLD_MAX]:
        codes = ", ".join(each.codes)
        screen.say(
            f"Segment {each.place}: the payer turned away a whole batch ({codes}) and names no claim. "
            "Find out which claims were in it; they do not count as filed."
        )
    if file.payments:
        screen.say(*money.as_text())
    screen.say(*running.tally.as_text())
