"""The answers of a simulated payer as files: acknowledgments as 277CA, remittances as 835.

Promise: a file says what the answers say, under the same trace whenever it is sent again; the number of the interchange
is the file's. Claims of one file that came in on several days are acknowledged in one transaction for each day.
Not promised: real names; a payer that is simulated insures Pat Doe by numbers.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Final, NamedTuple

from interfaces.simulator.payer_words import Adjudicated, AnswerFile, AtTheDoor, ClaimSent
from interfaces.x12.answer_shapes import (
    AcknowledgedClaim,
    Acknowledgment,
    Insured,
    PaidClaim,
    PaidLine,
    Payee,
    PayerParty,
    PaymentMade,
    Taken,
)
from interfaces.x12.writing import Correspondent, Head
from interfaces.x12.writing_answers import acknowledgment_277, remittance_835

_STATUS: Final = {"paid": "1", "denied": "4", "reversed": "22"}
_NUMBER_DIGITS: Final = 11


class Parties(NamedTuple):
    """Who writes to whom."""

    payer: PayerParty
    payee: Payee
    sender: Correspondent
    receiver: Correspondent


class Writer:
    """Writes the files of one payer."""

    def __init__(self, parties: Parties, sent: Mapping[str, ClaimSent]) -> None:
        self._parties = parties
        self._sent = sent
        """The claims that the payer knows, by control number."""

    def written(self, file: AnswerFile) -> bytes:
        """The bytes of a file."""
        at = datetime.combine(file.on, time(18), tzinfo=UTC)
        parties = self._parties
        head = Head(parties.sender, parties.receiver, at, file.number, is_test=False)
        door = [each for each in file.answers if isinstance(each, AtTheDoor)]
        decided = [each for each in file.answers if isinstance(each, Adjudicated)]
        if file.kind == "acknowledgment":
            days = sorted({each.received_on for each in door})
            batches = [tuple(each for each in door if each.received_on == day) for day in days]
            return acknowledgment_277(head, [self._batch(file, batch) for batch in batches]).encode()
        claims = tuple(self._paid(each) for each in decided)
        payment = PaymentMade(parties.payer, parties.payee, file.trace, file.on, claims)
        return remittance_835(head, [payment]).encode()

    def _batch(self, file: AnswerFile, answers: tuple[AtTheDoor, ...]) -> Acknowledgment:
        parties, on = self._parties, answers[0].received_on
        return Acknowledgment(
            payer=parties.payer,
            payee=parties.payee,
            receiver=parties.receiver.number,
            trace=f"{file.trace}-{on:%Y%m%d}",
            batch=f"B{on:%Y%m%d}",
            received_on=on,
            claims=tuple(map(self._acknowledged, answers)),
        )

    def _acknowledged(self, answer: AtTheDoor) -> AcknowledgedClaim:
        sent = self._sent[answer.control_number]
        return AcknowledgedClaim(
            control_number=answer.control_number,
            patient=_insured(sent),
            is_accepted=answer.outcome == "accepted",
            codes=tuple((code.partition(":")[0], code.partition(":")[2]) for code in answer.codes),
            charge=sent.charge,
            served_on=sent.served_on,
            payer_number=answer.payer_number,
        )

    def _paid(self, answer: Adjudicated) -> PaidClaim:
        sent = self._sent.get(answer.control_number)
        served_on = sent.served_on if sent is not None else answer.on
        return PaidClaim(
            control_number=answer.control_number,
            status=_STATUS[answer.status],
            charge=answer.charge,
            paid=answer.paid,
            share=answer.share,
            payer_number=answer.payer_number,
            patient=_insured(sent),
            lines=tuple(
                PaidLine(
                    code=line.code,
                    units=line.units,
                    charge=line.charge,
                    paid=line.paid,
                    served_on=served_on,
                    taken=tuple(Taken(*off) for off in line.off),
                    remarks=line.remarks,
                )
                for line in answer.lines
            ),
        )


def _insured(sent: ClaimSent | None) -> Insured:
    """The member; of somebody else's claim nobody in particular."""
    member = sent.member if sent is not None else "NOBODY"
    return Insured("DOE", "PAT", "".join(filter(str.isalnum, member.upper()))[-_NUMBER_DIGITS:])
