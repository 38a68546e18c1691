"""What a month is expected to pay: from relative values to the national amount, the allowed amount and the payment.

Worked out when somebody asks, never on the way to a verdict: `ChargeLine.amount` stays the national amount outside a
facility, which is in the bytes that are signed. In this order, each step rounded half-up to cents:

1. national: relative values of the site times the factor of the biller, for one unit, then times units (CCM-RATE-10);
2. locality: the same from work, practice expense and malpractice, each times its index, where all are on file (-11);
3. allowed: times the percent of the biller's credential, on the line (CCM-RATE-13);
4. the patient's share: a percent of the allowed amount, on the line, before the deductible (CCM-PAY-01);
5. sequestration: a percent of what is left for Medicare, on the line, never of the patient's share (CCM-RATE-14).

Promise: Decimal throughout; a step that cannot be taken leaves nothing behind it, and a notice says why; every step
names the readings that it took. Not promised: a payment. The deductible, a lower charge, other payers, and what
Medicaid pays for a QMB are not known here.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, NamedTuple

from ledger.judging.shapes import ChargeLine
from ledger.rulebook import PAYMENT_STEPS, Reading, Rules, RulesInForce, TracedRules, add_up, amount
from ledger.rulebook.views import base_name
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Notice

_PFS: Final = "medicare.pfs"
_PAYMENT: Final = f"{_PFS}.payment"
_PRICING: Final = f"{_PFS}.pricing"
"""Where the one list of codes stands that are paid the national amount whoever bills."""
_CENT: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_NOTHING: Final = Decimal("0.00")

StepName = Literal["national", "locality", "allowed", "patient_share", "sequestration"]
InputName = Literal["site", "qualifying_participant", "credential", "payer", "qmb", "locality"]


class PriceInput(NamedTuple):
    """One thing that a price depends on and no rule says: as recorded, or as assumed because nobody recorded it."""

    name: InputName
    value: str
    position: int | None
    """Where the ledger learned it; None: it is assumed."""
    says: str
    readings: tuple[str, ...] = ()
    not_used: str | None = None
    """Why a line is priced without it, though it is recorded; None: every line took it, or it is assumed."""

    @property
    def is_recorded(self) -> bool:
        """Whether a fact says so."""
        return self.position is not None


class Gpci(NamedTuple):
    """The geographic indices of a payment locality."""

    locality: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


class PricedAs(NamedTuple):
    """What a price depends on besides code, units and date."""

    is_facility: bool = False
    is_qualifying: bool = False
    """Whether the biller is a qualifying participant (QP) in the year of service."""
    credential: str | None = None
    """Of the biller; None: not known."""
    gpci: Gpci | None = None
    is_medicare: bool = True
    """Whether Medicare FFS pays, as far as is known."""
    is_qmb: bool = False
    clinic_by: str | None = None
    """The rule by which the practice is a health center, paid the national amount whoever bills; None: it is none."""
    inputs: tuple[PriceInput, ...] = ()


_PLAIN: Final = PricedAs()


class Step(NamedTuple):
    """One step of a line: what it comes to, and the readings that it took."""

    name: StepName
    amount: Decimal
    readings: tuple[str, ...]
    """By their own names: an exception's says whose it is."""


class LinePrice(NamedTuple):
    """One code with its units; an amount is None where its step cannot be taken."""

    code: str
    units: int
    national: Decimal | None = None
    """By the site and the factor that the inputs say."""
    schedule: Decimal | None = None
    """The fee schedule's amount: of the locality where it can be worked out, otherwise the national one."""
    allowed: Decimal | None = None
    patient_share: Decimal | None = None
    sequestration: Decimal | None = None
    medicare_pays: Decimal | None = None
    """What is left of the allowed amount after the patient's share and sequestration."""
    steps: tuple[Step, ...] = ()


class Price(NamedTuple):
    """What some codes of one date of service are expected to pay: an estimate, before the deductible."""

    on: date
    lines: tuple[LinePrice, ...]
    national: Decimal | None
    schedule: Decimal | None
    allowed: Decimal | None
    patient_share: Decimal | None
    patient_billed: Decimal | None
    """The patient's share; nothing for a QMB, who is never billed it (CCM-PAY-03)."""
    sequestration: Decimal | None
    medicare_pays: Decimal | None
    inputs: tuple[PriceInput, ...]
    notices: tuple[Notice, ...]
    reads: tuple[Reading, ...]
    """What was read, each once, in order."""

    @property
    def expected(self) -> Decimal | None:
        """What Medicare pays and the patient is billed, together."""
        if self.medicare_pays is None or self.patient_billed is None:
            return None
        return self.medicare_pays + self.patient_billed

    @property
    def assumed(self) -> tuple[InputName, ...]:
        """The inputs that nobody recorded."""
        return tuple(each.name for each in self.inputs if not each.is_recorded)

    @property
    def not_used(self) -> tuple[InputName, ...]:
        """The inputs that are recorded, and that a line is priced without."""
        return tuple(each.name for each in self.inputs if each.not_used is not None)


def price_charges(charges: Sequence[ChargeLine], priced: PricedAs, *, on: date, rules: RulesInForce) -> Price:
    """What codes with their units are expected to pay on a date of service; `rules` are those of that date.

    Reads: medicare.pfs.rvu_facility or .rvu_nonfacility, .conversion_factor, .practitioner_percent, .pricing, .payment
    (CCM-RATE-10 to -14, CCM-PAY-01, -03, CCM-G0511-04); for a locality .rvu_work, .rvu_pe_facility or
    .rvu_pe_nonfacility, .rvu_mp.
    """
    trace, found = rules.trace(), list[Notice]()
    percents = _percents(priced, trace)
    lines = tuple(_line(each.code, each.units, priced, percents, on, trace, found) for each in charges)
    if isinstance(percents, Notice) and any(line.national is not None for line in lines):
        found.append(percents)
    billed = share = _together([line.patient_share for line in lines])
    if priced.is_qmb and share is not None and not trace.get(f"{_PAYMENT}.qmb_is_billed"):
        billed = _NOTHING
    return Price(
        on=on,
        lines=lines,
        national=_together([line.national for line in lines]),
        schedule=_together([line.schedule for line in lines]),
        allowed=_together([line.allowed for line in lines]),
        patient_share=share,
        patient_billed=billed,
        sequestration=_together([line.sequestration for line in lines]),
        medicare_pays=_together([line.medicare_pays for line in lines]),
        inputs=priced.inputs if priced.gpci is None else _locality_used(priced, lines, trace),
        notices=in_order(found),
        reads=_reads(priced, trace),
    )


def percent_reading(credential: str | None, rules: Rules) -> Reading | None:
    """The percent of the fee schedule that a credential is paid; what is taken for one that no rule knows.

    None: the edition has no such rule at all.
    """
    own = rules.find(f"{_PFS}.practitioner_percent.{credential}") if credential is not None else None
    return own or rules.find(f"{_PRICING}.percent_unless_known")


class _Percents(NamedTuple):
    """What is the same for every line."""

    practitioner: Reading
    coinsurance: Reading
    sequestration: Reading


def _percents(priced: PricedAs, rules: Rules) -> _Percents | Notice:
    """The percents of the steps behind the fee schedule, or why there are none."""
    if not priced.is_medicare:
        happened = "The payer of the month is not Medicare FFS and sets its own rates: no payment is worked out."
        return notice("payer_sets_own_rates", happened)
    practitioner = percent_reading(priced.credential, rules)
    coinsurance = rules.find(f"{_PAYMENT}.coinsurance_percent")
    sequestration = rules.find(f"{_PAYMENT}.sequestration_percent")
    if practitioner is None or coinsurance is None or sequestration is None:
        happened = "The edition has no rules from the fee schedule to a payment for the date of service."
        return notice("no_payment_rules", happened)
    other = [name for name, known in PAYMENT_STEPS.items() if rules.get(name) != known]
    if other:
        happened = "The edition asks for steps to a payment that this program does not know."
        return notice("no_payment_rules", happened, rules.find(other[0]))
    return _Percents(practitioner, coinsurance, sequestration)


def _line(
    code: str,
    units: int,
    priced: PricedAs,
    percents: _Percents | Notice,
    on: date,
    rules: Rules,
    found: list[Notice],
) -> LinePrice:
    # A health center, or its own code: the national amount, whoever bills and wherever (CCM-G0511-04).
    by = rules.listed(_PRICING, code) or (rules.find(priced.clinic_by) if priced.clinic_by is not None else None)
    if by is not None:
        priced = _PLAIN
    national = amount(code, units, on=on, facility=priced.is_facility, qp=priced.is_qualifying, rules=rules)
    if national is None:
        where = "in a facility" if priced.is_facility else "outside a facility"
        found.append(notice("no_price_on_file", f"No price is on file for {code} {where} on {on.isoformat()}."))
        return LinePrice(code, units)
    steps = [Step("national", national, _named(rules, _total_name(code, priced), _factor_name(priced)))]
    local = _local(code, units, priced, priced.gpci, rules, found) if priced.gpci is not None else None
    if local is not None:
        steps.append(local)
    schedule = steps[-1].amount
    if isinstance(percents, Notice):
        return LinePrice(code, units, national, schedule, steps=tuple(steps))
    allowed = schedule if by is not None else _percent(schedule, percents.practitioner)
    share = _percent(allowed, percents.coinsurance)
    withheld = _percent(allowed - share, percents.sequestration)
    steps += [
        Step("allowed", allowed, ((by or percents.practitioner).name,)),
        Step("patient_share", share, (percents.coinsurance.name,)),
        Step("sequestration", withheld, (percents.sequestration.name,)),
    ]
    return LinePrice(
        code, units, national, schedule, allowed, share, withheld, allowed - share - withheld, tuple(steps)
    )


def _local(code: str, units: int, priced: PricedAs, gpci: Gpci, rules: Rules, found: list[Notice]) -> Step | None:
    """The fee schedule's amount in a locality (CCM-RATE-11); None and a notice where its parts are not all on file."""
    names = _part_names(code, priced)
    parts = [rules.get(name) for name in names]
    held = [part for part in parts if isinstance(part, Decimal)]
    if len(held) < len(parts):
        missing = [name for name, part in zip(names, parts, strict=True) if part is None]
        happened = f"Locality {gpci.locality}: {', '.join(missing)} not on file; the national amount stands."
        found.append(notice("locality_not_priced", happened))
        return None
    if not add_up(held, rules.decimal(_total_name(code, priced))):
        happened = f"Locality {gpci.locality}: the parts of {code} do not add up to its total; the national one stands."
        found.append(notice("locality_not_priced", happened))
        return None
    work, practice, malpractice = held
    adjusted = work * gpci.work + practice * gpci.practice_expense + malpractice * gpci.malpractice
    unit = (adjusted * rules.decimal(_factor_name(priced))).quantize(_CENT, ROUND_HALF_UP)
    return Step("locality", unit * units, _named(rules, *names, _factor_name(priced)))


def _locality_used(priced: PricedAs, lines: Sequence[LinePrice], rules: Rules) -> tuple[PriceInput, ...]:
    """The inputs, and of the locality why lines are priced without it (CCM-RATE-11)."""
    known = [line for line in lines if line.national is not None]
    without = [line for line in known if all(step.name != "locality" for step in line.steps)]
    if not without:
        return priced.inputs
    why = _why_national(without[0].code, priced, rules)
    if len(without) < len(known):
        why = f"for {', '.join(line.code for line in without)}: {why}"
    return tuple(each._replace(not_used=why) if each.name == "locality" else each for each in priced.inputs)


def _why_national(code: str, priced: PricedAs, rules: Rules) -> str:
    if priced.clinic_by is not None or rules.listed(_PRICING, code) is not None:
        return "a health center is paid the national amount"
    if any(rules.get(name) is None for name in _part_names(code, priced)):
        return "not all parts of the relative values on file"
    return "the parts of the relative values do not add up"


def _part_names(code: str, priced: PricedAs) -> tuple[str, ...]:
    expense = "rvu_pe_facility" if priced.is_facility else "rvu_pe_nonfacility"
    return tuple(f"{_PFS}.{part}.{code}" for part in ("rvu_work", expense, "rvu_mp"))


def _total_name(code: str, priced: PricedAs) -> str:
    return f"{_PFS}.rvu_{'facility' if priced.is_facility else 'nonfacility'}.{code}"


def _factor_name(priced: PricedAs) -> str:
    return f"{_PFS}.conversion_factor.{'qp' if priced.is_qualifying else 'nonqp'}"


def _named(rules: Rules, *names: str) -> tuple[str, ...]:
    """What stands under these names, by its own."""
    return tuple(rules.reading(name).name for name in names)


def _percent(of: Decimal, by: Reading) -> Decimal:
    assert isinstance(by.value, Decimal)
    return (of * by.value / _HUNDRED).quantize(_CENT, ROUND_HALF_UP)


def _together(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum; None where an amount is missing, or where there are none."""
    known = [each for each in amounts if each is not None]
    return sum(known, _NOTHING) if known and len(known) == len(amounts) else None


def _reads(priced: PricedAs, trace: TracedRules) -> tuple[Reading, ...]:
    """The readings of the steps, then those of the inputs."""
    for each in priced.inputs:
        for name in each.readings:
            trace.find(base_name(name))
    return trace.reads()
