"""A word that stands nowhere else, in every field that takes words: it is nowhere in the clear.

Not in pages of the database, its log or its read models, not in answers, refusals, messages and log lines, not in what
is published of the log. What is listed here may be in the database: it is about a practice, a payer or the law.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel

from ledger.store.connection import Place
from ledger.streams.base import Origin
from tests.postgres.servers import superuser, unused_address
from tests.privacy.canaries import BORN_ON, POSTAL_CODE, Planted, takes_words
from tests.privacy.holding import begun
from tests.privacy.sending import COMMANDS, Sent
from tests.store.golden_events import EXAMPLES
from tests.store.sample import new_ledger, proposal

OF_A_PRACTICE: Final = "what a practice is called and where it stands: on every bill, and public by its NPI"
OF_A_PAYER: Final = "what a payer is called"
OF_THE_LAW: Final = "a place or a source of the fee schedule"
OF_THE_SENDER: Final = "who sends and receives files: a company, and its office to be called"
OF_A_CLAIM: Final = "the number that a payer gave to a claim, by which it is asked about"
OF_THE_PROGRAM: Final = "no sender writes it: a zone, an opaque id or a sentence of the program's own; see the commands"
OF_A_LOG: Final = "a signed checkpoint of another ledger: made to be public"
COMMANDS_IN_THE_CLEAR: Final[dict[str, str]] = {
    "record_locality.locality": OF_THE_LAW,
    "record_locality.cite": OF_THE_LAW,
    "record_billing_details.name": OF_A_PRACTICE,
    "record_billing_details.address.line": OF_A_PRACTICE,
    "record_billing_details.address.second": OF_A_PRACTICE,
    "record_billing_details.address.city": OF_A_PRACTICE,
    "record_billing_details.facility.name": OF_A_PRACTICE,
    "record_billing_details.facility.address.line": OF_A_PRACTICE,
    "record_billing_details.facility.address.second": OF_A_PRACTICE,
    "record_billing_details.facility.address.city": OF_A_PRACTICE,
    "record_payer_identity.name": OF_A_PAYER,
    "record_interchange.sender_name": OF_THE_SENDER,
    "record_interchange.contact": OF_THE_SENDER,
    "record_interchange.receiver_name": OF_THE_SENDER,
}
EVENTS_IN_THE_CLEAR: Final[dict[str, str]] = {
    "billing_details_recorded.name": OF_A_PRACTICE,
    "billing_details_recorded.address.line": OF_A_PRACTICE,
    "billing_details_recorded.address.second": OF_A_PRACTICE,
    "billing_details_recorded.address.city": OF_A_PRACTICE,
    "billing_details_recorded.facility.name": OF_A_PRACTICE,
    "billing_details_recorded.facility.address.line": OF_A_PRACTICE,
    "billing_details_recorded.facility.address.second": OF_A_PRACTICE,
    "billing_details_recorded.facility.address.city": OF_A_PRACTICE,
    "practice_registered.name": OF_A_PRACTICE,
    "practice_registered.sites.name": OF_A_PRACTICE,
    "practice_registered.zone": OF_A_PRACTICE,
    "ledger_opened.name": "what the ledger is called: its company",
    "ledger_opened.login": "the login that made the ledger",
    "interchange_recorded.sender_name": OF_THE_SENDER,
    "interchange_recorded.contact": OF_THE_SENDER,
    "interchange_recorded.receiver_name": OF_THE_SENDER,
    "payer_identity_recorded.name": OF_A_PAYER,
    "claim_released.payer_number": OF_A_CLAIM,
    "claim_acknowledged.payer_number": OF_A_CLAIM,
    "claim_remitted.payer_number": OF_A_CLAIM,
    "locality_recorded.locality": OF_THE_LAW,
    "locality_recorded.cite": OF_THE_LAW,
    "checkpoint_witnessed.note": OF_A_LOG,
    "checkpoint_contradicted.note": OF_A_LOG,
    "rulebook_adopted.content": OF_THE_LAW,
    "rulebook_adopted.reason": OF_THE_LAW,
    "time_logged.zone": OF_THE_PROGRAM,
    "time_logged.tzdata": OF_THE_PROGRAM,
    "time_corrected.zone": OF_THE_PROGRAM,
    "time_corrected.tzdata": OF_THE_PROGRAM,
    "time_moved.zone": OF_THE_PROGRAM,
    "time_moved.tzdata": OF_THE_PROGRAM,
    "command_refused.because": OF_THE_PROGRAM,
    "command_refused.subject": OF_THE_PROGRAM,
    "refusals_counted.by": OF_THE_PROGRAM,
    "refusals_counted.subject": OF_THE_PROGRAM,
    "record_read.reader": OF_THE_PROGRAM,
    "review_came_due.target": OF_THE_PROGRAM,
    "delivery_resolved.subject": OF_THE_PROGRAM,
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("sent")
    return Sent(folder / "ledger" if request.param == "sqlite" else unused_address(), folder)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


# --- through the door ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_command_was_asked_for_and_all_kinds_of_answers_came(sent: Sent) -> None:
    fields = {path.partition(".")[0] for path in sent.planted.paths}

    assert fields >= {command.NAME for command in COMMANDS}
    assert sent.outcomes["accepted"] >= 80
    assert sent.outcomes["parked"] >= 80
    assert sent.outcomes["refused"] >= 500


@pytest.mark.slow
def test_no_canary_is_in_the_clear_in_the_database(sent: Sent) -> None:
    found = set[str]().union(*map(sent.planted.found_in, sent.held.values()))

    # Equal, and not only within: what is listed and is not found was never looked for.
    assert found == set(COMMANDS_IN_THE_CLEAR)


@pytest.mark.slow
def test_no_birthday_and_no_postal_code_of_a_patient_is_in_the_clear_in_the_database(sent: Sent) -> None:
    held = b"".join(sent.held.values())

    assert BORN_ON.encode() not in held
    assert POSTAL_CODE.encode() not in held


@pytest.mark.slow
def test_no_answer_refusal_or_notice_says_what_was_sent(sent: Sent) -> None:
    assert sent.planted.found_in(json.dumps(sent.answers).encode()) == set()


@pytest.mark.slow
def test_no_log_line_message_or_list_holds_a_canary(sent: Sent) -> None:
    print(sent.said[:3000].decode(), sent.said.count(b"handled"))
    assert sent.said.count(b'"command_handled"') > 400, "the log was listened to"
    assert sent.planted.found_in(sent.said) == set()


@pytest.mark.slow
def test_no_canary_is_in_published_tiles_and_checkpoints_or_in_their_names(sent: Sent) -> None:
    published = b"".join(name.encode() + content for name, content in sent.published.items())

    assert {name.split("/")[1] for name in sent.published} >= {"checkpoint", "tile"}
    assert sent.planted.found_in(published) == set()
    assert BORN_ON.encode() not in published
    assert POSTAL_CODE.encode() not in published


# --- behind the door ------------------------------------------------------------------------------------


def test_no_canary_of_any_event_is_in_the_clear_while_the_ledger_is_open_or_afterwards(place: Place) -> None:
    planted = Planted()
    events = [with_canaries(event, planted) for event in EXAMPLES]
    ledger = new_ledger(place)
    read = begun(place)
    for event in events:
        ledger.append([proposal(event, origin=origin(planted, event.TOPIC))])

    written = read()
    checkpointed(place)
    checked = read()
    opened = [ledger.open_words(fact) for fact in ledger.follow(0, len(events))]
    ledger.close()

    assert opened == events, "the canaries are there"
    for held in (written, checked, read()):
        assert set[str]().union(*map(planted.found_in, held.values())) == set(EVENTS_IN_THE_CLEAR)


def with_canaries(value: Any, planted: Planted, path: str = "") -> Any:
    """An event, or a part of one, with a canary in every field that takes words."""
    path = path or value.TOPIC
    changed = {}
    for name, field in type(value).model_fields.items():
        given = getattr(value, name)
        at = f"{path}.{name}"
        if isinstance(given, BaseModel):
            changed[name] = with_canaries(given, planted, at)
        elif isinstance(given, tuple) and given and isinstance(given[0], BaseModel):
            changed[name] = tuple(with_canaries(each, planted, at) for each in given)
        elif isinstance(given, str) and takes_words(field.annotation, tuple(field.metadata)):
            changed[name] = planted.plant(at)
    return value.model_copy(update=changed)


def origin(planted: Planted, topic: str) -> Origin:
    plant = planted.plant
    return Origin(
        key=plant(f"{topic} key"),
        row=plant(f"{topic} row"),
        version=plant(f"{topic} version"),
        correlation=plant(f"{topic} correlation"),
    )


def checkpointed(place: Place) -> None:
    """Bring what the database wrote ahead into its pages."""
    if isinstance(place, Path):
        for name in ("ledger.db", "vault.db"):
            db = sqlite3.connect(place / name)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.close()
        return
    with superuser(place) as connection:
        connection.execute("CHECKPOINT")
