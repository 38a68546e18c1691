"""What happens where months meet: zones that disagree about the day, corrections around a signature, signed twice."""

from datetime import date, datetime, timedelta

from tests.year.company import Client
from tests.year.happen_identity import PASSPORT, another_chart
from tests.year.happen_months import of_signed_month
from tests.year.happen_time import sign_again
from tests.year.year import Year, between

WEST_OF = {0: 1, 1: 2, 2: 0}
"""To which office a patient of an office goes: the next one to the west, at last back to the east."""


def _edge(year: Year) -> date | None:
    """The first day of the newest month that is begun in every zone; none while that is January."""
    first = (year.now - timedelta(days=2)).date().replace(day=1)
    return first if first.month > 1 else None


def transferred_late(year: Year) -> None:
    """Two nurses are on one call as the month ends; between their two recordings the desk tells of a transfer."""
    client, first = year.somebody(), _edge(year)
    to = WEST_OF[client.office]
    if first is None:
        return
    eastern, western = sorted((client.office, to))
    start = _instant(year, eastern, first, western)
    here, there = client.nurses[0], "kai" if to == 2 else "sha"
    year.log(client, here, year.work(client, here, start, 20))
    moved = {
        "patient": client.id,
        "practice": year.company.practices[to],
        "from_on": (first - timedelta(days=3)).isoformat(),
    }
    year.done("assign_practice", moved, "fay")
    client.office, client.nurses = to, (there, "mia" if to == 2 else "cal")
    year.log(client, there, year.work(client, there, start + timedelta(minutes=7), 20))
    year.log(client, there, year.work(client, there, start + timedelta(minutes=3), 2))


def _instant(year: Year, eastern: int, first: date, western: int) -> datetime:
    """Shortly after the month began in the east: further west it has not."""
    start = year.company.local(eastern, first, 5 + year.dice.randrange(25), year.dice.randrange(60))
    assert (
        start.astimezone(year.company.zone(western)).date()
        < first
        <= start.astimezone(year.company.zone(eastern)).date()
    )
    return start


def shared_nurse(year: Year) -> None:
    """Sha is on two patients of two zones at once: the month has begun for the one, and not for the other."""
    first = _edge(year)
    if first is None:
        return
    groups = [[c for c in year.company.clients if c.is_busy and _is_of(year, c, office, first)] for office in (0, 1)]
    if not all(groups):
        return
    one, other = (year.dice.choice(group) for group in groups)
    start = _instant(year, 0, first, 1)
    works = [(one, "sha", year.work(one, "sha", start, 20))]
    works.append((other, "sha", year.work(other, "sha", start + timedelta(minutes=10), 20)))
    told = year.log_together(works[:: year.dice.choice((1, -1))])
    assert told[0].month != told[1].month
    if year.dice.random() < 0.6:
        keeps, gives_up = told[:: year.dice.choice((1, -1))]
        year.told("allocate_time", year.naming(keeps) | {"over": gives_up.entry}, "sha")


def _is_of(year: Year, client: Client, office: int, first: date) -> bool:
    """Whether a client of one chart belonged to an office on a day and on the day before."""
    known = year.it.handler.state(f"patient/{client.id}")
    days = (first - timedelta(days=1), first)
    return not known.merges and {known.practice_on(on) for on in days} == {year.company.practices[office]}


def corrected_twice_then_signed(year: Year) -> None:
    """An entry is corrected twice and its month is signed; then it was shorter after all, and then again longer."""
    kept = of_signed_month(year, signed=False)
    if kept is None:
        return
    start, end = between(kept)
    assert year.correct(kept, end=(end + timedelta(minutes=9)).isoformat()).outcome == "accepted"
    assert year.correct(kept, activity="phone_call").outcome == "accepted"
    verdict = year.verdict(kept.client, kept.month)
    if not year.may_sign(kept.client, verdict):
        return
    month = {"patient": kept.client.id, "month": kept.month}
    year.done("attest_month", month | {"digest": verdict.digest}, kept.client.doctor)
    then = year.counted(kept)
    assert year.correct(kept, end=(start + (end - start) / 2).isoformat()).outcome == "accepted"
    lowered = year.counted(kept)
    assert lowered <= then
    if year.dice.random() < 0.5:
        sign_again(year, kept)
        most = lowered if year.verdict(kept.client, kept.month).standing == "attested" else then
        assert year.correct(kept, end=end.isoformat()).outcome == "accepted"
        assert year.counted(kept) <= most


def signed_under_both_names(year: Year) -> None:
    """Two charts of one patient, a month signed for each; merged, and later found to be two after all."""
    client = year.somebody()
    twin = another_chart(year, client, enrols=True)
    year.tick(3 * 60 * 60)
    nurse, signed = client.nurses[0], []
    for minutes, who in ((150, client), (110, twin)):
        year.log(who, nurse, year.work(who, nurse, year.now - timedelta(minutes=minutes), 30))
        signed.append(_signed(year, who))
    whose = {"patient": year.watch.seconds.group(client.id), "merged": twin.id} | PASSPORT
    year.told("merge_patients", whose, "cora")
    if all(signed):
        notices = {notice.code for notice in year.verdict(client, f"{year.now:%Y-%m}").notices}
        assert "merged_both_attested" in notices

    def unmerge() -> None:
        year.told("unmerge_patients", whose | {"evidence": "Two passports after all."}, "cora")

    year.late.append((year.now.date() + timedelta(days=year.dice.choice((1, 20))), unmerge))


def _signed(year: Year, client: Client) -> bool:
    """The doctor signs the running month, where there is something to sign."""
    month = f"{year.now:%Y-%m}"
    verdict = year.verdict(client, month)
    if not year.may_sign(client, verdict):
        return False
    year.done("attest_month", {"patient": client.id, "month": month, "digest": verdict.digest}, client.doctor)
    return True
