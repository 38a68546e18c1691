"""A chart that gives one field twice leaves open which value is meant, and nothing is guessed."""

from interfaces.importing.reading import Unread
from tests.importing.reading import PATIENT, bundle, chart, codes


def test_the_last_of_two_birth_dates_is_not_taken_silently() -> None:
    whole = bundle(PATIENT | {"birthDate": "1940-01-01"})
    twice = whole.replace(b'"birthDate":"1940-01-01"', b'"birthDate":"1940-01-01","birthDate":"1949-01-01"')
    answers, report = chart(twice)

    assert codes(answers) == [(0, "field_repeated")]
    assert report.commands.total() == 0


def test_what_to_do_about_a_file_does_not_speak_of_lines() -> None:
    for content in (b'{"resourceType":"Bundle"\x00}', b'{"a":1,"a":2}', b"[" * 2000 + b"]" * 2000):
        (answer,), _ = chart(content)
        assert isinstance(answer, Unread)

        assert answer.refusal.remedy == "Export the chart again, as one bundle in UTF-8 JSON."
