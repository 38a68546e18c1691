"""Charts on which every kind of fact has a neighbour that is none of it, each fact under a short name.

Another programme, another practice, another person, a day too early or too late, one that was taken back: whatever a
rule of evidence names on such a chart, it names by what it asks, and not because there was nothing else.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ledger.streams.attesting import AttestationWithdrawn
from ledger.streams.care_plan import PlanRevisionStruck, SignatureAttested
from ledger.streams.consent import ConsentDeclined
from ledger.streams.designation import DesignationWithdrawn, PractitionerDesignated
from ledger.streams.extra_planning import ExtraPlanningRetracted
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import PatientRegistered, PracticeAssigned
from ledger.streams.practice import LocalityRecorded, PracticeRegistered
from ledger.streams.staff import ExclusionChecked, LicenceRecorded, StaffDeparted
from ledger.streams.time_changes import TimeAddended, TimeAllocated, TimeDisputed
from ledger.streams.wrong_patient import ConditionStruck
from ledger.terms.people import Programme, Role, Side
from tests.facts import PARTS, Chart, day, instant, opaque

COMPANY = ("office", "MD", "MD role", "MD2", "MD2 role", "S1", "S1 role", "S2", "S2 role", "biller", "biller role")
"""What every chart begins with, in order."""
OTHER = opaque("pt", "other")


class Named(Chart):
    """A chart whose facts have names."""

    def __init__(self) -> None:
        super().__init__(without=PARTS)
        self.names = dict(enumerate(COMPANY, start=1))
        assert len(self.told) == len(COMPANY)

    def say(self, name: str, tell: Callable[..., object], /, *given: Any, **said: Any) -> str:
        """One fact, or a person with the role; answers what telling it answered."""
        before = len(self.told)
        answer = tell(*given, **said)
        for more, position in enumerate(range(before + 1, len(self.told) + 1)):
            self.names[position] = name if not more else f"{name} role"
        return str(answer)

    def called(self, positions: Iterable[int]) -> tuple[str, ...]:
        """The names of facts."""
        return tuple(self.names[position] for position in positions)


def full() -> tuple[Named, str]:
    """March 2026 of a patient of whom everything is on record, and the entry that is asked about."""
    chart = Named()
    _practices(chart)
    _people(chart)
    _what_the_patient_has(chart)
    _visits_and_coverage(chart)
    _consents(chart)
    _ends(chart)
    _designations(chart)
    _planning(chart)
    _plan(chart)
    entry = _time(chart)
    _said_of_the_month(chart)
    return chart, entry


def _practices(chart: Named) -> None:
    other = opaque("pr", "other")
    chart.say("patient", chart.tell, PatientRegistered(patient=chart.patient, links=()))
    for name, on in (("assigned", "2010-01-01"), ("assigned on the last day", "2026-03-31")):
        chart.say(name, chart.tell, PracticeAssigned(patient=chart.patient, practice=chart.practice, from_on=day(on)))
    chart.say("other", chart.tell, PracticeRegistered(practice=other, name="Other", tin="987654321", zone="UTC"))
    chart.say("assigned later", chart.tell, _assigned(chart, other, "2026-04-01"))
    for own, whose in ((chart.practice, ""), (other, " of other")):
        office, chart.practice = chart.practice, own
        for capability in ("cehrt_year", "access_24x7", "cehrt_holds_all_ccm_records", "rural_health_clinic"):
            chart.say(f"{capability}{whose}", chart.capability, capability)
        chart.say(f"plan access{whose}", chart.capability, "plan_access_24h_other_providers")
        chart.say(f"federal clinic{whose}", chart.capability, "federally_qualified_health_center")
        chart.say(f"access ended{whose}", chart.end_capability, "access_24x7", "2026-03-20")
        chart.say(f"clinic ended{whose}", chart.end_capability, "rural_health_clinic", "2010-02-01")
        chart.say(
            f"federal clinic ended{whose}", chart.end_capability, "federally_qualified_health_center", "2010-02-01"
        )
        chart.say(f"untimed{whose}", chart.policy, "untimed_counts", "yes", from_on="2026-03-10")
        chart.say(f"untimed later{whose}", chart.policy, "untimed_counts", "no", from_on="2026-03-11")
        chart.say(f"in person{whose}", chart.policy, "staff_in_person_counts", "no")
        chart.say(f"clinic choice{whose}", chart.policy, "g0511_billing", "g0511")
        indices = {"gpci_work": "1.012", "gpci_pe": "1.0", "gpci_mp": "1.0"}
        where = LocalityRecorded(practice=own, locality="0610216", from_on=day("2026-01-01"), cite="A list.", **indices)
        chart.say(f"locality{whose}", chart.tell, where)
        chart.practice = office


def _assigned(chart: Named, practice: str, on: str) -> PracticeAssigned:
    return PracticeAssigned(patient=chart.patient, practice=practice, from_on=day(on))


def _people(chart: Named) -> None:
    chart.say("S9", chart.person, "S9", Role.CLINICAL_STAFF, "rn", practice=opaque("pr", "other"))
    for who in ("MD", "MD2", "S1", "S2"):
        staff = opaque("st", who)
        licence = LicenceRecorded(staff=staff, kind="rn", state="IL", from_on=day("2020-01-01"), until_on=None)
        check = ExclusionChecked(staff=staff, checked_on=day("2026-03-02"), source="leie", result="clear")
        chart.say(f"{who} licence", chart.tell, licence)
        chart.say(f"{who} check", chart.tell, check)
        left = StaffDeparted(staff=staff, last_on=day("2026-04-30"), reason="retired")
        chart.say(f"{who} left", chart.tell, left)


def _what_the_patient_has(chart: Named) -> None:
    chart.say("diabetes first", chart.condition, "E11.9")
    chart.say("hypertension", chart.condition, "I10", onset_on="2026-03-31")
    chart.say("diabetes", chart.condition, "E11.9")
    chart.say("ended on the first", chart.condition, "I50.9", abated_on="2026-03-01")
    chart.say("ended before", chart.condition, "J44.9", abated_on="2026-02-28")
    chart.say("begun later", chart.condition, "N18.3", onset_on="2026-04-01")
    chart.say("short", chart.condition, "J45.909", expected=False)
    chart.say("struck", chart.condition, "F03.90")
    strike = ConditionStruck(patient=chart.patient, condition=opaque("cd", "F03.90"), reason="entered_in_error")
    chart.say("strike", chart.tell, strike)
    chart.say("risk", chart.risk, "2026-01-05")
    chart.say("risk later", chart.risk, "2026-04-05")


def _visits_and_coverage(chart: Named) -> None:
    for on in ("2025-01-04", "2025-01-05", "2025-12-10", "2026-03-31", "2026-04-01"):
        chart.say(f"visit {on}", chart.visit, on, code="99211")
    chart.say("medicare as first said", chart.coverage, until_on="2026-02-01")
    chart.say("ended on 02-28", chart.coverage, name="before", until_on="2026-02-28", rank=3)
    chart.say("ended on 03-01", chart.coverage, name="edge", until_on="2026-03-01", rank=2)
    chart.say("from 03-31", chart.coverage, name="late", from_on="2026-03-31", rank=4)
    chart.say("from 04-01", chart.coverage, name="after", from_on="2026-04-01", rank=5)
    chart.say("medicare", chart.coverage)
    for name, came, went in (
        ("stay of february", "2026-02-01", "2026-02-28"),
        ("stay to the first", "2026-02-20", "2026-03-01"),
        ("stay from the last", "2026-03-31", "2026-04-03"),
        ("stay of april", "2026-04-01", "2026-04-03"),
        ("open stay of april", "2026-04-01", None),
        ("stay in error", "2026-03-05", "2026-03-06"),
    ):
        chart.say(name, chart.stay, came, went, name=name, kind="emergency_department")
    chart.say("retraction of the stay", chart.retract_stay, "stay in error")
    chart.say("open stay", chart.stay, "2026-03-31", name="open stay", kind="emergency_department")


def _consents(chart: Named) -> None:
    chart.say("consent lacking", chart.consent, "2026-01-04 09:00", name="lacking", lacks=("right_to_stop",))
    chart.say("consent", chart.consent, "2026-01-05 09:00", lacks=("cost_sharing",))
    chart.say("supplement", chart.supplement, "2026-01-05 10:00", affirms=("cost_sharing",))
    chart.say("consent to MD2", chart.consent, "2026-01-05 10:00", name="two", practitioner="MD2")
    chart.say("consent to PCM", chart.consent, "2026-01-03 09:00", name="pcm", programme=Programme.PCM)
    chart.say("consent of april", chart.consent, "2026-04-05 09:00", name="april")
    chart.say("void consent", chart.consent, "2026-01-02 09:00", name="void")
    chart.say("supplement of void", chart.supplement, "2026-01-02 10:00", name="void", affirms=("cost_sharing",))
    chart.say("invalidation", chart.invalidate, "void")
    chart.say("declined", chart.decline, "2026-03-02 09:00")
    pcm = ConsentDeclined(patient=chart.patient, programme=Programme.PCM, occurred_at=instant("2026-03-02 09:00"))
    chart.say("declined PCM", chart.tell, pcm)


def _ends(chart: Named) -> None:
    chart.say("revoked on 03-31", chart.revoke, "2026-03-31", name="r1")
    chart.say("revoked on 04-01", chart.revoke, "2026-04-01", name="r2")
    chart.say("revoked PCM", chart.revoke, "2026-03-20", name="r3", scope=(Programme.PCM,))
    chart.say("revoked in error", chart.revoke, "2026-03-20", name="r4")
    chart.say("retraction of the revocation", chart.retract_revocation, "r4")
    chart.say("disenrolled on 03-31", chart.disenrol, "2026-03-31", name="d1")
    chart.say("disenrolled on 04-01", chart.disenrol, "2026-04-01", name="d2")
    chart.say("disenrolled from PCM", chart.disenrol, "2026-03-20", name="d3", programme=Programme.PCM)
    chart.say("disenrolled in error", chart.disenrol, "2026-03-20", name="d4")
    chart.say("retraction of the disenrolment", chart.retract_disenrolment, "d4")


def designated(
    chart: Chart,
    who: str,
    *,
    name: str = "one",
    programme: Programme = Programme.CCM,
    side: Side = Side.PRACTITIONER,
    from_month: str = "2026-01",
    until_month: str | None = None,
) -> None:
    """A designation of whichever side."""
    said = PractitionerDesignated(
        patient=chart.patient,
        designation=opaque("dg", name),
        practitioner=opaque("st", who),
        practice=chart.practice,
        programme=programme,
        side=side,
        from_month=from_month,
        until_month=until_month,
    )
    chart.tell(said)


def _designations(chart: Named) -> None:
    for name, who, said in (
        ("MD before", "MD", {"until_month": "2026-02"}),
        ("MD designated", "MD", {}),
        ("MD2 designated too", "MD2", {}),
        ("MD for PCM", "MD", {"programme": Programme.PCM, "until_month": "2026-03"}),
        ("MD for PCM before", "MD", {"programme": Programme.PCM, "until_month": "2026-02"}),
        ("MD2 for APCM", "MD2", {"programme": Programme.APCM}),
        ("MD of the facility", "MD", {"side": Side.FACILITY}),
        ("MD later", "MD", {"from_month": "2026-04"}),
    ):
        chart.say(name, designated, chart, who, name=name, **said)


def _planning(chart: Named) -> None:
    for name, on, by in (
        ("planned on the first", "2026-03-01", "MD"),
        ("planned on the last", "2026-03-31", "MD2"),
        ("planned by MD before", "2025-12-10", "MD"),
        ("planned by S1 before", "2026-02-28", "S1"),
        ("planned by S1 later", "2026-04-01", "S1"),
        ("planned in error", "2026-03-12", "S1"),
    ):
        chart.say(name, chart.extra_planning, on, by=by, name=name)
    visit = opaque("vs", "planned in error")
    back = ExtraPlanningRetracted(patient=chart.patient, visit=visit, reason="entered_in_error")
    chart.say("planning retracted", chart.tell, back)


def _plan(chart: Named) -> None:
    chart.say("revision 1", chart.revise_plan, "2026-01-05 10:00")
    chart.say("signature", chart.sign_plan)
    chart.say("copy", chart.give_copy)
    chart.say("revision 2", chart.revise_plan, "2026-03-10 10:00", revision=2)
    said: dict[str, Any] = {"patient": chart.patient, "revision": 2, "practitioner": opaque("st", "MD")}
    chart.say("answered for", chart.tell, SignatureAttested(attested_at=instant("2026-03-11 10:00"), **said))
    chart.say("revision 3 struck", chart.revise_plan, "2026-03-12 10:00", revision=3)
    strike = PlanRevisionStruck(patient=chart.patient, revision=3, reason="entered_in_error")
    chart.say("strike of revision 3", chart.tell, strike)
    chart.say("revision 4 of april", chart.revise_plan, "2026-04-02 10:00", revision=4)


def _time(chart: Named) -> str:
    """The entry that is asked about, by S1 at ten for twenty-five minutes, among all that touches it or does not."""
    chart.say("untimed of february", chart.untimed, "2026-02-20", 10)
    chart.say("across midnight", chart.time, "2026-02-28 23:50", 20, by="S2")
    chart.say("by MD for MD2", chart.time, "2026-03-02 08:00", 5, by="MD2")
    chart.say("ends at ten", chart.time, "2026-03-10 09:50", 10, by="S2")
    chart.say("holds from S2", chart.time, "2026-03-10 10:20", 10, by="S2")
    chart.say("ends at ten elsewhere", chart.time, "2026-03-10 09:45", 15, who="another")
    rival = chart.say("rival", chart.time, "2026-03-10 10:20", 5, who="another")
    entry = chart.say("mine", chart.time, "2026-03-10 10:00", 25, entered_by=opaque("st", "biller"))
    chart.say("begins as it ends", chart.time, "2026-03-10 10:25", 5, who="another")
    chart.say("of the same patient", chart.time, "2026-03-10 10:15", 5)
    chart.say("later rival", chart.time, "2026-03-10 10:01", 3, who="third")
    chart.say("of another day", chart.time, "2026-03-11 10:05", 10, who="another")
    chart.say("not counted", chart.time, "2026-03-12 10:05", 10, by="biller")
    office, chart.practice = chart.practice, opaque("pr", "other")
    chart.say("for the other practice", chart.time, "2026-03-13 10:05", 10, by="S9")
    chart.practice = office
    _said_of_the_entry(chart, entry, rival)
    return entry


def _said_of_the_entry(chart: Named, entry: str, rival: str) -> None:
    own: dict[str, Any] = {"patient": chart.patient, "entry": entry, "months": (chart.month,)}
    addended = TimeAddended(kind="late_reason", by=opaque("st", "S1"), **own)
    chart.say("late reason", chart.tell, addended)
    chart.say("dispute", chart.tell, TimeDisputed(by=opaque("st", "MD"), **own))
    shared: dict[str, Any] = {
        "patient": chart.patient,
        "other_patient": opaque("pt", "another"),
        "performer": opaque("st", "S1"),
        "months": (chart.month,),
        "other_months": (chart.month,),
        "days": (instant("2026-03-10 10:00").date(),),
    }
    chart.say("allocation", chart.tell, TimeAllocated(entry=entry, other_entry=rival, **shared))
    others = {"entry": opaque("te", "someone"), "other_entry": opaque("te", "else")}
    chart.say("allocation of others", chart.tell, TimeAllocated(**{**shared, **others}))


def _said_of_the_month(chart: Named) -> None:
    chart.say("decision making", chart.decision_making, "low")
    chart.say("decision making by MD2", chart.decision_making, "high", by="MD2")
    chart.say("choice", chart.choose, "noncomplex")
    chart.say("choice by MD2", chart.choose, "complex", by="MD2")
    chart.say("limit", chart.raise_limit, "99439", 3)
    chart.say("service", chart.other_service, "G0180", "2026-03-05", name="one")
    chart.say("service in error", chart.other_service, "G0181", "2026-03-06", name="two")
    chart.say("retraction of the service", chart.retract_other_service, "two")
    for name in ("first", "second"):
        chart.say(f"{name} signature", chart.attest, "0" * 64, name=name)
    chart.say("signature taken back", chart.tell, _taken_back(chart, "first"))


def _taken_back(chart: Chart, name: str) -> AttestationWithdrawn:
    return AttestationWithdrawn(
        patient=chart.patient,
        month=chart.month,
        attestation=opaque("at", name),
        by=opaque("st", "MD"),
        reason="signed_in_error",
    )


def bare() -> tuple[Named, str]:
    """March 2026 of a patient of whom nothing holds: all that is there was withdrawn, is of April, or of others."""
    chart = Named()
    chart.say("patient", chart.tell, PatientRegistered(patient=chart.patient, links=()))
    chart.say("assigned later", chart.tell, _assigned(chart, chart.practice, "2026-04-01"))
    for name, programme, from_month, gone in (
        ("withdrawn", Programme.CCM, "2026-03", "2026-03"),
        ("withdrawn PCM", Programme.PCM, "2026-01", "2026-02"),
        ("designated later", Programme.CCM, "2026-04", None),
    ):
        chart.say(name, designated, chart, "MD", name=name, programme=programme, from_month=from_month)
        if gone:
            back = DesignationWithdrawn(
                patient=chart.patient, designation=opaque("dg", name), reason="entered_in_error", from_month=gone
            )
            chart.say(f"{name}: withdrawal", chart.tell, back)
    chart.say("revision of april", chart.revise_plan, "2026-04-01 10:00")
    chart.say("stay of march", chart.stay, "2026-03-05", "2026-03-06")
    chart.say("death as first said", chart.death, "2026-03-25")
    chart.say("death", chart.death, "2026-03-28")
    entry = chart.say("mine", chart.time, "2026-03-10 10:00", 25, by="stranger")
    chart.say("choice by MD2", chart.choose, "complex", by="MD2")
    for name in ("first", "second"):
        chart.say(f"{name} signature", chart.attest, "0" * 64, name=name)
        chart.say(f"{name} signature taken back", chart.tell, _taken_back(chart, name))
    chart.say("merged", chart.tell, PatientRegistered(patient=OTHER, links=()))
    chart.say("merge", chart.tell, PatientsMerged(patient=chart.patient, merged=OTHER))
    return chart, entry
