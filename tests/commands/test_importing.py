"""Documents that came in: each import on record once a day and outcome, never with a digest that could be guessed."""

from datetime import date

from commands.intents.importing import RecordImport
from ledger.streams.imports import DocumentImported, Imports
from tests.commands.world import FEED, known
from tests.gwt import Given, token

DIGEST = "ab" * 32


def imported(accepted: int = 4, unchanged: int = 0) -> RecordImport:
    return RecordImport(kind="time_log", document=DIGEST, accepted=accepted, unchanged=unchanged, refused=1, parked=2)


def given() -> Given:
    return known().by(FEED)


def test_an_import_says_what_became_of_the_rows_of_its_document() -> None:
    event = given().when(imported()).event

    assert isinstance(event, DocumentImported)
    assert (event.accepted, event.unchanged, event.refused, event.parked, event.rows) == (4, 0, 1, 2, 7)


def test_the_digest_of_a_document_is_kept_as_a_token() -> None:
    event = given().when(imported()).event

    assert isinstance(event, DocumentImported)
    assert event.document == token("#document", DIGEST)
    assert DIGEST not in event.model_dump_json()


def test_the_same_document_with_the_same_outcome_is_on_record_once_a_day() -> None:
    assert 1 == len(given().again(imported()).unchanged)


def test_the_same_document_with_another_outcome_is_another_import() -> None:
    event = given().when(imported()).event
    assert isinstance(event, DocumentImported)
    then = given().and_(event).when(imported(accepted=0, unchanged=4))

    assert isinstance(then.event, DocumentImported)


def test_the_stream_of_a_day_belongs_to_one_source() -> None:
    event = given().when(imported()).event

    assert isinstance(event, DocumentImported)
    assert event.tags() == (f"imports/{event.source}/{event.on.isoformat()}",)
    assert isinstance(event.on, date)


def test_nothing_is_on_record_in_a_stream_without_facts() -> None:
    assert Imports().documents == ()
