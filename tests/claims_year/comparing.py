"""The rows of the program beside the naive reading of the stored bytes, and beside the payer's own book."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from interfaces.simulator.payer_money import ZERO
from ledger.store.sqlite.read_models import ReadModels
from projections.claims.ready import Ready
from projections.claims.ready_months import RELEASED
from projections.claims.reconciled import reconciled
from projections.claims.reconciliation_shapes import Size
from projections.judged import AdoptedRulebooks
from projections.tables.claims_layout import CLAIMS, OVERPAYMENTS, ClaimRow, OverpaymentRow
from tests.claims_year.reading import ClaimsRead
from tests.claims_year.year import ClaimsYear

BOOKS: Final = AdoptedRulebooks()
"""The editions of the year, each read once."""


def differences(year: ClaimsYear, models: ReadModels, read: ClaimsRead) -> list[str]:
    """Where two of the three say otherwise."""
    rows = {row.claim: row for row in map(ClaimRow.of, models.rows(CLAIMS.select()))}
    open_rows = {row.overpayment: row for row in map(OverpaymentRow.of, models.rows(OVERPAYMENTS.select()))}
    return [*_claims(rows, read), *_months(rows, read), *_overpayments(open_rows, read), *_payer(year, read)]


def _claims(rows: dict[str, ClaimRow], read: ClaimsRead) -> Iterator[str]:
    if rows.keys() != read.claims.keys():
        yield f"claims: {len(rows)} rows, {len(read.claims)} read"
    for claim in rows.keys() & read.claims.keys():
        row = rows[claim]
        theirs = (row.status, row.is_live, dict(row.units))
        ours = (read.status(claim), read.is_live(claim), dict(read.units(claim)))
        if theirs != ours:
            yield f"{row.month} {claim}: {theirs}, read {ours}"
        cents = (row.charge_cents, row.paid_cents, row.share_cents, row.reduced_cents)
        dollars = (read.charge(claim), read.paid(claim), read.share(claim), read.reduced(claim))
        if cents != tuple(int(each * 100) for each in dollars):
            yield f"{row.month} {claim}: {cents} cents, read {dollars}"


def _months(rows: dict[str, ClaimRow], read: ClaimsRead) -> Iterator[str]:
    """Claims, units and dollars by month and status."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(
        lambda: {"claims": 0, "units": Counter(), "charge": 0, "paid": 0, "share": 0}
    )
    for row in rows.values():
        into = found[row.month, row.status]
        into["claims"] += 1
        into["units"].update(dict(row.units))
        into["charge"] += row.charge_cents
        into["paid"] += row.paid_cents
        into["share"] += row.share_cents
    for month in read.months():
        ours = {
            status: each | {name: int(each[name] * 100) for name in ("charge", "paid", "share")}
            for status, each in read.by_status(month).items()
        }
        theirs = {status: each for (of, status), each in found.items() if of == month}
        if ours != theirs:
            yield f"{month}: {theirs}, read {ours}"


def _overpayments(rows: dict[str, OverpaymentRow], read: ClaimsRead) -> Iterator[str]:
    theirs = {
        name: (Decimal(row.amount_cents) / 100, Decimal(row.share_cents) / 100)
        for name, row in rows.items()
        if row.status not in ("dismissed", "returned")
    }
    if theirs != read.open_overpayments():
        yield f"open overpayments: {len(theirs)}, read {len(read.open_overpayments())}"
    for name, row in rows.items():
        back = (Decimal(row.back_cents) / 100, Decimal(row.share_back_cents) / 100)
        if (row.status, back) != (read.overpayment_status(name), read.back(name)):
            yield f"{row.month} {name}: {row.status} {back}, read {read.overpayment_status(name)} {read.back(name)}"


def _payer(year: ClaimsYear, read: ClaimsRead) -> Iterator[str]:
    """What the payer says that it told us of, claim by claim."""
    for claim, released in read.claims.items():
        told = year.houses[released["payer"]].post.arrived.get(released["control_number"], ())
        theirs = (sum((e.paid for e in told), ZERO), sum((e.share for e in told), ZERO))
        if theirs != (read.paid(claim), read.share(claim)):
            yield f"{released['month']} {claim}: the payer's book {theirs}, read {read.paid(claim)} {read.share(claim)}"


def unbalanced(year: ClaimsYear, models: ReadModels, read: ClaimsRead, months: Iterable[str]) -> list[str]:
    """Which months the reconciliation leaves unexplained, or adds up otherwise than the reading."""
    found = []
    for month in months:
        said = reconciled(year.watch.log, models, BOOKS, month).found
        if not said.balances:
            found.append(f"{month} is not balanced: {said.unexplained}")
        theirs = {
            "released": _size(said.released),
            "accepted": _size(said.accepted),
            "number": {"paid": said.paid.claims, "denied": said.denied.claims, "open": said.open.claims},
            "money": {
                "paid": said.paid.amount,
                "share": said.patient_share,
                "off": said.reduced + said.denied.amount,
            },
        }
        ours = read.totals(month)
        if theirs != ours:
            found.append(f"{month}: {theirs}, read {ours}")
    return found


def otherwise_listed(year: ClaimsYear, found: Ready, read: ClaimsRead) -> list[str]:
    """Where the biller's list of a month calls released what the reading does not call live, or the other way round."""
    whose = year.watch.seconds.group
    claims = read.live(claim for claim, fact in read.claims.items() if fact["month"] == found.month)
    live = {(whose(read.claims[claim]["patient"]), read.claims[claim]["programme"]) for claim in claims}
    listed = {(each.patient, each.programme.value) for each in found.months if each.state in RELEASED}
    return [f"{found.month} {key}: listed {key in listed}, live {key in live}" for key in sorted(live ^ listed)]


def _size(size: Size) -> tuple[int, int, Decimal]:
    return size.claims, size.units, size.amount


def differences_at_the_end(year: ClaimsYear, read: ClaimsRead) -> list[str]:
    """When everything has arrived: what the payer's whole book says otherwise."""
    ours = sum((read.paid(claim) for claim in read.claims), ZERO)
    theirs = sum((account.paid for account in year.accounts), ZERO)
    sent_back = sum((read.back(name)[0] for name in read.overpayments), ZERO)
    refunded = sum((amount for each in year.accounts for _, amount in each.refunded), ZERO)
    found = []
    if ours != theirs:
        found.append(f"paid: {ours} read, {theirs} in the payer's book")
    if sent_back != refunded:
        found.append(f"refunded: {sent_back} read, {refunded} in the payer's book")
    return found
