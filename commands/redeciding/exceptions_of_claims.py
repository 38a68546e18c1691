"""Commands about claims and money: what a person said in words stands in the one fact that has words.

Answers of payers are told under the claim's own control number, under which, or by a person's word, it was found.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from commands.redeciding.rebuilding import ROW, Draft, Mend, Variants, words_of
from ledger.streams.claims import control_number
from ledger.terms.identity import claims_tag


def _said(**fields: str) -> Mend:
    """Why, in words; further fields by their names in the first fact."""

    def mend(draft: Draft) -> Variants:
        yield {"words": _reason(draft)} | {name: getattr(draft.first, other) for name, other in fields.items()}

    return mend


def _reason(draft: Draft) -> str | None:
    """What was said in words: one fact of the command has them."""
    return next((words_of(event).get("reason") for event in draft.recorded.events if event.sealing()), None)


def _answered(draft: Draft) -> Variants:
    """The answer under the claim's own number, and its place in the payer's file."""
    event, source = draft.first, draft.recorded.envelope.source
    if source is not None and event.answer is not None:
        draft.tokens[source.system, ROW] = event.answer
    claim = draft.state(claims_tag(event.patient)).claim(event.claim)
    yield {"control_number": claim.event.control_number if claim is not None else control_number(event.claim)}


def _released(draft: Draft) -> Variants:
    """With and without a claim that it replaces, and a place: what was not said was found."""
    event = draft.first
    always = {"digest": None, "late_because": _reason(draft)}
    replaced = (event.replaces,) if event.frequency != "1" else tuple(dict.fromkeys((None, event.replaces)))
    for place in (None, event.place_of_service):
        for replaces in replaced:
            yield {**always, "place_of_service": place, "replaces": replaces}


def _identified(draft: Draft) -> Variants:
    yield {"basis": draft.words.get("reason")}


def _exported(draft: Draft) -> Variants:
    """Again, in any case: where no file held it, that is no other decision."""
    yield {"again": True}


OF_CLAIMS: Final[Mapping[str, Mend]] = MappingProxyType(
    {
        "record_acknowledgment": _answered,
        "record_remittance": _answered,
        "release_claim": _released,
        "export_claim": _exported,
        "withdraw_claim": _said(),
        "void_claim": _said(claim="replaces"),
        "settle_competition": _said(),
        "waive_cost_share": _said(),
        "reopen_claim": _said(good_cause="has_good_cause"),
        "report_overpayment": _said(),
        "triage_overpayment": _said(),
        "identify_overpayment": _identified,
        "no_overpayment": _said(),
        "begin_investigation": _said(),
        "end_investigation": _said(),
        "record_sweep": _said(),
        "return_overpayment": _said(),
    }
)
"""Commands about claims and money."""
