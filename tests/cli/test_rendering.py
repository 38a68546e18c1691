"""What screens show, from values alone: plain text in a pipe, nothing of it computed here."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from interfaces.cli.asking import told
from interfaces.cli.delivering import Tally
from interfaces.cli.explained_text import why_not_lines
from interfaces.cli.month_text import month_lines
from interfaces.cli.months import row_cells
from interfaces.cli.screen import Screen, plain_table
from interfaces.cli.services_text import services_lines
from interfaces.cli.wording import clock, counted, money, some
from interfaces.plain import plain
from ledger.judging.conflicts import ServiceLine
from ledger.judging.shapes import ChargeLine, EntryLine, FamilyResult, Signable, Verdict, VisitLine
from ledger.streams.base import ERASED
from ledger.streams.services import OtherService, OtherServiceReported
from ledger.terms.outcome import Effect, Notice
from ledger.terms.refusals import refused
from projections.tables.layout import MonthRow

TOO_SHORT = Notice(
    "family_below_minimum", Effect.REVIEW, "19 minutes are logged, 20 are needed.", "Log what is missing."
)
LATE = Notice("before_consent", Effect.NOT_COUNTED, "60 seconds do not count.", "Record the consent.", ("r",), 60)
NO_CONSENT = Notice("consent_not_on_file", Effect.BLOCKS_RELEASE, "No consent is on file.", "Record it.")


def verdict(**changes: object) -> Verdict:
    """A month of nineteen minutes and fifty-nine seconds."""
    whole: dict[str, object] = {
        "patient": "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "month": "2026-03",
        "practice": None,
        "practitioner": None,
        "payer": None,
        "date_of_service": date(2026, 3, 31),
        "staff_seconds": 1199,
        "personal_seconds": 0,
        "untimed_seconds": 600,
        "lines": (
            EntryLine("te_x", 7, date(2026, 3, 2), "st_x", None, 1259, 1199, "staff", (LATE,), date(2026, 3, 2), True),
        ),
        "families": (FamilyResult("noncomplex", 19, (), None, 19, False, (TOO_SHORT,)),),
        "suggested": None,
        "chosen": None,
        "missing": (NO_CONSENT,),
        "notices": (),
        "standing": "below_minimum",
        "attested": None,
        "signable": Signable(lambda: b"a month"),
        "edition": "e" * 64,
        "readings": (),
        "reading_set": None,
    }
    return Verdict(**(whole | changes))  # type: ignore[arg-type]


def test_a_month_below_the_minimum_shows_seconds_and_what_is_missing() -> None:
    lines = list(month_lines(verdict()))

    assert "Standing: below minimum: no family of codes reaches its minimum." in lines
    assert "Counted: 19:59 of staff, 0:00 of the practitioner." in lines
    assert "  Of it 10:00 without clock times." in lines
    assert "Codes: none yet." in lines
    assert lines[lines.index("Missing before release: 1 point.") + 1] == "  consent_not_on_file: No consent is on file."
    assert any("the estimate is for Medicare FFS" in line for line in lines)


def row(**changes: object) -> MonthRow:
    """A row of the table of months in which nothing is logged."""
    whole: dict[str, object] = dict.fromkeys(MonthRow._fields)
    whole |= {"patient": "pt_x", "minutes": 0, "standing": "nothing_logged", "charges": (), "with_visits": ()}
    return MonthRow(**{**whole, "missing": (), **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("charges", "with_visits", "shown"),
    [
        ((), (), "-"),
        ((), ("G0506",), "G0506 with a visit"),
        ((("99490", 1),), ("G0506",), "99490 x1, G0506 with a visit"),
    ],
)
def test_a_row_of_months_names_what_rides_on_a_visit_too(charges: object, with_visits: object, shown: str) -> None:
    assert shown == row_cells(row(charges=charges, with_visits=with_visits))[2]


def test_what_rides_on_a_visit_is_shown_as_no_part_of_the_months_codes() -> None:
    line = VisitLine("G0506", 1, Decimal("66.47"), date(2026, 3, 12), "99214", "st_x")
    lines = list(month_lines(verdict(with_visits=(line,))))

    at = lines.index("With the visit of 2026-03-12 (99214) by st_x, on that visit's claim:")
    assert lines[at + 1] == "  G0506 x1  $66.47 (national estimate; no part of the month's codes)"
    assert not any("visit" in line for line in month_lines(verdict()))


def service_of(**changes: object) -> ServiceLine:
    """Home health supervision of a day, as a payer tells of it."""
    said: dict[str, object] = {
        "patient": "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "service": "os_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "code": "G0181",
        "on": date(2026, 3, 12),
        "source": "claim_history",
    }
    told_at = datetime(2026, 4, 2, 15, tzinfo=UTC)
    event = OtherServiceReported(**(said | changes))  # type: ignore[arg-type]
    return ServiceLine(OtherService(event, 9, told_at), "home_health", "other", "service_of_other_biller", None)


def test_a_month_without_other_services_says_that_none_was_told() -> None:
    told = "Other services: none was told to this ledger, and nothing else was searched."

    assert told in list(services_lines(()))


def test_an_explained_month_says_what_was_searched_and_what_each_service_means() -> None:
    lines = list(
        services_lines((service_of(), service_of(until_on=date(2026, 3, 14))._replace(row=None, finding=None)))
    )

    assert lines == [
        "",
        "Other services: 2 reports in this ledger; nothing else was searched.",
        "  claim_history: 2, the last one told 2026-04-02T15:00:00Z",
        "  2026-03-12  G0181 by another biller  position 9",
        "    row home_health: service_of_other_biller; service os_aaaaaaaaaaaaaaaaaaaaaaaaaa, told by claim_history",
        "  2026-03-12 to 2026-03-14  G0181 by another biller  position 9",
        "    in no row of the table: stands in no way; service os_aaaaaaaaaaaaaaaaaaaaaaaaaa, told by claim_history",
    ]


def reasons(**changes: object) -> dict[str, object]:
    """What the judge answers about 99491 in a month that 99490 bills."""
    whole: dict[str, object] = {
        "code": "99491",
        "programme": "CCM",
        "is_known": True,
        "family": "personal",
        "billed_units": 0,
        "units_earned": 1,
        "units_max": 1,
        "is_by_minutes": True,
        "minutes": 31,
        "minutes_for_next_unit": None,
        "minutes_missing": None,
        "other_family_bills": "noncomplex",
        "uncounted_seconds": 0,
        "because": [],
    }
    return whole | changes


def test_a_code_of_a_family_that_does_not_bill_is_explained_by_the_one_that_does() -> None:
    assert list(why_not_lines(reasons()))[1:] == [
        "99491 is not among the codes (CCM by the practitioner personally, 31 minutes).",
        "  The minutes make all the units that it may have.",
        "  Another family bills: non-complex CCM. The minutes would make 99491 x1.",
    ]


def test_a_code_that_lacks_minutes_is_explained_by_how_many() -> None:
    short = reasons(minutes=12, units_earned=0, minutes_for_next_unit=30, minutes_missing=18, other_family_bills=None)

    assert list(why_not_lines(short))[2:] == ["  The next unit needs 30 minutes: 18 more."]


@pytest.mark.parametrize("standing", ["nothing_logged", "below_minimum", "blocked", "ready", "attested", "stale"])
def test_every_standing_has_words(standing: str) -> None:
    assert next(month_lines(verdict(standing=standing))).startswith(f"Standing: {standing.replace('_', ' ')}: ")


def test_a_plain_table_aligns_words_left_and_numbers_right() -> None:
    rows = [("a", "7", "x"), ("bcd", "12", "y")]

    assert plain_table(("name", "count", "end"), rows, right=(1,)) == [
        "name  count  end",
        "a         7  x",
        "bcd      12  y",
    ]


def test_the_banner_of_a_simulated_ledger_is_shown_once() -> None:
    out = io.StringIO()
    screen = Screen(as_json=False, out=out)
    screen.simulated(True)
    screen.say("one")
    screen.say("two")

    assert out.getvalue().splitlines() == [
        "Simulated ledger: its clock comes from the input, and nothing in it is a record of care.",
        "one",
        "two",
    ]


def test_json_holds_one_object_and_no_text() -> None:
    out = io.StringIO()
    screen = Screen(as_json=True, out=out)
    screen.say("for people")
    screen.table(("a",), [("b",)])
    screen.answer({"a": 1})

    assert out.getvalue() == '{"a": 1, "simulated": false}\n'


def test_a_refusal_in_words_names_the_facts_that_stand_against_it() -> None:
    err = io.StringIO()
    told(Screen(as_json=False, out=io.StringIO(), err=err), refused("already_struck", facts=(9, 3)))

    assert err.getvalue().endswith(" It rests on #3, #9.\n")


def test_a_tally_counts_lines_by_outcome_and_codes() -> None:
    tally = Tally()
    tally.outcomes.update({"accepted": 1200, "refused": 3})
    tally.refusals.update({"nul_byte": 1, "line_unreadable": 2})

    assert tally.as_text() == [
        "1,203 lines: accepted 1,200, unchanged 0, refused 3, parked 0.",
        "Refused: line_unreadable 2, nul_byte 1.",
    ]
    assert tally.exit_code == 1
    assert tally.as_json()["refusals"] == {"line_unreadable": 2, "nul_byte": 1}


def test_small_words() -> None:
    assert [clock(0), clock(1199), clock(3600)] == ["0:00", "19:59", "60:00"]
    assert [money(None), money(Decimal("1234.5"))] == ["-", "$1,234.50"]
    assert [counted(1, "fact"), counted(2, "entry", "entries")] == ["1 fact", "2 entries"]
    assert [some([]), some(["a", "b", "c", "d"]), some(["a", "b", "c", "d", "e"])] == [
        "-",
        "a, b, c, d",
        "a, b, c and 2 more",
    ]


def test_plain_values_keep_money_as_text_and_say_why_words_are_closed() -> None:
    whole = {
        "amount": Decimal("66.10"),
        "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "on": date(2026, 3, 1),
        "effect": Effect.REVIEW,
        "words": ERASED,
        "line": ChargeLine("99490", 1, None),
        "codes": frozenset({"b", "a"}),
    }

    assert plain(whole) == {
        "amount": "66.10",
        "at": "2026-03-01T12:00:00Z",
        "on": "2026-03-01",
        "effect": "review",
        "words": "erased",
        "line": {"code": "99490", "units": 1, "amount": None},
        "codes": ["a", "b"],
    }
    with pytest.raises(TypeError):
        plain(object())


def test_a_code_that_nothing_limits_is_said_to_have_no_limit() -> None:
    many = reasons(
        code="99489",
        family="complex",
        billed_units=12,
        units_earned=12,
        units_max=None,
        minutes=425,
        minutes_for_next_unit=450,
        minutes_missing=25,
        other_family_bills=None,
    )

    assert list(why_not_lines(many))[1:] == [
        "99489 has 12 units, and nothing limits them (complex CCM, 425 minutes).",
        "  The next unit needs 450 minutes: 25 more.",
    ]


@pytest.mark.parametrize(("profiles", "expected"), [((), 0), (("seed_strict",), 1)])
def test_a_month_says_by_which_profile_it_was_judged(profiles: tuple[str, ...], expected: int) -> None:
    said = [line for line in month_lines(verdict(profiles=profiles)) if "profile seed_strict" in line]

    assert len(said) == expected


def test_an_amount_below_zero_has_its_sign_before_the_dollars() -> None:
    assert ("-$8,675.00", "$0.00", "-") == (money(Decimal("-8675.00")), money(Decimal("0.00")), money(None))
