"""A verdict opened into a tree: every figure and every notice, with the rules and the facts that it rests on.

Dollars open into units and prices, units into minutes, minutes into the seconds of pools, these into entries, entries
into segments and what was taken away. Promise: every number of the verdict is in the tree, and every leaf names a rule,
a fact, or what was looked for and is not there. Not promised: speed; it is made where somebody asks why.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.judging import evidence_of_consents as consents
from ledger.judging import evidence_of_patients as patients
from ledger.judging import evidence_of_people as people
from ledger.judging import evidence_of_time as time
from ledger.judging import reasons_of_levels as levels
from ledger.judging.citing import PRICE_UNITS, Citing, Readings
from ledger.judging.evidence import of_month
from ledger.judging.explain import dollars
from ledger.judging.ground import NOTHING, Evidence, Ground, found
from ledger.judging.reason import Opening, Plain, Reason, see
from ledger.judging.reasons_of_time import POOLS, TimeReasons, notice_says
from ledger.judging.reasons_of_units import unit_facts, unit_rules
from ledger.judging.shapes import ChargeLine, FamilyResult, Pool, VisitLine
from ledger.terms.outcome import Notice

_PFS: Final = "medicare.pfs."


class MonthReasons(NamedTuple):
    """The tree behind one verdict."""

    figures: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    notices: tuple[Reason, ...]

    @property
    def all(self) -> tuple[Reason, ...]:
        """Everything at the top of the tree."""
        return (*self.figures, *self.missing, *self.notices)


def reasons_of(ground: Ground) -> MonthReasons:
    """Every figure and every notice of a verdict, opened; the verdict must have been made with `record`."""
    tree = _Tree(ground)
    return MonthReasons(
        tuple(tree.figures()),
        tuple(tree.said("missing", each) for each in ground.verdict.missing),
        tuple(tree.said("notice", each) for each in ground.verdict.notices),
    )


def with_visits(ground: Ground) -> tuple[Reason, ...]:
    """What rides on the claims of the month's visits."""
    return tuple(_Tree(ground).with_visits())


def pools_of(family: str) -> tuple[Pool, ...]:
    """Whose seconds the minutes of a family are made of: the practitioner's own, or those of everybody."""
    return ("personal",) if family == "personal" or family.endswith("_personal") else POOLS


class _Tree:
    """The nodes of one month, each opened once, where it comes first."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._verdict = ground.verdict
        self._citing = Citing(ground.verdict, ground.rulebook)
        self._opening = Opening()
        self._time = TimeReasons(ground, self._citing, self._opening)

    def figures(self) -> Iterator[Reason]:
        """The figures of the verdict, dollars first."""
        yield self._amount()
        yield from (self._family(result) for result in self._verdict.families)
        yield from self.with_visits()
        yield from (self._time.pool(pool) for pool in POOLS)
        yield self._time.untimed()
        yield self._time.not_counted()
        yield from self._time.entries_beside()
        yield self._date_of_service()
        yield self._consent()
        yield from self._parties()
        yield from self._choice()
        yield self._standing()

    def with_visits(self) -> Iterator[Reason]:
        """What rides on visits' claims."""
        yield from (self._with_visit(line) for line in self._verdict.with_visits)

    def said(self, what: str, notice: Notice) -> Reason:
        """Something said of the month."""
        readings = self._citing.of_notice(notice)
        evidence = of_month(notice, self._ground)
        return Reason(f"{what}.{notice.code}", notice.seconds, readings, evidence, more=notice_says(notice))

    # --- dollars, units, minutes ---------------------------------------------------------------------------------

    def _amount(self) -> Reason:
        verdict = self._verdict
        billing = verdict.result(verdict.family) if verdict.family else None
        parts = [self._charge(billing, line) for line in verdict.charges] if billing is not None else []
        evidence = NOTHING if parts else time.counted(self._ground)
        families = () if parts else tuple(see(f"family.{r.family}", dollars(r.amount)) for r in verdict.families)
        return Reason("amount", dollars(verdict.amount), (), evidence, (*parts, *families))

    def _family(self, result: FamilyResult) -> Reason:
        family = result.family
        charges = [self._charge(result, line) for line in result.lines]
        unpaid = self._unpaid(result)
        parts = (*charges, self._minutes(result), unpaid, *(self.said("notice", each) for each in result.notices))
        more = (("is_available", result.is_available), ("bills", bool(charges) and family == self._verdict.family))
        without = () if charges else self._citing.of_none(f"medicare.ccm.families.{family}_base")
        return Reason(f"family.{family}", dollars(result.amount), without, NOTHING, parts, more=more)

    def _charge(self, result: FamilyResult, line: ChargeLine) -> Reason:
        what, value = f"charge.{result.family}.{line.code}", dollars(line.amount)

        def opened() -> Reason:
            units = self._units(result, line)
            more = (("code", line.code), ("units", line.units))
            return Reason(what, value, (), NOTHING, (units, self._price(line)), more=more)

        return self._opening.once(what, value, opened)

    def _with_visit(self, line: VisitLine) -> Reason:
        """What rides on a visit's claim, by the rules of the visit's day."""
        rules = self._ground.rulebook.in_force(line.on)
        read = (name for on, names in self._verdict.reads if on == line.on for name in names)
        because = tuple(rules.reading(name) for name in read if name.startswith((f"medicare.ccm.{line.code}.", _PFS)))
        more = (("units", line.units), ("on", line.on.isoformat()), ("parent", line.parent), *_product(because))
        evidence = patients.extra_planning(self._ground)
        return Reason(f"with_visit.{line.code}", dollars(line.amount), because, evidence, more=more)

    def _units(self, result: FamilyResult, line: ChargeLine) -> Reason:
        if result.family == levels.FAMILY:
            return levels.level_units(self._ground, self._citing, line)
        because = unit_rules(self._ground, self._citing, result, line.code)
        evidence = unit_facts(self._ground, self._citing, result.family, line.code)
        what = f"units.{result.family}.{line.code}"
        return Reason(what, line.units, because, evidence, (self._minutes(result),))

    def _price(self, line: ChargeLine) -> Reason:
        """The national price of one unit: relative values times conversion factor, rounded half up to cents."""
        what = f"price.{line.code}"
        if line.amount is None:
            without = self._citing.of_none(f"{_PFS}rvu_nonfacility.{line.code}")
            return Reason(what, None, without, people.adoption(self._ground).and_(Evidence((), ("price",))))
        one = dollars(line.amount / line.units)
        because = self._citing.of_price(line.code)
        return self._opening.once(what, one, lambda: Reason(what, one, because, more=_product(because)))

    def _minutes(self, result: FamilyResult) -> Reason:
        what, pools = f"minutes.{result.family}", pools_of(result.family)

        def opened() -> Reason:
            pooled = (".performers.practitioner_counts_as_staff",) if len(pools) > 1 else ()
            because = self._citing.of(".time.rounding", *pooled)
            return Reason(what, result.minutes, because, NOTHING, tuple(self._time.pool(pool) for pool in pools))

        return self._opening.once(what, result.minutes, opened)

    def _unpaid(self, result: FamilyResult) -> Reason:
        ground, citing, codes = self._ground, self._citing, [line.code for line in result.lines]
        because = tuple(dict.fromkeys(r for code in codes for r in citing.of_units(code, base=codes[0])))
        evidence = found(at for code in codes for at in time.limits_of(ground, code).facts)
        parts = (see(f"minutes.{result.family}", result.minutes),)
        return Reason(f"unpaid_minutes.{result.family}", result.unpaid_minutes, because, evidence, parts)

    # --- who, when, and where it stands --------------------------------------------------------------------------

    def _date_of_service(self) -> Reason:
        verdict, ground = self._verdict, self._ground
        because = self._citing.of("medicare.claims.date_of_service")
        evidence = patients.until_the_end(ground) if because else people.adoption(ground)
        if verdict.date_of_service != ground.last:
            ends = (patients.death, patients.coverage, consents.disenrolments, time.counted)
            for end in ends:
                evidence = evidence.and_(end(ground))
            evidence = evidence.and_(people.dated_by_policy(ground))
        return Reason("date_of_service", verdict.date_of_service.isoformat(), because, evidence)

    def _consent(self) -> Reason:
        since = self._verdict.consent_from
        because = self._citing.of(".consent.required", ".consent.items_required", ".consent.fields_required")
        value = since.isoformat() if since is not None else None
        return Reason("consent_from", value, because, consents.counting(self._ground))

    def _parties(self) -> Iterator[Reason]:
        verdict, ground = self._verdict, self._ground
        biller = people.designated(ground)
        because = self._citing.of(".billing_practitioner.per_month_max")
        yield Reason("practitioner", verdict.practitioner, because, biller)
        practice = biller if verdict.practitioner is not None else people.assigned(ground)
        yield Reason("practice", verdict.practice, (), practice)
        covered = patients.no_coverage(ground) if verdict.payer is None else patients.coverage(ground)
        yield Reason("payer", verdict.payer, self._citing.of(".eligibility.coverage_missing_effect"), covered)

    def _choice(self) -> Iterator[Reason]:
        verdict = self._verdict
        families = tuple(see(f"family.{r.family}", dollars(r.amount)) for r in verdict.families)
        evidence = NOTHING if families else people.adoption(self._ground)
        first = self._citing.of(".policy.suggested_first") if verdict.result("complex") is not None else ()
        yield Reason("suggested", verdict.suggested, first, evidence, families)
        asked = self._citing.of(".families.choice_required")
        yield Reason("chosen", verdict.chosen, asked, time.choices(self._ground))

    def _standing(self) -> Reason:
        verdict = self._verdict
        parts: tuple[Reason, ...] = ()
        if verdict.standing == "blocked":
            parts = tuple(see(f"missing.{each.code}", each.seconds) for each in verdict.missing)
        elif verdict.standing == "below_minimum":
            parts = tuple(see(f"family.{r.family}", dollars(r.amount)) for r in verdict.families)
        rule = _STANDINGS.get(verdict.standing, time.attestations)
        return Reason("standing", verdict.standing, (), rule(self._ground), parts)


_STANDINGS: Final[Mapping[str, Callable[[Ground], Evidence]]] = {
    "nothing_logged": time.logged,
    "stale": time.since_attested,
}


def _product(because: Readings) -> tuple[tuple[str, Plain], ...]:
    """What relative values times conversion factor come to before they are rounded to cents."""
    found = {reading.unit: reading.value for reading in because if reading.unit in PRICE_UNITS}
    relative, factor = found.get("rvu"), found.get("dollars_per_rvu")
    if not isinstance(relative, Decimal) or not isinstance(factor, Decimal):
        return ()
    return (("before_rounding", str(relative * factor)), ("rounding", "half up, to cents"))
