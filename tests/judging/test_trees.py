"""Whole trees of reasons, as outlines that can be read: each in a file of `trees/`, by the name of its month.

A line is a node: what it is and its value; the rules by name; the facts by kind and position; what is not there; what
else is said. Whoever changes what a tree says sees the line that changed; `python -m tests.judging.test_trees` writes
the outlines anew, and the difference is to be read before it is committed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.judging import Ground, explain, reasons_of, why_not, why_not_reasons
from ledger.judging.reason import Reason
from ledger.terms.people import Programme
from tests import months
from tests.facts import Chart, law, opaque

FOLDER = Path(__file__).parent / "trees"
PEOPLE = {opaque("st", name): name for name in ("MD", "MD2", "S1", "S2", "biller")}
ENTRIES = {opaque("te", f"entry {number}"): f"entry {number}" for number in range(1, 12)}
SHORT = {**PEOPLE, **ENTRIES, opaque("pr", "office"): "the office", opaque("pt", "patient"): "the patient"}
UNSAID = {"remedy", "effect", "code", "happened"}
"""What every notice says of itself; the tests of notices pin it."""
Build = Callable[[], Chart]


def complex_with_visit() -> Chart:
    """The practitioner chose complex CCM, worked herself, and planned beyond a visit."""
    chart = months.chosen_complex()
    chart.extra_planning("2026-03-12")
    return chart


def below_the_minimum() -> Chart:
    """Too few minutes; nobody designated, of no practice."""
    chart = Chart(without=("designation", "assignment"))
    chart.time("2026-03-03 10:00", 10)
    chart.untimed("2026-03-04", 5, by="S2", activity=None)
    return chart


def ended() -> Chart:
    """Disenrolled and dead within the month, and the coverage gone."""
    chart = Chart(without=("coverage",))
    chart.coverage(until_on="2026-03-20")
    chart.time("2026-03-03 10:00", 25)
    chart.time("2026-03-18 23:50", 20)
    chart.disenrol("2026-03-18")
    chart.death("2026-03-21")
    return chart


def several() -> Chart:
    """Two families with enough minutes, and no choice."""
    chart = Chart()
    chart.time("2026-03-03 10:00", 65)
    chart.time("2026-03-04 10:00", 35, by="MD")
    return chart


def of_2019() -> Chart:
    """A month before there were further units."""
    chart = Chart("2019-03")
    chart.time("2019-03-05 10:00", 45)
    return chart


def of_2018() -> Chart:
    """A month without prices on file."""
    chart = Chart("2018-03")
    chart.time("2018-03-05 10:00", 45)
    return chart


def before_the_programme() -> Chart:
    """A month of 2014: logged, and by no rules."""
    chart = Chart("2014-03")
    chart.time("2014-03-03 10:00", 25)
    return chart


def of_a_clinic() -> Chart:
    """A clinic in the year in which it might bill the bundle or the codes one by one."""
    chart = Chart("2025-03")
    chart.capability("rural_health_clinic")
    chart.time("2025-03-05 10:00", 25)
    return chart


def strict() -> Chart:
    """A month of a payer whose exceptions stand in a profile, by a consent of older rules."""
    chart = Chart(without=("coverage", "consent"))
    chart.consent("2026-01-05 10:00", method="verbal")
    chart.coverage(name="strict", payer="seed_strict")
    chart.time("2026-03-09 10:00", 15)
    return chart


def consents_of_two_rules() -> Chart:
    """Two consents by word of mouth alone, one of the days when they were to be written."""
    chart = Chart(without=("consent",))
    chart.consent("2016-06-01 09:00", method="verbal", name="old")
    chart.consent("2026-01-05 09:00", lacks=("right_to_stop",), name="new")
    chart.time("2026-03-03 10:00", 25)
    return chart


def of_pcm() -> Chart:
    """A month of PCM, worked by the practitioner and by staff."""
    chart = Chart()
    chart.consent("2026-01-05 09:00", name="pcm", programme=Programme.PCM)
    chart.designate("MD", programme=Programme.PCM)
    chart.time("2026-03-03 10:00", 35, programme=Programme.PCM, by="MD")
    chart.time("2026-03-04 10:00", 25, programme=Programme.PCM)
    return chart


MONTHS: dict[str, tuple[Build, tuple[str, ...]]] = {
    "before_the_programme": (before_the_programme, ("99490",)),
    "of_a_clinic": (of_a_clinic, ("G0511", "99490")),
    "strict": (strict, ("99490",)),
    "consents_of_two_rules": (consents_of_two_rules, ()),
    "troubled": (months.troubled, ("99439", "99487")),
    "blocked": (months.blocked, ("99490", "99491")),
    "complex_with_visit": (complex_with_visit, ("99490", "99491", "99489", "G0506")),
    "below": (below_the_minimum, ("99490",)),
    "ended": (ended, ("99490",)),
    "several": (several, ("99490", "99491", "99487")),
    "of_2019": (of_2019, ("99490", "99439")),
    "of_2018": (of_2018, ()),
    "late_raise": (months.late_raise, ()),
    "corrected": (months.corrected, ()),
    "of_pcm": (of_pcm, ("99424", "99426")),
}
PROGRAMMES = {"of_pcm": Programme.PCM}


def short(text: object) -> str:
    """Text with short names in the place of opaque ids."""
    said = str(text)
    for opaque_id, name in SHORT.items():
        said = said.replace(opaque_id, name)
    return said


def outline(chart: Chart, reasons: tuple[Reason, ...], depth: int = 0) -> Iterator[str]:
    """The lines of a tree."""
    for reason in reasons:
        parts = [f"{reason.what} = {reason.value}"]
        if reason.is_opened_elsewhere:
            parts.append("see")
        parts += [f"by {each.name.removeprefix('medicare.')}" for each in reason.because]
        parts += [f"{chart.told[at - 1][0].TOPIC} {at}" for at in reason.evidence.facts]
        parts += [f"no {kind}" for kind in reason.evidence.absent]
        parts += [f"{name}: {value}" for name, value in reason.more if name not in UNSAID]
        yield "  " * depth + short(" | ".join(parts))
        yield from outline(chart, reason.parts, depth + 1)


def lines_of(name: str) -> list[str]:
    """The whole outline of a month: its tree, then why each of some codes is not among its charges."""
    build, asked = MONTHS[name]
    chart = build()
    verdict = chart.verdict(programme=PROGRAMMES.get(name, Programme.CCM))
    ground = Ground.of(chart.facts(), verdict, law()[0], adopted=1)
    found = list(outline(chart, reasons_of(ground).all))
    for code in asked:
        answer = why_not(ground.verdict, code, law()[0])
        found += ["", f"why not {code}"]
        for key, value in answer.items():
            if key == "because":
                found.append(f"  because: {', '.join(each['code'] for each in value)}")
            elif key == "remedies":
                found += [f"  remedy: {each}" for each in value]
            else:
                found.append(f"  {key}: {value}")
        found += outline(chart, why_not_reasons(ground, code), 1)
    families = explain(ground.verdict, law()[0])["families"]
    bills = [f"{each['family']}: available {each['is_available']}, bills {each['bills']}" for each in families]
    return [*found, "", *bills]


@pytest.mark.parametrize("name", MONTHS)
def test_a_tree_of_reasons_says_what_its_outline_says(name: str) -> None:
    expected = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    assert expected == lines_of(name)


if __name__ == "__main__":
    for each in MONTHS:
        (FOLDER / f"{each}.txt").write_text("\n".join(lines_of(each)) + "\n", encoding="utf-8")
