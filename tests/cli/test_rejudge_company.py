"""The demo's simulated company by another edition: as its months judged alone, by one process and by several."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from interfaces import bootstrap
from interfaces.bootstrap import Session, Settings, login
from interfaces.cli import demo_company
from interfaces.cli.main import main
from interfaces.rejudged import month_json
from interfaces.rejudging import Job, law_of, rejudged
from ledger.judging import book_of
from ledger.judging.needs import gather
from ledger.judging.prices import Price
from ledger.judging.verdict import judge_month
from ledger.terms.identity import LEDGER_TAG
from projections.judged import judged
from projections.month_billing import is_begun
from projections.month_price import month_prices
from projections.rejudge import Asked, Rejudge, patients_to_ask
from projections.rejudge_parts import changed_parts, with_expected
from projections.states import States
from tests.postgres.servers import shared_server
from tests.projections.editions import CAP, CONDITIONS, altered, minimum_of

EDITIONS = {
    "one number": altered(minimum_of(31)),
    "several": altered(
        minimum_of(25),
        (CONDITIONS, "2015-01-01, value = 2, cite", "2015-01-01, value = 3, cite"),
        (CAP, '2021-01-01, value = 2, cite = "NCCI MUE 2', '2021-01-01, value = 1, cite = "NCCI MUE 2'),
        ("medicare/ccm/activities/counted.toml", '"care_plan_update"', '"care_plan_renewal"'),
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The ledger that the demo leaves, in a folder and on a server."""
    folder = tmp_path_factory.mktemp("company") / "demo"
    words = ["demo", "--keep", str(folder), "--seed", "5"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_company, "given_charts", lambda: None)
        if request.param == "postgres":
            patch.setenv("CCM_LEDGER_TEST_POSTGRES", shared_server())
            words.append("--postgres")
        written: list[str] = []
        patch.setattr("sys.stdout", _Kept(written))
        assert main([*words, "--json"]) == 0
    place = json.loads("".join(written))["ledger"]
    return Settings(bootstrap.place_of(place), folder / "demo.key", login())


class _Kept:
    """Standard output as a list of what was written."""

    def __init__(self, written: list[str]) -> None:
        self.write = written.append

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return False


def months_of(session: Session) -> list[str]:
    return sorted({tag[-7:] for tag in session.log.tags_starting("care_month/")})


@pytest.mark.slow
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_company_differs_just_as_its_months_judged_alone(company: Settings, edition: str) -> None:
    against = law_of(EDITIONS[edition])
    with bootstrap.opened(company) as session:
        seen = 0
        for month in months_of(session):
            asked = Asked(month, session.log.refresh())
            patients = patients_to_ask(session.models(), asked, is_now=True)
            found = Rejudge(session.log, session.rulebook_of, asked, against).of(patients)
            alone = dict(_alone(session, asked, against.rulebook, against.edition))

            assert found.looked_at == len(alone)
            assert {each.patient: each.changed for each in found.differing} == {
                patient: changed for patient, changed in alone.items() if changed
            }
            seen += len(found.differing)
    assert seen


def _alone(session: Session, asked: Asked, against: Any, edition: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for tag in session.log.tags_starting("care_month/"):
        _, patient, month = tag.split("/")
        states = States(session.log, after=asked.position)
        if month == asked.month and is_begun(states.at, patient, month):
            before = judged(states.at, session.rulebook_of, patient, month).verdict
            facts = gather(patient, month, lambda tag, held=states: held.at(tag).state)  # type: ignore[misc]
            after = judge_month(facts, against, edition=edition)
            own = next(a for a in states.at(LEDGER_TAG).state.adoptions if a.edition == before.edition)
            pays = [
                month_prices(session.log, book_of(verdict, book), verdict, asked.position).billing
                for verdict, book in ((before, session.rulebook_of(own)), (after, against))
            ]
            changed = changed_parts(before, after)
            yield patient, changed if _dollars(pays[0]) == _dollars(pays[1]) else with_expected(changed)


def _dollars(price: Price | None) -> tuple[Any, ...]:
    return () if price is None else (price.allowed, price.patient_billed, price.medicare_pays, price.expected)


@pytest.mark.slow
def test_workers_answer_for_a_company_as_one_process_does(company: Settings) -> None:
    edition = EDITIONS["several"]
    with bootstrap.opened(company) as session:
        month = months_of(session)[-2]
        asked = Asked(month, session.log.refresh())
        patients = patients_to_ask(session.models(), asked, is_now=True)
        # So few are one chunk; a hundred times the same ones are several.
        some = patients * (1_000 // len(patients) + 1)
        one, two = (list(rejudged(session.log, Job(company, asked, edition), some, workers=n)) for n in (1, 2))
        found = Rejudge(session.log, session.rulebook_of, asked, law_of(edition)).of(patients)

    assert len(one) > 2
    assert one == two
    lines = {line for part in one for _, line in part.lines}
    assert [json.loads(line) for line in sorted(lines)] == [
        json.loads(line) for line in sorted(_lines(map(month_json, found.differing)))
    ]


def _lines(months: Iterator[dict[str, Any]]) -> list[bytes]:
    return [orjson.dumps(month) for month in months]
