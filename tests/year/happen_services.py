"""What others furnish for a patient, as payers, patients and the office tell of it: late, twice, sometimes wrongly."""

from datetime import timedelta
from typing import Any

from tests.year.company import DOCTORS, OFFICES
from tests.year.happen_status import TAKEN_BACK
from tests.year.month_others import TABLE
from tests.year.year import Year

CODES = (*sorted(TABLE), "99213")
SOURCES = ("eligibility_271", "remittance", "patient", "claim_history", "other")


def furnished_elsewhere(year: Year) -> None:
    """Another service is told of, by whoever heard of it; told again it is unchanged; some reports were errors."""
    client = year.somebody()
    on = year.now.date() - timedelta(days=year.dice.choice((1, 3, 15, 40)))
    last = on + timedelta(days=year.dice.choice((0, 6, 35)))
    said: dict[str, Any] = {"patient": client.id, "code": year.dice.choice(CODES), "on": on.isoformat()}
    if year.dice.random() < 0.3:
        said["until_on"] = last.isoformat()
    said["source"] = year.dice.choice(SOURCES)
    draw = year.turn("furnished_elsewhere")
    if draw < 0.25:
        said["by_practitioner"] = year.it.ids[client.doctor]
    elif draw < 0.45:
        said["tin"] = year.dice.choice(OFFICES)[1]
    elif draw < 0.65:
        said |= {"npi": "1472583693", "tin": "909090909"}
    elif draw < 0.75:
        said["by_practitioner"] = year.it.ids[year.dice.choice(DOCTORS)]
    elif draw < 0.85:
        said["source"] = "own"
    teller = year.dice.choice(("bill", "feed", client.nurses[0]))
    answer = year.say("record_other_service", said, teller)
    assert answer.outcome in ("accepted", "unchanged"), answer
    assert year.say("record_other_service", said, "bill").outcome == "unchanged"
    tomorrow = (year.now + timedelta(days=2)).date().isoformat()
    year.refused("in_the_future", "record_other_service", said | {"on": tomorrow, "until_on": tomorrow}, "bill")
    if year.dice.random() < 0.25:
        named = {"patient": client.id, "month": said["on"][:7], "service": dict(answer.ids)["service"]}
        year.refused("capacity_missing", "retract_other_service", named | TAKEN_BACK, client.nurses[0])
        year.told("retract_other_service", named | TAKEN_BACK, year.dice.choice(("bill", "cora")))
