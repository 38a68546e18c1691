"""A patient's chart for tests of the judge: facts in short words, folded by the real folds, judged by the shipped law.

`Chart()` is the fixture of ccm-rules.md section 14: one office in Chicago, MD (the billing practitioner), RN S1, MA S2,
conditions E11.9 and I10, wellness visit with CCM discussed, verbal consent on 5 January at 09:00, plan signed and
given on that day, Medicare FFS. Every part can be left out (`without`) or said again. Local times are Chicago's.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ledger.judging import MonthFacts, Verdict, facts_of, judge_month, missing_tags
from ledger.rulebook import Rulebook, rulebook_of, shipped_edition
from ledger.streams import (
    care_month,
    care_plan,
    consent,
    designation,
    endings,
    extra_planning,
    limits,
    patient,
    practice,
    services,
    staff,
    stays,
)
from ledger.streams.base import Envelope, Event, Fact, Vouched
from ledger.streams.folding import fold
from ledger.terms.calendar import split_at_local_midnight
from ledger.terms.identity import id_from
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme, Role, Side

CHICAGO = ZoneInfo("America/Chicago")
ITEMS = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")
ELEMENTS = (
    "problem_list",
    "goals",
    "interventions",
    "medications",
    "expected_outcome",
    "functional_assessment",
    "symptom_management",
    "environmental_evaluation",
    "caregiver_assessment",
    "community_services",
    "outside_coordination",
)
PARTS = (
    "assignment",
    "capabilities",
    "conditions",
    "risk",
    "visit",
    "coverage",
    "consent",
    "designation",
    "plan",
)
BILLERS: dict[str, dict[str, Any]] = {
    "office": {"tin": "123456789"},
    "stranger": {"npi": "1000000004", "tin": "987654321"},
    "other NPI": {"npi": "1000000004"},
    "other TIN": {"tin": "987654321"},
}
"""Billers of other services who are nobody of the staff."""
_ENVELOPE = Envelope(
    authenticated_as="os:tester", actor="tester", capacity=None, vouched=Vouched.SIMULATION, command="told"
)


def opaque(kind: str, name: str) -> str:
    """The opaque id that stands for a short name in tests."""
    return id_from(kind, hashlib.sha256(name.encode()).digest()[:16])


def instant(text: str) -> datetime:
    """A Chicago wall-clock time ("2026-03-10 10:00" or with seconds) as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


def offset_of(text: str) -> int:
    """Seconds from UTC to Chicago's time at a Chicago wall-clock time."""
    offset = instant(text).astimezone(CHICAGO).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


@cache
def law() -> tuple[Rulebook, str]:
    """The shipped rulebook and its edition, read once."""
    edition = shipped_edition()
    return rulebook_of(edition), edition.digest


def codes(notices: Iterable[Notice]) -> list[str]:
    """The codes of notices, in their order."""
    return [n.code for n in notices]


class Chart:
    """One patient, the people around, and one month of them."""

    def __init__(self, month: str = "2026-03", *, without: Iterable[str] = ()) -> None:
        self.month = month
        self.year = int(month[:4])
        self.patient = opaque("pt", "patient")
        self.practice = opaque("pr", "office")
        self.told: list[tuple[Event, datetime]] = []
        self.entries = 0
        left_out = set(without)
        assert left_out <= set(PARTS), f"parts are {PARTS}"
        self._company()
        for part in PARTS:
            if part not in left_out:
                getattr(self, f"_{part}")()

    # --- the people and the office ---------------------------------------------------------------------------

    def tell(self, event: Event, recorded_at: datetime | None = None) -> None:
        """One more fact, recorded when it happened unless said otherwise."""
        self.told.append((event, recorded_at or instant(f"{self.year}-01-05 12:00")))

    def person(
        self,
        name: str,
        role: Role | None,
        credential: str | None,
        *,
        country: str | None = "US",
        is_person: bool = True,
        npi: str | None = None,
        practice: str | None = None,
        from_on: str = "2010-01-01",
        until_on: str | None = None,
    ) -> str:
        """Somebody who works here, in one role."""
        who = opaque("st", name)
        self.tell(
            staff.StaffRegistered(staff=who, credential=credential, work_country=country, is_person=is_person, npi=npi)
        )
        if role is not None:
            until = day(until_on) if until_on else None
            where = practice or self.practice
            self.tell(staff.RoleGranted(staff=who, role=role, practice=where, from_on=day(from_on), until_on=until))
        return who

    def _company(self) -> None:
        self.tell(
            practice.PracticeRegistered(practice=self.practice, name="Office", tin="123456789", zone="America/Chicago")
        )
        self.person("MD", Role.PRACTITIONER, "md", npi="1234567893")
        self.person("MD2", Role.PRACTITIONER, "md", npi="1558598797")
        self.person("S1", Role.CLINICAL_STAFF, "rn")
        self.person("S2", Role.CLINICAL_STAFF, "ma")
        self.person("biller", Role.BILLER, None)

    def _assignment(self) -> None:
        self.tell(patient.PatientRegistered(patient=self.patient, links=()))
        self.tell(patient.PracticeAssigned(patient=self.patient, practice=self.practice, from_on=day("2010-01-01")))

    def _capabilities(self) -> None:
        self.capability("cehrt_year", edition_year=2015)
        self.capability("access_24x7")

    def capability(self, name: Any, *, from_on: str = "2010-01-01", edition_year: int | None = None) -> None:
        """The practice answers for a capability."""
        self.tell(
            practice.CapabilityAttested(
                practice=self.practice,
                capability=name,
                edition_year=edition_year,
                attested_by=opaque("st", "MD"),
                from_on=day(from_on),
            )
        )

    def policy(self, name: Any, value: Any, *, from_on: str = "2010-01-01") -> None:
        """The practice adopts a policy."""
        self.tell(practice.PolicyAdopted(practice=self.practice, policy=name, value=value, from_on=day(from_on)))

    # --- the patient -----------------------------------------------------------------------------------------

    def _conditions(self) -> None:
        self.condition("E11.9")
        self.condition("I10")

    def condition(
        self,
        icd10: str | None,
        *,
        name: str | None = None,
        onset_on: str | None = "2015-05-01",
        abated_on: str | None = None,
        expected: bool | None = True,
        months: int | None = None,
    ) -> None:
        """A condition on record."""
        self.tell(
            patient.ConditionRecorded(
                patient=self.patient,
                condition=opaque("cd", name or icd10 or "condition"),
                icd10=icd10,
                onset_on=day(onset_on) if onset_on else None,
                abated_on=day(abated_on) if abated_on else None,
                expected_12_months=expected,
                expected_months=months,
            )
        )

    def _risk(self) -> None:
        self.risk(f"{self.year}-01-05")

    def risk(self, on: str) -> None:
        """The practitioner attests the risk."""
        self.tell(patient.RiskAttested(patient=self.patient, practitioner=opaque("st", "MD"), on=day(on)))

    def _visit(self) -> None:
        self.visit(f"{self.year - 1}-12-10")

    def visit(
        self, on: str, code: str | None = "G0439", *, by: str | None = "MD", discussed: bool | None = True
    ) -> None:
        """A visit on record."""
        self.tell(
            patient.VisitRecorded(
                patient=self.patient,
                visit=opaque("vs", f"{on} {code} {by}"),
                on=day(on),
                code=code,
                practitioner=opaque("st", by) if by else None,
                ccm_discussed=discussed,
            )
        )

    def _coverage(self) -> None:
        self.coverage()

    def coverage(
        self,
        *,
        name: str = "medicare",
        payer: str = "medicare",
        kind: Any = "medicare_ffs",
        from_on: str = "2010-01-01",
        until_on: str | None = None,
        rank: int = 1,
        verified: str | None = None,
        qmb: bool = False,
    ) -> None:
        """Coverage on file; said again under the same name, it replaces what was said before."""
        self.tell(
            patient.CoverageRecorded(
                patient=self.patient,
                coverage=opaque("cv", name),
                payer=payer,
                kind=kind,
                from_on=day(from_on),
                until_on=day(until_on) if until_on else None,
                rank=rank,
                verified_at=instant(verified) if verified else None,
                qmb=qmb,
            )
        )

    def death(self, on: str) -> None:
        """The patient died."""
        self.tell(patient.DeathRecorded(patient=self.patient, on=day(on)))

    # --- consent, designation, plan --------------------------------------------------------------------------

    def _consent(self) -> None:
        self.consent(f"{self.year}-01-05 09:00")

    def consent(
        self,
        at: str | None,
        *,
        name: str = "consent",
        practitioner: str | None = "MD",
        lacks: Iterable[str] = (),
        recorded: str | None = None,
        **said: Any,
    ) -> None:
        """A consent conversation; `lacks` names items that were not affirmed."""
        given: dict[str, Any] = {
            "programme": Programme.CCM,
            "method": "verbal",
            "obtained_by": opaque("st", "S1"),
            "given_by": "self",
            "evidence": "contemporaneous_note",
            **said,
        }
        event = consent.ConsentRecorded(
            patient=self.patient,
            consent=opaque("cs", name),
            occurred_at=instant(at) if at else None,
            practitioner=opaque("st", practitioner) if practitioner else None,
            items=consent.ItemsAffirmed(**{item: item not in set(lacks) for item in ITEMS}),
            **given,
        )
        self.tell(event, instant(recorded or at or f"{self.year}-01-05 12:00"))

    def supplement(
        self,
        at: str,
        *,
        name: str = "consent",
        affirms: Iterable[str] = (),
        practitioner: str | None = None,
        recorded: str | None = None,
        evidence: Any = "contemporaneous_note",
        **said: Any,
    ) -> None:
        """What a consent lacked, given later."""
        self.tell(
            consent.ConsentSupplemented(
                patient=self.patient,
                consent=opaque("cs", name),
                occurred_at=instant(at),
                obtained_by=opaque("st", "S1"),
                practitioner=opaque("st", practitioner) if practitioner else None,
                items=consent.ItemsAffirmed(**{item: item in set(affirms) for item in ITEMS}),
                evidence=evidence,
                **said,
            ),
            instant(recorded or at),
        )

    def decline(self, at: str) -> None:
        """The patient declined."""
        self.tell(
            consent.ConsentDeclined(patient=self.patient, programme=Programme.CCM, occurred_at=instant(at)),
            instant(at),
        )

    # --- what ends, voids or interrupts ------------------------------------------------------------------------

    def revoke(
        self,
        on: str,
        *,
        name: str = "revocation",
        scope: Iterable[Programme] = (Programme.CCM,),
        practitioner: str | None = None,
        recorded: str | None = None,
    ) -> None:
        """The patient revokes."""
        event = endings.ConsentRevoked(
            patient=self.patient,
            revocation=opaque("rv", name),
            scope=tuple(scope),
            practitioner=opaque("st", practitioner) if practitioner else None,
            told_on=day(on),
        )
        self.tell(event, instant(recorded or f"{on} 12:00"))

    def retract_revocation(self, name: str = "revocation") -> None:
        """The revocation was recorded in error."""
        self.tell(
            endings.RevocationRetracted(patient=self.patient, revocation=opaque("rv", name), reason="entered_in_error")
        )

    def invalidate(self, name: str = "consent") -> None:
        """A consent is found void."""
        self.tell(endings.ConsentInvalidated(patient=self.patient, consent=opaque("cs", name), reason="never_given"))

    def disenrol(
        self,
        on: str,
        *,
        name: str = "disenrolment",
        programme: Programme = Programme.CCM,
        practice: str | None = "office",
    ) -> None:
        """The practice ends the programme for the patient."""
        self.tell(
            endings.PatientDisenrolled(
                patient=self.patient,
                disenrolment=opaque("ds", name),
                programme=programme,
                practice=opaque("pr", practice) if practice else None,
                on=day(on),
                reason="moved_away",
            )
        )

    def retract_disenrolment(self, name: str = "disenrolment") -> None:
        """The disenrolment was recorded in error."""
        self.tell(
            endings.DisenrolmentRetracted(
                patient=self.patient, disenrolment=opaque("ds", name), reason="entered_in_error"
            )
        )

    def stay(
        self, admitted: str, discharged: str | None = None, *, kind: Any = "hospital_inpatient", name: str = "stay"
    ) -> None:
        """A stay; each edge a day, or a day with a clock time."""
        self.tell(
            stays.StayRecorded(
                patient=self.patient,
                stay=opaque("sy", name),
                kind=kind,
                admitted_on=day(admitted[:10]),
                admitted_at=instant(admitted) if len(admitted) > 10 else None,
                discharged_on=day(discharged[:10]) if discharged else None,
                discharged_at=instant(discharged) if discharged and len(discharged) > 10 else None,
            )
        )

    def retract_stay(self, name: str = "stay") -> None:
        """The stay was recorded in error."""
        self.tell(stays.StayRetracted(patient=self.patient, stay=opaque("sy", name), reason="entered_in_error"))

    def other_service(
        self,
        code: str,
        on: str,
        *,
        until: str | None = None,
        by: str | None = None,
        source: Any = "other",
        name: str | None = None,
        recorded: str | None = None,
        **said: Any,
    ) -> None:
        """Another service; `by` is somebody of the staff, one of BILLERS, or nobody."""
        biller: dict[str, Any] = {"by_practitioner": opaque("st", by)} if by else {}
        if by in BILLERS:
            biller = BILLERS[by]
        event = services.OtherServiceReported(
            patient=self.patient,
            service=opaque("os", name or f"{code} {on} {by} {source}"),
            code=code,
            on=day(on),
            until_on=day(until) if until else None,
            source=source,
            **{**biller, **said},
        )
        self.tell(event, instant(recorded or f"{on} 12:00"))

    def retract_other_service(self, name: str, *months: str) -> None:
        """The service was recorded in error."""
        event = services.OtherServiceRetracted(
            patient=self.patient, service=opaque("os", name), months=months or (self.month,), reason="entered_in_error"
        )
        self.tell(event)

    def retract_death(self) -> None:
        """The death was recorded in error."""
        self.tell(stays.DeathRetracted(patient=self.patient, reason="entered_in_error"))

    def end_capability(self, name: Any, last_on: str) -> None:
        """A capability of the practice lapsed."""
        self.tell(practice.CapabilityEnded(practice=self.practice, capability=name, last_on=day(last_on)))

    def _designation(self) -> None:
        self.designate("MD")

    def designate(
        self,
        who: str,
        *,
        from_month: str | None = None,
        until_month: str | None = None,
        programme: Programme = Programme.CCM,
    ) -> None:
        """The billing practitioner of a programme."""
        self.tell(
            designation.PractitionerDesignated(
                patient=self.patient,
                designation=opaque("dg", f"{who} {from_month} {programme.value}".removesuffix(" CCM")),
                practitioner=opaque("st", who),
                practice=self.practice,
                programme=programme,
                side=Side.PRACTITIONER,
                from_month=from_month or f"{self.year}-01",
                until_month=until_month,
            )
        )

    def _plan(self) -> None:
        self.revise_plan(f"{self.year}-01-05 10:00")
        self.sign_plan()
        self.give_copy()

    def revise_plan(
        self,
        at: str,
        *,
        revision: int = 1,
        elements: Iterable[str] = ELEMENTS,
        owners: bool = True,
        review_on: str | None = "",
        goals: int = 2,
        conditions: int = 2,
    ) -> None:
        """A revision of the care plan; by default a whole one, due for review a year later."""
        due = f"{int(at[:4]) + 1}{at[4:10]}" if review_on == "" else review_on
        event = care_plan.CarePlanRevised(
            patient=self.patient,
            revision=revision,
            revised_at=instant(at),
            offset=offset_of(at),
            author=opaque("st", "S1"),
            elements=tuple(elements),
            intervention_owners=owners,
            conditions=tuple(opaque("cd", str(n)) for n in range(conditions)),
            goals=goals,
            review_on=day(due) if due else None,
        )
        self.tell(event, instant(at))

    def sign_plan(self, *, by: str = "MD", at: str | None = None, revision: int = 1) -> None:
        """A practitioner signs a revision."""
        signed_at = instant(at or f"{self.year}-01-05 11:00")
        who = opaque("st", by)
        event = care_plan.CarePlanSigned(patient=self.patient, revision=revision, practitioner=who, signed_at=signed_at)
        self.tell(event, signed_at)

    def give_copy(self, *, revision: int = 1, at: str | None = None) -> None:
        """The patient receives a copy."""
        given_at = instant(at or f"{self.year}-01-05 11:30")
        event = care_plan.CarePlanCopyGiven(
            patient=self.patient, revision=revision, given_at=given_at, given_to="patient", channel="portal"
        )
        self.tell(event, given_at)

    # --- the month -------------------------------------------------------------------------------------------

    def time(
        self,
        start: str,
        length: int | str,
        *,
        by: str = "S1",
        activity: str | None = "phone_call",
        name: str | None = None,
        who: str | None = None,
        late: timedelta = timedelta(minutes=30),
        two_way: bool = True,
        with_whom: Any = "patient",
        **said: Any,
    ) -> str:
        """Timed work: start, and minutes or "mm:ss". Recorded half an hour after its end. Answers the entry's id."""
        begin = instant(start)
        end = begin + timedelta(seconds=seconds_of(length))
        parts = split_at_local_midnight(begin, end, CHICAGO)
        segments = tuple(care_month.Segment(start=p.start, end=p.end, on=p.on, offset=p.offset) for p in parts)
        contact = care_month.Contact(with_whom=with_whom, two_way=two_way, channel="phone", outcome="reached")
        said = {"segments": segments, "seconds": seconds_of(length), "contact": contact, **said}
        return self._log(by, activity, name, who, end + late, said)

    def untimed(
        self,
        on: str,
        length: int | str,
        *,
        by: str = "S1",
        activity: str | None = "phone_call",
        who: str | None = None,
        **said: Any,
    ) -> str:
        """Work with a date and minutes and no clock times."""
        said = {"on": day(on), "seconds": seconds_of(length), "capture": "imported_total", **said}
        return self._log(by, activity, None, who, instant(f"{on} 20:00"), said)

    def _log(
        self,
        by: str,
        activity: str | None,
        name: str | None,
        who: str | None,
        recorded_at: datetime,
        said: dict[str, Any],
    ) -> str:
        self.entries += 1
        entry = opaque("te", name or f"entry {self.entries}")
        contact = care_month.Contact(with_whom="patient", two_way=True, channel="phone", outcome="reached")
        whole: dict[str, Any] = {
            "programme": Programme.CCM,
            "described": True,
            "zone": "America/Chicago",
            "tzdata": "2026a",
            "capture": "manual",
            "contact": contact,
            **said,
        }
        event = care_month.TimeLogged(
            entry=entry,
            patient=opaque("pt", who) if who else self.patient,
            practice=self.practice,
            performer=opaque("st", by),
            activity=activity,
            **whole,
        )
        self.tell(event, recorded_at)
        return entry

    def decision_making(self, level: Any, *, by: str = "MD") -> None:
        """Somebody attests the decision making of the month."""
        self.tell(
            care_month.DecisionMakingAttested(
                patient=self.patient,
                month=self.month,
                practitioner=opaque("st", by),
                level=level,
                attested_at=instant(f"{self.month}-28 12:00"),
            )
        )

    def choose(self, family: Any, *, by: str = "MD", programme: Programme = Programme.CCM) -> None:
        """Somebody chooses a family."""
        said = None if programme is Programme.CCM else programme
        self.tell(
            care_month.FamilyChosen(
                patient=self.patient, month=self.month, practitioner=opaque("st", by), family=family, programme=said
            )
        )

    def raise_limit(self, code: str, to: int) -> None:
        """Compliance raises the limit of a code for the month."""
        by = opaque("st", "compliance")
        self.tell(limits.LimitRaised(patient=self.patient, month=self.month, code=code, units=to, by=by))

    def extra_planning(self, on: str, *, code: str = "99214", by: str = "MD", name: str = "one") -> None:
        """Somebody held a visit and planned beyond it."""
        who, visit = opaque("st", by), opaque("vs", name)
        self.tell(
            extra_planning.ExtraPlanningAttested(
                patient=self.patient, visit=visit, practitioner=who, on=day(on), visit_code=code
            )
        )

    def attest(self, digest: str, *, name: str = "attestation") -> None:
        """The practitioner signs a digest of the month."""
        self.tell(
            care_month.MonthAttested(
                patient=self.patient,
                month=self.month,
                attestation=opaque("at", name),
                practitioner=opaque("st", "MD"),
                attested_at=instant(f"{self.month}-28 18:00"),
                statement="month_reviewed_1",
                digest=digest,
                as_of=1,
                edition=law()[1],
                family=None,
                staff_seconds=0,
                personal_seconds=0,
                lines=(),
            )
        )

    # --- the answer ------------------------------------------------------------------------------------------

    def facts(self, month: str | None = None) -> MonthFacts:
        """The month's facts, folded and gathered as a decider or a projection gathers them."""
        streams: dict[str, list[Fact]] = {}
        for position, (event, recorded_at) in enumerate(self.told, start=1):
            for tag in event.tags():
                fact = Fact(
                    position=position,
                    recorded_at=recorded_at,
                    home=event.tags()[0],
                    version=1,
                    event=event,
                    envelope=_ENVELOPE,
                )
                streams.setdefault(tag, []).append(fact)
        held: dict[str, Any] = {}
        while missing := missing_tags(self.patient, month or self.month, held):
            held |= {tag: fold(tag, streams.get(tag, ())) for tag in missing}
        return facts_of(self.patient, month or self.month, held)

    def verdict(
        self, month: str | None = None, *, record: bool = True, programme: Programme = Programme.CCM
    ) -> Verdict:
        """The judge's answer by the shipped law."""
        rulebook, edition = law()
        return judge_month(self.facts(month), rulebook, edition=edition, record=record, programme=programme)


def seconds_of(length: int | str) -> int:
    """Minutes, or "mm:ss", in seconds."""
    if isinstance(length, int):
        return length * 60
    minutes, seconds = length.split(":")
    return int(minutes) * 60 + int(seconds)
