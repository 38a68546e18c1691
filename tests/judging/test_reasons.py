"""The tree behind a verdict: every number is in it, and every leaf names a rule, a fact, or what is not there."""

import json
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from ledger.judging import Ground, judge_month, reasons_of, why_not, why_not_reasons
from ledger.judging.reason import Reason, Told, plain_reason, positions_in
from ledger.judging.shapes import ChargeLine, FamilyResult, Verdict
from ledger.rulebook import Reading, Rulebook
from ledger.rulebook.reading import Quantity
from ledger.terms.identity import care_month_tag, care_plan_tag, patient_tag
from ledger.terms.people import Programme
from tests import months
from tests.facts import Chart, day, law, opaque
from tests.judging.test_other_programmes import chart_of_pcm
from tests.judging.test_payers import with_profile

AS_OF = 99
ACME_HAS_NONE = """exception = "Acme has none"
base = "medicare"
applies_to = {payer = "acme"}
implements = ["RULE"]
checked = 2026-11-22

["QUANTITY"]
says = "None."
values = [{effective = 2026-01-01, until = 2026-12-31, absent = true, cite = "Acme manual", confidence = "CONFIRMED"}]
"""
Build = Callable[[], Chart]


def before_the_programme() -> Chart:
    chart = Chart("2014-03")
    chart.time("2014-03-03 10:00", 25)
    return chart


def died() -> Chart:
    chart = Chart()
    chart.time("2026-03-03 10:00", 25)
    chart.death("2026-03-20")
    return chart


def of_a_clinic() -> Chart:
    chart = Chart("2025-03")
    chart.capability("rural_health_clinic")
    chart.policy("g0511_billing", "g0511")
    chart.time("2025-03-10 10:00", 25)
    return chart


def under_strict() -> Chart:
    chart = Chart(without=("consent", "coverage"))
    chart.consent("2026-01-05 10:00", method="written")
    chart.coverage(payer="seed_strict")
    chart.time("2026-03-10 10:00", 45)
    return chart


def raised() -> Chart:
    chart = Chart()
    chart.time("2026-03-09 09:00", 150, by="MD")
    chart.raise_limit("99437", 4)
    return chart


MONTHS: dict[str, Build] = {
    "clean": months.clean,
    "troubled": months.troubled,
    "blocked": months.blocked,
    "nothing_logged": Chart,
    "complex": months.chosen_complex,
    "before_the_programme": before_the_programme,
    "no_further_units": lambda: priced("2019-03"),
    "no_price": lambda: priced("2018-03"),
    "died": died,
    "late_raise": months.late_raise,
    "corrected": months.corrected,
    "moved_here": months.moved_here,
    "merged": months.merged,
    "attested_twice": months.attested_twice,
    "after_the_prices": lambda: priced("2027-03"),
    "before_the_prices": lambda: priced("2023-03"),
    "clinic": of_a_clinic,
    "strict": under_strict,
    "raised": raised,
    "two_factors": lambda: with_a_visit("2024-03-05"),
}


def priced(month: str) -> Chart:
    chart = Chart(month)
    chart.time(f"{month}-05 10:00", 45)
    return chart


def with_a_visit(on: str) -> Chart:
    chart = priced(on[:7])
    chart.extra_planning(on)
    return chart


every_month = pytest.mark.parametrize("build", MONTHS.values(), ids=MONTHS)


def ground_of(chart: Chart) -> Ground:
    return Ground.of(chart.facts(), chart.verdict(), law()[0], adopted=1)


def tree(build: Build) -> tuple[Reason, ...]:
    return reasons_of(ground_of(build())).all


def walk(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    for reason in reasons:
        yield reason
        yield from walk(reason.parts)


def opened(reasons: tuple[Reason, ...]) -> dict[str, Reason]:
    """The nodes that are opened, by what they are."""
    return {each.what: each for each in walk(reasons) if not each.is_opened_elsewhere}


def numbers(verdict: Verdict) -> dict[str, Any]:
    """Every number of a verdict, by the name of its node."""
    found: dict[str, Any] = {
        "seconds.staff": verdict.staff_seconds,
        "seconds.personal": verdict.personal_seconds,
        "seconds.untimed": verdict.untimed_seconds,
        "amount": _text(verdict.amount),
        "date_of_service": verdict.date_of_service.isoformat(),
        "standing": verdict.standing,
        "practitioner": verdict.practitioner,
        "practice": verdict.practice,
        "payer": verdict.payer,
        "suggested": verdict.suggested,
        "chosen": verdict.chosen,
        "consent_from": verdict.consent_from.isoformat() if verdict.consent_from else None,
    }
    for line in verdict.lines:
        found[f"entry.{line.entry}"] = line.counted
    for result in verdict.families:
        found[f"minutes.{result.family}"] = result.minutes
        found[f"unpaid_minutes.{result.family}"] = result.unpaid_minutes
        found[f"family.{result.family}"] = _text(result.amount)
        for charge in result.lines:
            found[f"charge.{result.family}.{charge.code}"] = _text(charge.amount)
            found[f"units.{result.family}.{charge.code}"] = charge.units
    return found


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)


@every_month
def test_every_number_of_the_verdict_is_in_the_tree(build: Build) -> None:
    found = {what: each.value for what, each in opened(tree(build)).items()}
    expected = numbers(build().verdict())

    assert expected == {what: found.get(what, "absent") for what in expected}


@every_month
def test_every_second_that_a_notice_takes_is_in_the_tree(build: Build) -> None:
    verdict = build().verdict()
    parts = {what: each for what, each in opened(tree(build)).items() if what.startswith("entry.")}
    expected = {
        line.entry: [(f"notice.{n.code}", n.seconds) for n in line.notices if n.seconds] for line in verdict.lines
    }
    told = {
        line.entry: [
            (part.what, part.value) for part in parts[f"entry.{line.entry}"].parts if part.value and "." in part.what
        ]
        for line in verdict.lines
    }

    assert expected == told


@every_month
def test_every_leaf_names_a_rule_a_fact_or_what_is_not_there(build: Build) -> None:
    leaves = [each for each in walk(tree(build)) if not each.parts and not each.is_opened_elsewhere]

    assert [] == [leaf.what for leaf in leaves if not (leaf.because or leaf.evidence.facts or leaf.evidence.absent)]


@every_month
def test_no_node_names_two_readings_of_one_rule(build: Build) -> None:
    ground = ground_of(build())
    asked = (each for code in ("99439", "99489", "99437", "G0511", "G0506") for each in why_not_reasons(ground, code))
    named = [[r.name.partition("@")[0] for r in each.because] for each in walk((*reasons_of(ground).all, *asked))]

    assert [] == [names for names in named if len(set(names)) < len(names)]


@every_month
def test_a_price_is_what_its_rules_come_to(build: Build) -> None:
    prices = [n for n in walk(tree(build)) if n.value and n.what.startswith(("price.", "with_visit.")) and n.because]
    products = [Decimal(str(dict(n.more)["before_rounding"])) for n in prices]

    assert [n.value for n in prices] == [str(each.quantize(Decimal("0.01"), ROUND_HALF_UP)) for each in products]


@every_month
def test_what_is_opened_elsewhere_is_opened_once(build: Build) -> None:
    nodes = list(walk(tree(build)))
    whole = [each.what for each in nodes if not each.is_opened_elsewhere and "." in each.what]
    kept = [what for what in whole if not what.startswith("notice.")]
    seen = {each.what for each in nodes if each.is_opened_elsewhere}

    assert (len(set(kept)), set()) == (len(kept), seen - set(whole))


@every_month
def test_every_position_is_a_fact_of_the_patient_the_staff_or_the_practice(build: Build) -> None:
    chart = build()
    positions = set(positions_in(tree(lambda: chart))) - {1}
    own = (chart.patient, months.OTHER)
    about = {patient_tag(p) for p in own} | {care_plan_tag(p) for p in own}
    about |= {care_month_tag(p, chart.month) for p in own}
    tags = {at: set(chart.told[at - 1][0].tags()) for at in positions}
    strange = [
        at
        for at in positions
        if not tags[at] & about and not any(tag.startswith(("staff/", "practice/", "staff_day/")) for tag in tags[at])
    ]

    assert [] == strange


@every_month
def test_the_tree_is_plain_data(build: Build) -> None:
    told = {at: Told("time_logged", "2026-03-03", "2026-03-03T17:00:00Z") for at in positions_in(tree(build))}
    plain = [plain_reason(each, told, AS_OF) for each in tree(build)]

    assert json.loads(json.dumps(plain)) == plain


@every_month
def test_the_seconds_of_a_pool_are_those_of_its_entries(build: Build) -> None:
    nodes = opened(tree(build))
    pools = [nodes["seconds.staff"], nodes["seconds.personal"]]

    assert [sum(int(part.value or 0) for part in pool.parts) for pool in pools] == [pool.value for pool in pools]


@every_month
def test_what_does_not_count_adds_up_by_the_reasons(build: Build) -> None:
    whole = opened(tree(build))["seconds.not_counted"]

    assert whole.value == sum(int(part.value or 0) for part in whole.parts)


def test_dollars_open_into_units_minutes_and_the_product_that_was_rounded() -> None:
    (charge, _) = opened(tree(months.clean))["amount"].parts
    units, price = charge.parts

    assert [r.name for r in units.because] == [
        "medicare.ccm.families.noncomplex_base",
        "medicare.ccm.99490.minutes_minimum",
    ]
    assert [r.name for r in price.because] == [
        "medicare.pfs.rvu_nonfacility.99490",
        "medicare.pfs.conversion_factor.nonqp",
    ]
    assert dict(price.more) == {"before_rounding": "66.133782", "rounding": "half up, to cents"}


def test_a_price_is_by_the_factor_of_the_date_of_service_also_beside_a_visit_of_another_factor() -> None:
    chart = with_a_visit("2024-03-05")
    price = opened(tree(lambda: chart))["price.99490"]

    assert [(r.name, str(r.effective)) for r in price.because] == [
        ("medicare.pfs.rvu_nonfacility.99490", "2024-01-01"),
        ("medicare.pfs.conversion_factor.nonqp", "2024-03-09"),
    ]
    assert ("62.58", "62.5805") == (price.value, str(dict(price.more)["before_rounding"])[:7])


def without(quantity: str, rule: str) -> dict[str, Reason]:
    """The tree of a month whose payer has no value for something."""
    chart = Chart(without=("coverage",))
    chart.coverage(payer="acme")
    chart.time("2026-03-09 10:00", 65)
    book = with_profile(ACME_HAS_NONE.replace("QUANTITY", quantity).replace("RULE", rule))
    verdict = judge_month(chart.facts(), book, edition="acme")
    return opened(reasons_of(Ground.of(chart.facts(), verdict, book, adopted=1)).all)


@pytest.mark.parametrize(
    ("quantity", "rule", "what"),
    [
        ("medicare.pfs.rvu_nonfacility.99490", "CCM-RATE-10", "price.99490"),
        ("medicare.ccm.families.complex_base", "CCM-CODE-09", "family.complex"),
    ],
)
def test_what_a_payer_has_not_cites_the_exception_that_says_so(quantity: str, rule: str, what: str) -> None:
    node = without(quantity, rule)[what]

    assert [(r.name, r.is_absent, r.cite) for r in node.because] == [(f"{quantity}@acme", True, "Acme manual")]


def topics_of(chart: Chart, node: Reason) -> list[str]:
    return [chart.told[at - 1][0].TOPIC for at in node.evidence.facts]


def test_units_beyond_a_limit_name_who_raised_it() -> None:
    chart = raised()
    units = opened(tree(lambda: chart))["units.personal.99437"]
    base = opened(tree(lambda: chart))["units.personal.99491"]

    assert (4, ["limit_raised"], []) == (units.value, topics_of(chart, units), topics_of(chart, base))
    assert "medicare.ccm.99437.limit_may_be_overridden" in {r.name for r in units.because}
    assert ["limit_raised"] == topics_of(chart, why_not_reasons(ground_of(chart), "99437")[0])


def test_units_of_complex_care_name_the_decision_making_that_was_attested() -> None:
    chart = months.chosen_complex()
    units = opened(tree(lambda: chart))["units.complex.99487"]

    assert ["decision_making_attested"] == topics_of(chart, units)
    assert "medicare.ccm.99487.decision_making_levels" in {r.name for r in units.because}


def test_units_of_complex_care_name_the_plan_while_it_had_to_be_revised() -> None:
    chart = Chart("2018-01")
    chart.time("2018-01-09 10:00", 65)
    chart.decision_making("high")
    units = opened(tree(lambda: chart))["units.complex.99487"]

    assert ["care_plan_revised", "decision_making_attested"] == topics_of(chart, units)
    assert "medicare.ccm.families.complex_plan_revision_required" in {r.name for r in units.because}


def test_units_of_a_clinic_name_what_the_practice_attested_to_be() -> None:
    chart = of_a_clinic()
    units = opened(tree(lambda: chart))["units.rhc.G0511"]

    assert {"capability_attested", "policy_adopted"} == set(topics_of(chart, units))
    assert {"medicare.ccm.rhc.families", "medicare.ccm.rhc.capabilities", "medicare.ccm.rhc.choice_policy"} <= {
        r.name for r in units.because
    }


def test_a_programme_without_codes_on_the_day_rests_on_the_edition_and_not_on_minutes() -> None:
    chart = chart_of_pcm("2019-03")
    ground = Ground.of(chart.facts(), chart.verdict(programme=Programme.PCM), law()[0], adopted=1)
    below = opened(reasons_of(ground).all)["missing.minutes_below_minimum"]

    assert ((1,), ()) == below.evidence


def test_the_date_of_service_rests_on_coverage_and_on_no_death() -> None:
    chart = months.clean()
    node = opened(tree(lambda: chart))["date_of_service"]

    assert (["coverage_recorded"], ("death_recorded",)) == (topics_of(chart, node), node.evidence.absent)


def test_a_reading_has_value_dates_source_and_confidence() -> None:
    plain = plain_reason(opened(tree(months.clean))["minutes.noncomplex"], {}, AS_OF)

    assert plain["because"][1] == {
        "reading": "medicare.ccm.performers.practitioner_counts_as_staff",
        "value": True,
        "unit": "yes_no",
        "effective": "2015-01-01",
        "until": None,
        "cite": "CMS FAQ [S07]; [S17]",
        "confidence": "CONFIRMED",
        "rules": ["CCM-STAFF-03"],
    }


def test_a_fact_has_position_kind_day_and_when_it_was_recorded() -> None:
    node = opened(tree(months.clean))["practitioner"]
    (at,) = node.evidence.facts
    told = {at: Told("practitioner_designated", "2026-01-01", "2026-01-05T18:00:00Z")}

    assert plain_reason(node, told, AS_OF)["facts"] == [
        {
            "position": at,
            "kind": "practitioner_designated",
            "on": "2026-01-01",
            "recorded_at": "2026-01-05T18:00:00Z",
        }
    ]


def test_what_is_not_there_is_said_with_how_far_was_looked() -> None:
    plain = plain_reason(opened(tree(months.blocked))["payer"], {}, AS_OF)

    assert plain["absent"] == {"kinds": ["coverage_recorded"], "up_to": AS_OF}


def test_a_consent_read_by_the_rules_of_an_older_day_is_cited_as_of_that_day() -> None:
    chart = Chart(without=("consent",))
    chart.consent("2016-06-01 09:00", method="verbal")
    chart.time("2026-03-03 10:00", 25)
    (said,) = (r for r in reasons_of(ground_of(chart)).missing if r.what == "missing.consent_incomplete")

    assert [(r.name, r.until.year if r.until else None) for r in said.because] == [
        ("medicare.ccm.consent.methods", 2016)
    ]


# --- why not ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["99490", "99439", "99487", "99489", "99491", "99437"])
@every_month
def test_any_code_in_force_is_answered_with_reasons(build: Build, code: str) -> None:
    ground = ground_of(build())
    answer = why_not(ground.verdict, code, ground.rulebook)
    reasons = why_not_reasons(ground, code)

    assert (answer["is_known"] or bool(answer["elsewhere"])) == bool(reasons)
    assert code in answer.get("known", ()) or answer["is_known"] or code not in _in_force(ground)
    assert [] == [
        each.what
        for each in walk(reasons)
        if not each.parts
        and not each.is_opened_elsewhere
        and not (each.because or each.evidence.facts or each.evidence.absent)
    ]


def _in_force(ground: Ground) -> set[str]:
    rules = ground.rulebook.in_force(ground.verdict.date_of_service)
    families = [result.family for result in ground.verdict.families]
    names = [f"medicare.ccm.families.{family}_{part}" for family in families for part in ("base", "addon")]
    return {str(rules.get(name)) for name in names}


def test_a_further_unit_names_the_minutes_that_it_needs_and_the_rules() -> None:
    needed = why_not_reasons(ground_of(months.blocked()), "99439")[0]

    assert ("needed.99439", 40) == (needed.what, needed.value)
    assert [r.name for r in needed.because] == [
        "medicare.ccm.families.noncomplex_addon",
        "medicare.ccm.99490.minutes_minimum",
        "medicare.ccm.99439.minutes_step",
        "medicare.ccm.99439.units_max",
    ]


def test_uncounted_seconds_come_by_reason_with_their_facts() -> None:
    chart = months.troubled()
    (uncounted,) = (r for r in why_not_reasons(ground_of(chart), "99439") if r.what == "seconds.not_counted")

    assert [(part.what, part.value) for part in uncounted.parts] == [
        ("not_counted.before_consent", 900),
        ("not_counted.during_stay", 1800),
        ("not_counted.time_already_covered", 600),
        ("not_counted.performer_with_other_patient", 1200),
    ]
    topics = [chart.told[at - 1][0].TOPIC for at in uncounted.parts[1].evidence.facts]
    assert ["stay_recorded", "time_logged"] == topics


def test_a_code_of_another_family_says_which_one_bills_and_who_chose_it() -> None:
    chart = months.chosen_complex()
    (instead,) = (r for r in why_not_reasons(ground_of(chart), "99490") if r.what == "bills_instead")

    assert ("complex", ["family_chosen"]) == (
        instead.value,
        [chart.told[at - 1][0].TOPIC for at in instead.evidence.facts],
    )


def test_a_chosen_family_that_the_month_does_not_support_is_said_to_be_chosen_and_not_to_bill() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25)
    chart.choose("complex")
    ground = ground_of(chart)
    answer, found = why_not(ground.verdict, "99490", ground.rulebook), why_not_reasons(ground, "99490")
    chosen = next(each for each in found if each.what == "chosen")

    assert (None, ["chosen_family_not_available"]) == (
        answer["other_family_bills"],
        [notice["code"] for notice in answer["because"]],
    )
    assert "The billing practitioner chooses the family noncomplex (choose_family)." in answer["remedies"]
    assert ("complex", ["family_chosen"]) == (chosen.value, topics_of(chart, chosen))
    assert "bills_instead" not in {each.what for each in found}


def test_what_pays_most_is_suggested_by_no_rule_where_no_complex_family_is() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 10:00", 45, programme=Programme.PCM)
    ground = Ground.of(chart.facts(), chart.verdict(programme=Programme.PCM), law()[0], adopted=1)
    suggested = opened(reasons_of(ground).all)["suggested"]

    assert ("pcm_staff", ()) == (suggested.value, suggested.because)


def test_the_remedies_say_what_would_have_to_happen() -> None:
    ground = ground_of(months.blocked())
    answer = why_not(ground.verdict, "99439", ground.rulebook)

    assert answer["remedies"][:2] == [
        "15 more qualifying minutes; work that is not logged can be, with its service dates.",
        "Record the visit with its code, or hold one.",
    ]


def test_a_family_that_the_month_supports_and_that_does_not_bill_waits_for_the_practitioner() -> None:
    ground = ground_of(months.chosen_complex())
    answer = why_not(ground.verdict, "99491", ground.rulebook)

    assert "The billing practitioner chooses the family personal (choose_family)." in answer["remedies"]


def test_a_code_of_nobodys_family_is_answered_with_the_known_ones() -> None:
    ground = ground_of(months.clean())

    assert (why_not(ground.verdict, "99213", ground.rulebook)["known"], ()) == (
        ["99437", "99439", "99487", "99489", "99490", "99491"],
        why_not_reasons(ground, "99213"),
    )


def test_a_stale_month_names_the_signature_and_what_came_behind_it() -> None:
    chart = months.late_raise()
    node = opened(tree(lambda: chart))["standing"]

    assert ("stale", ["month_attested", "time_logged"]) == (
        node.value,
        [chart.told[at - 1][0].TOPIC for at in node.evidence.facts],
    )


def test_a_notice_about_an_entry_keeps_what_it_says_and_what_to_do() -> None:
    node = opened(tree(months.troubled))[f"entry.{opaque('te', 'entry 1')}"]
    said = next(part for part in node.parts if part.what == "notice.before_consent")

    assert set(dict(said.more)) == {"code", "effect", "happened", "remedy"}


# --- families that come with other programmes ---------------------------------------------------------------------


def quantity(name: str, unit: str, value: int | str) -> Quantity:
    reading = Reading(name, value, unit, day("2020-01-01"), None, None, "A source.", "CONFIRMED", ("CCM-CODE-01",))
    return Quantity(name, "test.toml", unit, "Says.", "", ("CCM-CODE-01",), (reading,))


def of_another_family() -> Ground:
    """A month whose only family the rulebook of today does not have: thirty minutes a unit, and two further ones."""
    own = {
        "medicare.ccm.families.pcm_staff_base": quantity("medicare.ccm.families.pcm_staff_base", "code", "99426"),
        "medicare.ccm.families.pcm_staff_addon": quantity("medicare.ccm.families.pcm_staff_addon", "code", "99427"),
        "minimum": quantity("medicare.ccm.99426.minutes_minimum", "minutes", 30),
        "step": quantity("medicare.ccm.99427.minutes_step", "minutes", 30),
        "most": quantity("medicare.ccm.99427.units_max", "units", 2),
    }
    rulebook, _ = law()
    book = Rulebook([*rulebook.quantities.values(), *own.values()], rulebook.sources)
    chart = months.clean()
    lines = (ChargeLine("99426", 1, Decimal("61.79")),)
    family: Any = "pcm_staff"
    result = FamilyResult(family, 45, lines, Decimal("61.79"), 15, True, ())
    verdict = chart.verdict()._replace(families=(result,), suggested=family)
    return Ground(chart.facts(), verdict, book, adopted=1)


def test_a_family_of_another_programme_is_opened_like_any_other() -> None:
    nodes = opened(reasons_of(of_another_family()).all)

    assert ("61.79", 1, 45) == (
        nodes["charge.pcm_staff.99426"].value,
        nodes["units.pcm_staff.99426"].value,
        nodes["minutes.pcm_staff"].value,
    )


def test_why_not_knows_the_codes_of_the_families_that_the_month_has() -> None:
    ground = of_another_family()
    answer = why_not(ground.verdict, "99427", ground.rulebook)

    assert (60, 15, "pcm_staff") == (answer["minutes_for_next_unit"], answer["minutes_missing"], answer["family"])
    assert ["99426", "99427"] == why_not(ground.verdict, "99490", ground.rulebook)["known"]
    assert [
        "medicare.ccm.families.pcm_staff_addon",
        "medicare.ccm.99426.minutes_minimum",
        "medicare.ccm.99427.minutes_step",
        "medicare.ccm.99427.units_max",
    ] == [r.name for r in why_not_reasons(ground, "99427")[0].because]
