"""What comes of signed months later: doctors sign anew what went stale, and a nurse turns out to have been excluded."""

from datetime import date
from typing import Final

from tests.claims_year.year import ClaimsYear
from tests.year.company import Client

EXCLUDED: Final = "cal"
EXCLUDED_FROM: Final = date(2026, 6, 10)


def sign_stale_months(year: ClaimsYear) -> None:
    """Two in three of the months that say something else than was signed are signed anew."""
    clients = {client.id: client for client in year.company.clients}
    for patient, month in sorted(key for key, seen in year.watch.months.items() if seen.attested is not None):
        client = clients.get(year.watch.seconds.group(patient))
        if client is not None and year.turn("sign_stale") < 0.67:
            _sign(year, client, month)


def _sign(year: ClaimsYear, client: Client, month: str) -> None:
    verdict = year.verdict(client, month)
    if verdict.standing != "stale" or not year.may_sign(client, verdict):
        return
    available = [result.family for result in verdict.families if result.is_available]
    who = {"patient": client.id, "month": month}
    if verdict.chosen is not None and verdict.chosen not in available:
        year.done("choose_family", who | {"family": available[0]}, client.doctor)
        verdict = year.verdict(client, month)
    year.done("attest_month", who | {"digest": verdict.digest}, client.doctor)


def a_nurse_was_excluded(year: ClaimsYear) -> None:
    """Compliance finds that a nurse has been excluded for months: whatever rested on her minutes lost its ground."""
    looked = {"staff": year.it.ids[EXCLUDED], "checked_on": year.today.isoformat(), "source": "leie"}
    found = looked | {"result": "excluded", "excluded_from": EXCLUDED_FROM.isoformat()}
    year.told("record_exclusion_check", found, "cora")
