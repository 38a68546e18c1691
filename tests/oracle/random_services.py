"""Other services of random months: the codes of the table, billed by everybody and nobody."""

from datetime import timedelta
from typing import Any

from ledger.terms.calendar import last_day
from ledger.terms.people import Role
from tests.facts import Chart, day, opaque
from tests.oracle.dice import Dice
from tests.oracle.naive_services import CODES

SOURCES = ("eligibility_271", "remittance", "patient", "own", "own", "claim_history", "other")
BY = ("MD", "MD", "MD2", "PT", "office", "stranger", "other NPI", "other TIN", None, None)
PAIRS = ("G0506", "99457", "98980", "99091", "99453", "99426")


def random_services(chart: Chart, dice: Dice, how_many: int, *, named: str = "service") -> None:
    """Some other services, and a practitioner of another practice who may have billed them."""
    chart.person("PT", Role.PRACTITIONER, "md", npi="1472583693", practice=opaque("pr", "elsewhere"))
    for number in range(how_many):
        _service(chart, dice, f"{named} {number}")


def _service(chart: Chart, dice: Dice, name: str) -> None:
    on = dice.choice((dice.on(chart.month, spread=35), last_day(chart.month).isoformat()))
    code = dice.choice(PAIRS) if dice.often(0.3) else dice.choice((*CODES, "99213", "99223"))
    said: dict[str, Any] = {"by": dice.choice(BY), "source": dice.choice(SOURCES), "name": name}
    if dice.often(0.25):
        said["until"] = (day(on) + timedelta(days=dice.choice((0, 3, 20, 40)))).isoformat()
    elif code in ("99495", "99496"):
        said["period_until"] = day(on) + timedelta(days=29)
    chart.other_service(code, on, **said)
    if dice.often(0.1):
        chart.other_service(code, on, **{**said, "by": None, "source": "patient", "name": f"{name} again"})
    if dice.often(0.1):
        touched = {on[:7], said.get("until", on)[:7], str(said.get("period_until", on))[:7], chart.month}
        chart.retract_other_service(name, *sorted(touched))
