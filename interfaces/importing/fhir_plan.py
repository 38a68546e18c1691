"""Care plans in a chart: a CarePlan in force, with the goals and medications that belong to it, as one revision.

Promise: an element group is named only where the chart holds its words; who is responsible and when the plan is
reviewed are never made up. A plan that has ended is not recorded, since the newest revision would look in force.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from interfaces.importing.fhir_bundle import Chart, Entry, Resource, as_dict, as_list, as_text
from interfaces.importing.fhir_values import instant, stored, words
from interfaces.importing.reading import CommandDict, Report

KINDS: Final = frozenset({"CarePlan", "Goal", "MedicationRequest"})


def revisions(chart: Chart, entries: Sequence[Entry], report: Report) -> Iterator[tuple[Entry, CommandDict]]:
    """The revisions that the plans in force make, oldest first, as data of revise_care_plan without the patient."""
    dated: list[tuple[datetime, Entry]] = []
    for entry in entries:
        if entry.kind in KINDS and entry.kind != "CarePlan":
            report.skip(entry.kind, "kept_in_chart")
        elif entry.kind == "CarePlan":
            at = _moment(entry.content)
            if entry.content.get("status") != "active":
                report.skip("CarePlan", "plan_not_in_force")
            elif at is None:
                report.skip("CarePlan", "date_absent")
            else:
                dated.append((at, entry))
    for at, entry in sorted(dated, key=lambda pair: (pair[0], pair[1].place)):
        yield entry, _revision(chart, entry, at)


def _moment(plan: Resource) -> datetime | None:
    """When the plan came into force: the start of its period, else when it was made; only full instants."""
    candidates = (as_dict(plan.get("period")).get("start"), plan.get("created"))
    return next((at for text in candidates if stored(text) and (at := instant(text))), None)


def _revision(chart: Chart, entry: Entry, at: datetime) -> CommandDict:
    plan = entry.content
    addressed = [found for ref in as_list(plan.get("addresses")) if (found := chart.named(ref))]
    goals = [found for ref in as_list(plan.get("goal")) if (found := chart.named(ref)) and found.kind == "Goal"]
    texts = {
        "problem_list": [words(found.content.get("code")) for found in addressed if found.kind == "Condition"],
        "goals": [words(found.content.get("description")) for found in goals],
        "interventions": [_intervention(activity) for activity in as_list(plan.get("activity"))],
        "medications": [_medication(found.content) for found in _medications(chart, entry, addressed, at)],
    }
    elements = [
        {"element": element, "text": "\n".join(said)}
        for element, held in texts.items()
        if (said := [text for text in held if text])
    ]
    return {
        "revised_at": stored(at.isoformat()),
        "elements": elements,
        "goals": sum(1 for found in goals if words(found.content.get("description"))),
        "pointer": f"CarePlan/{entry.id}",
        "document": entry.digest,
    }


def _intervention(activity: Any) -> str | None:
    detail = as_dict(as_dict(activity).get("detail"))
    if detail.get("status") in ("cancelled", "entered-in-error"):
        return None
    return words(detail.get("code")) or as_text(detail.get("description"))


def _medication(request: Resource) -> str | None:
    return words(request.get("medicationCodeableConcept"))


def _medications(chart: Chart, plan: Entry, addressed: Sequence[Entry], at: datetime) -> Iterator[Entry]:
    """Requests that the plan names or that name it, or active ones for a condition it addresses, ordered by then."""
    named = {
        found.place
        for activity in as_list(plan.content.get("activity"))
        if (found := chart.named(as_dict(activity).get("reference")))
    }
    reasons = {found.place for found in addressed}
    for request in chart.of_kind("MedicationRequest"):
        based_on = (chart.named(ref) for ref in as_list(request.content.get("basedOn")))
        if not chart.is_about_patient(request.content) or request.content.get("status") != "active":
            continue
        if request.place in named or any(found and found.place == plan.place for found in based_on):
            yield request
        elif (ordered := instant(request.content.get("authoredOn"))) and ordered <= at:
            because = (chart.named(ref) for ref in as_list(request.content.get("reasonReference")))
            if any(found and found.place in reasons for found in because):
                yield request
