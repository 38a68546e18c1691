"""The compliance officer, once a week: possible overpayments are looked at, identified or not, and money goes back.

What was overpaid goes back in one piece or in two, the patient's share with it; some cases are investigated first, for
a while, and some turn out to be none, because the payer has taken its money back already.
"""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from tests.claims_year.reading import CLOSED
from tests.claims_year.year import ClaimsYear

ROUTES: Final = ("voluntary_refund", "claims_adjustment", "credit_balance")
_CENT: Final = Decimal("0.01")


def look_at_overpayments(year: ClaimsYear) -> None:
    """Every possible overpayment that is open goes one step further, or waits a week."""
    read = year.watch.read
    for name in list(read.overpayments):
        status = read.overpayment_status(name)
        if status in CLOSED:
            continue
        about = {"patient": read.overpayments[name]["patient"], "overpayment": name}
        topics = {fact["topic"] for fact in read.about[name]}
        match status:
            case "noticed":
                year.told("triage_overpayment", _on(year, about), "cora")
            case "triaged":
                _decide(year, about, topics)
            case "identified":
                _return(year, name, about, topics)


def _on(year: ClaimsYear, about: dict[str, str], **changes: Any) -> dict[str, Any]:
    return about | {"on": year.today.isoformat(), "words": "Looked at the chart."} | changes


def _decide(year: ClaimsYear, about: dict[str, str], topics: set[str]) -> None:
    """Identified, now or after an investigation; or none, where nothing of the payer's is there any more."""
    read = year.watch.read
    claim = read.overpayments[about["overpayment"]]["claim"]
    draw = year.turn("decide")
    nothing = about | {"words": "The payer has its money."}
    is_none = read.paid(claim) <= 0 or draw < 0.15
    # Who struck an entry of the month dismisses nothing about it: then it is looked at as any other.
    if is_none and year.asked("no_overpayment", nothing, "cora", "review_about_self") is not None:
        return
    if draw < 0.35 and "overpayment_investigation_begun" not in topics:
        year.told("begin_investigation", _on(year, about), "cora")
    else:
        basis = _on(year, about, on=(year.today - timedelta(days=1)).isoformat(), basis="The minutes are not there.")
        del basis["words"]
        year.told("identify_overpayment", basis, "cora")


def _return(year: ClaimsYear, name: str, about: dict[str, str], topics: set[str]) -> None:
    """The investigation ends, six years are searched, and what is left goes back."""
    read = year.watch.read
    noticed = read.overpayments[name]
    if "overpayment_investigation_begun" in topics and "overpayment_investigation_ended" not in topics:
        year.told("end_investigation", _on(year, about), "cora")
    if "overpayment_cause_swept" not in topics:
        since = year.today.replace(year=year.today.year - 7, day=1).isoformat()
        year.told("record_sweep", _on(year, about, since_on=since, searched=len(read.claims)), "cora")
    back, share = read.back(name)
    left = max(Decimal(noticed["amount"]) - back, Decimal(0))
    left_share = max(Decimal(noticed["patient_share"]) - share, Decimal(0))
    if year.turn("return") < 0.3 and not back:
        left = (left / 2).quantize(_CENT, ROUND_HALF_UP)
    route = ROUTES[len(read.about[name]) % len(ROUTES)]
    money = {"route": route, "amount": f"{left:.2f}", "patient_share": f"{left_share:.2f}"}
    reference = f"R{year.today:%Y%m%d}"
    year.told("return_overpayment", _on(year, about, reference=reference, **money), "cora")
    year.house_of(noticed["claim"]).payer.take_refund(read.claims[noticed["claim"]]["control_number"], year.today, left)
