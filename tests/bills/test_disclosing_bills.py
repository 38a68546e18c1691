"""What a bill shows of people: what its claim rests on, as little of others as it needs, and words on request."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from projections.exports.bill import Made
from projections.exports.bill_file import Bill
from projections.exports.bill_judged import judge_bill
from tests.bills.conftest import Office
from tests.cli.claiming import CHARGES, NPI, attest, release
from tests.house import House, house
from tests.questions.conftest import second_patient

NOTE = "Went through the pill box by phone."
NAMES = ("Poe", "1950-02-03", "mrn-1")


def everything_in(bill: Bill) -> str:
    """The file, and what its base64 holds."""
    held = [bill.text()]
    for fact in bill.facts:
        held += [base64.b64decode(part.plaintext).decode() for part in fact.parts if part is not None]
        held.append(base64.b64decode(fact.header).decode("latin-1"))
    return "\n".join(held)


def found(words: Sequence[str], held: str) -> list[str]:
    """Those of the words that stand there by themselves: base64 spells any three letters sooner or later."""
    return [word for word in words if re.search(rf"(?<![A-Za-z0-9+/]){re.escape(word)}(?![A-Za-z0-9+/])", held)]


# --- words ------------------------------------------------------------------------------------------------------------


def test_words_and_identities_stay_closed_unless_they_are_asked_for(office: Office) -> None:
    held = everything_in(office.made("january").bill)

    assert found((NOTE, "In words.", "note of 5 January", *NAMES, "Ada Adams"), held) == []


def test_words_that_are_asked_for_are_those_of_the_patients_care_and_no_identity(office: Office) -> None:
    made = office.made("january", words=True)
    held = everything_in(made.bill)

    words = [NOTE, "In words.", "note of 5 January"]
    assert found(words, held) == words
    assert found((*NAMES, "Ada Adams"), held) == []
    assert made.judged.words_withheld < office.made("january").judged.words_withheld


def test_an_identity_has_a_word_of_its_own(office: Office) -> None:
    held = everything_in(office.made("january", identity=True).bill)

    assert found(NAMES, held) == list(NAMES)
    assert NOTE not in held


def test_closed_words_change_nothing_of_the_verdict(office: Office) -> None:
    closed, opened = office.made("january"), office.made("january", words=True, identity=True)

    assert judge_bill(closed.bill).derivation == judge_bill(opened.bill).derivation


def test_no_token_of_an_identifier_is_named_as_a_stream(office: Office) -> None:
    kinds = {tag.tag.partition("/")[0] for fact in office.made("january").bill.facts for tag in fact.tags}

    assert kinds == {"care_month", "care_plan", "claims", "ledger", "patient", "practice", "staff", "staff_day"}


# --- other patients ---------------------------------------------------------------------------------------------------


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    """The company with a second patient, of whom nothing is recorded yet."""
    with house(tmp_path / "ledger", practice_npi=NPI) as it:
        for code, amount in CHARGES:
            asked = {"practice": it.ids["practice"], "code": code, "amount": amount, "from_on": "2026-01-01"}
            it.accepted("adopt_charge", asked, actor="bill")
        it.ids["second"] = second_patient(it)
        it.clock = "2026-01-20T18:00:00Z"
        yield it


def billed(it: House) -> Made:
    """The bill of January, released as it stands."""
    it.clock = "2026-02-03T15:00:00Z"
    attest(it, "2026-01")
    release(it, "2026-01", "january")
    return Office(it.log, it.ids).made("january")


def shown_of(made: Made, patient: str) -> list[tuple[str, bool, list[str]]]:
    """(topic, whether it is shown who recorded it, kinds of its named streams) of what is shown about a patient."""
    return [
        (fact.header_parts()[0].topic, fact.envelope is not None, [tag.tag.partition("/")[0] for tag in fact.tags])
        for fact in made.bill.facts
        if json.loads(fact.clear or "{}").get("patient") == patient
    ]


def test_of_another_patient_only_time_that_touches_the_months_own_is_shown_and_only_what_it_says(it: House) -> None:
    second = {"patient": it.ids["second"]}
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.log_time("2026-01-08T15:20:00Z", "2026-01-08T15:30:00Z", **second)
    it.log_time("2026-01-08T18:00:00Z", "2026-01-08T18:30:00Z", **second)
    it.log_time("2026-01-09T18:00:00Z", "2026-01-09T18:30:00Z", **second)

    made = billed(it)

    assert made.judged.digest == made.verdict.digest
    assert shown_of(made, it.ids["second"]) == [("time_logged", False, ["staff_day"])]
    assert (made.judged.withheld, made.others) == (1, (it.ids["second"],))
    assert made.judged.doubts == ()


def test_what_another_patients_entry_takes_is_taken_in_the_bill_too(it: House) -> None:
    it.log_time("2026-01-08T15:10:00Z", "2026-01-08T15:30:00Z", patient=it.ids["second"])
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:15:00Z")

    made = billed(it)

    assert made.judged.staff_seconds == 25 * 60
    assert (made.judged.digest == made.verdict.digest, made.judged.doubts) == (True, ())


def test_an_entry_of_another_patient_that_was_left_out_would_give_seconds_back_and_is_noticed(it: House) -> None:
    it.log_time("2026-01-08T15:10:00Z", "2026-01-08T15:30:00Z", patient=it.ids["second"])
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:15:00Z")
    bill = billed(it).bill
    kept = tuple(fact for fact in bill.facts if fact.envelope is not None)

    judged = judge_bill(bill.model_copy(update={"facts": kept}))

    assert (judged.staff_seconds, judged.withheld) == (40 * 60, 1)
    assert [doubt.where for doubt in judged.doubts] == ["month", "derivation"]


def test_the_history_of_an_entry_that_once_touched_is_shown_whole(it: House) -> None:
    answer = it.log_time("2026-01-08T15:10:00Z", "2026-01-08T15:30:00Z", patient=it.ids["second"])
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    struck = {"patient": it.ids["second"], "month": "2026-01", "entry": dict(answer.ids)["entry"]}
    it.accepted("strike_time", struck | {"reason": "not_worked", "evidence": "No call."}, actor="cora")

    made = billed(it)

    assert [topic for topic, *_ in shown_of(made, it.ids["second"])] == ["time_logged", "time_struck"]
    assert (made.judged.digest == made.verdict.digest, made.judged.staff_seconds) == (True, 25 * 60)


def test_where_a_day_is_overfull_it_is_shown_whole(it: House) -> None:
    untimed = {"patient": it.ids["second"], "performer": it.ids["bea"], "on": "2026-01-08"}
    work = untimed | {"minutes": 1_430, "activity": "care_coordination"}
    it.accepted("log_time", work, actor="feed", source={"system": "ehr", "id": "row-1"})
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:25:00Z")

    made = billed(it)

    assert made.judged.digest == made.verdict.digest
    assert [topic for topic, *_ in shown_of(made, it.ids["second"])] == ["time_logged"]
    assert made.judged.withheld == 0


def test_words_that_were_about_somebody_else_stay_closed_even_where_words_are_asked_for(it: House) -> None:
    said = "Quetzalcoatlus called about a knee."
    wrong = it.log_time("2026-01-07T15:00:00Z", "2026-01-07T15:05:00Z", description=said)
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    moving = {
        "patient": it.ids["patient"],
        "month": "2026-01",
        "entry": dict(wrong.ids)["entry"],
        "to_patient": it.ids["second"],
        "reason": "The knee was another patient's.",
        "performer": it.ids["bea"],
        "start": "2026-01-07T15:00:00Z",
        "end": "2026-01-07T15:05:00Z",
        "activity": "medication_reconciliation",
        "description": said,
    }
    it.accepted("move_time", moving, actor="bea")
    billed(it)

    made = Office(it.log, it.ids).made("january", words=True)
    held = everything_in(made.bill)

    assert made.judged.digest == made.verdict.digest
    assert NOTE in held
    assert said not in held
