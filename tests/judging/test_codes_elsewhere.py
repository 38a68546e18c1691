"""A code of no family of the month: of which programme it is, when it was one, who may bill it, what it rides on."""

from typing import Any

import pytest

from interfaces.cli.explained_text import why_not_lines
from ledger.judging import Ground, why_not, why_not_reasons
from ledger.judging.reason import Reason, Told, plain_reason, positions_in
from ledger.terms.people import Programme
from tests.facts import Chart, law
from tests.judging.test_clinics import clinic
from tests.judging.test_other_programmes import chart_of_apcm, chart_of_pcm


def worked(month: str = "2026-03") -> Chart:
    chart = Chart(month)
    chart.time(f"{month}-09 10:00", 25)
    return chart


def ground_of(chart: Chart, programme: Programme = Programme.CCM) -> Ground:
    return Ground.of(chart.facts(), chart.verdict(programme=programme), law()[0], adopted=1)


def asked(chart: Chart, code: str, programme: Programme = Programme.CCM) -> dict[str, Any]:
    ground = ground_of(chart, programme)
    return why_not(ground.verdict, code, ground.rulebook, ground.facts)


def reasons(chart: Chart, code: str, programme: Programme = Programme.CCM) -> tuple[Reason, ...]:
    return why_not_reasons(ground_of(chart, programme), code)


def lines(chart: Chart, code: str, programme: Programme = Programme.CCM) -> str:
    found = reasons(chart, code, programme)
    told = {at: Told(chart.told[at - 1][0].TOPIC, None, "2026-03-01T00:00:00Z") for at in positions_in(found)}
    opened = [plain_reason(reason, told, 99) for reason in found]
    return " ".join(" ".join(why_not_lines({**asked(chart, code, programme), "reasons": opened})).split())


def elsewhere(programme: str, family: str, since: str, until: str | None, *, in_force: bool) -> dict[str, Any]:
    return {"programme": programme, "family": family, "from": since, "until": until, "in_force": in_force}


@pytest.mark.parametrize(
    ("chart", "programme", "code", "found"),
    [
        (worked(), Programme.CCM, "99426", elsewhere("PCM", "pcm_staff", "2022-01-01", None, in_force=True)),
        (worked(), Programme.CCM, "G0557", elsewhere("APCM", "apcm", "2025-01-01", None, in_force=True)),
        (worked(), Programme.CCM, "G2058", elsewhere("CCM", "noncomplex", "2020-01-01", "2020-12-31", in_force=False)),
        (worked("2020-03"), Programme.CCM, "99439", elsewhere("CCM", "noncomplex", "2021-01-01", None, in_force=False)),
        (chart_of_pcm(), Programme.PCM, "99490", elsewhere("CCM", "noncomplex", "2015-01-01", None, in_force=True)),
        (
            chart_of_apcm("2024-03"),
            Programme.APCM,
            "G0556",
            elsewhere("APCM", "apcm", "2025-01-01", None, in_force=False),
        ),
    ],
)
def test_a_code_of_another_programme_or_time_says_of_which(
    chart: Chart, programme: Programme, code: str, found: dict[str, Any]
) -> None:
    answer = asked(chart, code, programme)

    assert (False, [found]) == (answer["is_known"], answer["elsewhere"])


def test_the_rule_by_which_a_code_is_of_another_programme_is_cited() -> None:
    (reason,) = reasons(worked(), "99426")

    assert ("elsewhere.99426", "PCM") == (reason.what, reason.value)
    assert ["medicare.pcm.families.pcm_staff_base"] == [reading.name for reading in reason.because]


def test_a_code_of_another_programme_says_how_to_ask_about_it() -> None:
    assert "99426 is one of PCM: ask with `--programme PCM`" in lines(worked(), "99426")
    assert "G2058 is one of CCM from 2020-01-01 to 2020-12-31 only" in lines(worked(), "G2058")
    assert "G0556 is one of APCM from 2025-01-01 on" in lines(chart_of_apcm("2024-03"), "G0556", Programme.APCM)


def test_a_code_that_nobody_knows_is_of_nothing() -> None:
    answer = asked(worked(), "A0000")

    assert (False, [], ()) == (answer["is_known"], answer["elsewhere"], reasons(worked(), "A0000"))


def test_a_code_of_clinics_says_that_the_practice_attested_to_be_none() -> None:
    chart = worked("2024-06")
    (reason,) = reasons(chart, "G0511")

    assert ["medicare.ccm.families.rhc_base", "medicare.ccm.rhc.capabilities"] == [r.name for r in reason.because]
    assert ((), ("capability_attested",)) == reason.evidence
    assert "G0511 is for rural health clinics and federally qualified health centers" in lines(chart, "G0511")


def test_a_clinic_that_knows_the_bundle_is_answered_by_its_minutes() -> None:
    assert asked(clinic("2024-06", 10), "G0511")["minutes_missing"] == 10


# --- what rides on a visit ----------------------------------------------------------------------------------------


def test_planning_beyond_a_visit_that_nobody_attested_says_so_and_names_the_codes_that_carry_it() -> None:
    chart = worked()
    chart.visit("2026-03-12", "99214")
    (reason,) = reasons(chart, "G0506")

    assert "on_visit.G0506" == reason.what
    assert ["medicare.ccm.G0506.parent_codes"] == [reading.name for reading in reason.because]
    assert ["visit_recorded"] == [chart.told[at - 1][0].TOPIC for at in reason.evidence.facts]
    assert ("extra_planning_attested",) == reason.evidence.absent
    assert "attest_extra_planning" in lines(chart, "G0506")


def test_planning_that_was_attested_before_says_by_which_notice_it_is_not_billed() -> None:
    chart = worked()
    chart.extra_planning("2026-02-10", name="one")
    chart.extra_planning("2026-03-12", name="two")
    said = reasons(chart, "G0506")

    assert ["on_visit.G0506", "against.extra_planning_twice"] == [reason.what for reason in said]
    assert ["extra_planning_twice"] == [n["code"] for n in asked(chart, "G0506")["because"]]


def test_planning_that_is_billed_is_opened_as_in_the_month() -> None:
    chart = worked()
    chart.extra_planning("2026-03-12")
    (reason,) = reasons(chart, "G0506")

    assert ("with_visit.G0506", "66.47", True) == (reason.what, reason.value, asked(chart, "G0506")["with_visit"])
    assert "G0506 is billed" in lines(chart, "G0506")


def test_before_there_was_planning_beyond_a_visit_nothing_rides_on_one() -> None:
    assert () == reasons(worked("2016-03"), "G0506")
