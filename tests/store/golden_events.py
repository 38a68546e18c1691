"""One example of every event, with all its fields filled: what the golden vectors are made of.

Add an example with each new event or version, then run `python -m tests.store.golden --write`. Examples and vectors
of a released event never change: they are the proof that its stored bytes can still be read.
"""

from datetime import UTC, date, datetime
from typing import Any

from ledger.streams.access import AttemptDenied, Attempts, AttemptsCounted, CommandRefused, LoginUsed, RecordRead
from ledger.streams.api_keys import ApiKeyIssued, ApiKeyRevoked
from ledger.streams.attesting import AttestationWithdrawn, AttestationWords, MonthExcepted
from ledger.streams.base import Event
from ledger.streams.billing import (
    BillingDetailsRecorded,
    FacilityDetails,
    InterchangeRecorded,
    PayerIdentityRecorded,
    PracticeAddress,
    RenderingDetailsRecorded,
    RenderingWords,
)
from ledger.streams.care_month import (
    CodeUnits,
    Contact,
    DecisionMakingAttested,
    DecisionMakingWords,
    FamilyChosen,
    MonthAttested,
    Segment,
    TimeLogged,
    TimeWords,
)
from ledger.streams.care_plan import (
    CarePlanCopyGiven,
    CarePlanRevised,
    CarePlanSigned,
    PlanElement,
    PlanRevisionMoved,
    PlanRevisionStruck,
    PlanWords,
    SignatureAttested,
    SignatureWords,
)
from ledger.streams.completeness import CompletenessMapped
from ledger.streams.consent import (
    ConsentDeclined,
    ConsentRecorded,
    ConsentSupplemented,
    ConsentWords,
    ItemsAffirmed,
)
from ledger.streams.designation import DesignationWithdrawn, PractitionerDesignated, WithdrawalWords
from ledger.streams.endings import (
    ConsentInvalidated,
    ConsentRevoked,
    DisenrolmentRetracted,
    EvidenceWords,
    NoteWords,
    PatientDisenrolled,
    RevocationRetracted,
)
from ledger.streams.extra_planning import ExtraPlanningAttested, ExtraPlanningRetracted
from ledger.streams.governance import (
    DeliveryDiscarded,
    DeliveryParked,
    DeliveryReleased,
    DeliveryResolved,
    DeliveryWords,
    LedgerOpened,
    LoginBound,
    RulebookAdopted,
    SourceRegistered,
)
from ledger.streams.imports import DocumentImported
from ledger.streams.limits import LimitRaised, LimitWords
from ledger.streams.log_keys import LogKeyAdopted, LogKeyRetired
from ledger.streams.merging import MergeWords, PatientsMerged, PatientsUnmerged
from ledger.streams.patient import (
    CodedConcept,
    ConditionRecorded,
    ConditionWords,
    CoverageRecorded,
    CoverageWords,
    DeathRecorded,
    Demographics,
    DemographicsReported,
    IdentifierLink,
    IdentifierLinked,
    IdentityWords,
    NoWords,
    OutsideIdentifier,
    PatientRegistered,
    PostalAddress,
    PracticeAssigned,
    RiskAttested,
    RiskWords,
    VisitRecorded,
)
from ledger.streams.practice import (
    CapabilityAttested,
    CapabilityEnded,
    LocalityRecorded,
    PolicyAdopted,
    PracticeRegistered,
    Site,
)
from ledger.streams.reviews import (
    MonthWentStale,
    ReactionRan,
    RefusalsCounted,
    ReviewCameDue,
    ReviewSettled,
    ReviewWords,
)
from ledger.streams.services import OtherServiceReported, OtherServiceRetracted
from ledger.streams.staff import (
    ExclusionChecked,
    LicenceRecorded,
    QualifyingStatusRecorded,
    RoleEnded,
    RoleGranted,
    StaffDeparted,
    StaffLink,
    StaffRegistered,
    StaffWords,
)
from ledger.streams.stays import DeathRetracted, StayRecorded, StayRetracted, StayWords
from ledger.streams.time_changes import (
    Brought,
    ChangeWords,
    CorrectionWords,
    DisputeSettled,
    LateEntryApproved,
    TimeAddended,
    TimeAllocated,
    TimeCorrected,
    TimeDisputed,
    TimeMoved,
    TimeStruck,
)
from ledger.streams.timers import TimerStarted, TimerStopped
from ledger.streams.witnessing import CheckpointContradicted, CheckpointWitnessed, LogTrusted
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck, MoveWords, StrikeWords
from ledger.terms.people import Programme, Role, Side
from tests.store.golden_access import OF_ACCESS
from tests.store.golden_claims import OF_CLAIMS, OF_OVERPAYMENTS
from tests.store.golden_erasure import OF_ERASURES
from tests.store.sample import LEDGER_ID, NURSE, OTHER_PATIENT, PATIENT, PRACTICE, TOKEN

DOCTOR = "st_bbbbbbbbbbbbbbbbbbbbbbbbbb"
CONSENT = "cs_aaaaaaaaaaaaaaaaaaaaaaaaaa"
CONDITION = "cd_aaaaaaaaaaaaaaaaaaaaaaaaaa"
DESIGNATION = "dg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
DELIVERY = "dv_aaaaaaaaaaaaaaaaaaaaaaaaaa"
API_KEY = "ak_aaaaaaaaaaaaaaaaaaaaaaaaaa"
REVOCATION = "rv_aaaaaaaaaaaaaaaaaaaaaaaaaa"
DISENROLMENT = "ds_aaaaaaaaaaaaaaaaaaaaaaaaaa"
STAY = "sy_aaaaaaaaaaaaaaaaaaaaaaaaaa"
EVIDENCE = EvidenceWords(evidence="Letter of 30 March.")
SERVICE = "os_aaaaaaaaaaaaaaaaaaaaaaaaaa"
REVIEW = "rw_aaaaaaaaaaaaaaaaaaaaaaaaaa"
NPI = "1234567893"
DIGEST = "ab" * 32
MORNING = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
LATE = datetime(2026, 4, 1, 3, 50, 0, 250_000, tzinfo=UTC)
MIDNIGHT = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
EARLY = datetime(2026, 4, 1, 4, 10, tzinfo=UTC)
DAY = date(2026, 3, 31)
LINK = IdentifierLink(system="mrn", token=TOKEN)
WHO = IdentityWords(
    demographics=Demographics(
        given="Grace",
        family="Hopper",
        born_on=date(1940, 12, 9),
        sex="female",
        phone="555-0100",
        address="1 Main Street, Arlington VA",
    ),
    identifiers=(OutsideIdentifier(system="mrn", value="A-1"),),
)
ITEMS = ItemsAffirmed(availability=True, cost_sharing=True, one_practitioner=False, right_to_stop=True)
CONSENT_WORDS = ConsentWords(
    representative_name="Vincent Hopper",
    representative_relation="spouse",
    representative_authority="health care proxy",
    pointer="scan 17",
    note="Asked about the copayment, wished to go on.",
)

OTHER = "pt_bbbbbbbbbbbbbbbbbbbbbbbbbb"
TIMER = "tm_aaaaaaaaaaaaaaaaaaaaaaaaaa"
CHANGE = ChangeWords(reason="The call list shows other times.", evidence="Call list of March.")
CORRECTED = CorrectionWords(description="Called the pharmacy.", activity="Rx call", reason="Other times.")
OF_ENTRY: dict[str, Any] = {
    "patient": PATIENT,
    "entry": "te_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "months": ("2026-03", "2026-04"),
}
ENTRY: dict[str, Any] = {
    "entry": "te_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "patient": PATIENT,
    "practice": PRACTICE,
    "performer": NURSE,
    "programme": Programme.CCM,
    "activity": "medication_review",
    "described": True,
    "segments": (
        Segment(start=LATE, end=MIDNIGHT, on=date(2026, 3, 31), offset=-14_400),
        Segment(start=MIDNIGHT, end=EARLY, on=date(2026, 4, 1), offset=-14_400),
    ),
    "on": DAY,
    "seconds": 1_199,
    "order": "after",
    "zone": "America/New_York",
    "tzdata": "2025b",
    "supervised_by": DOCTOR,
    "employer": "contractor",
    "work_country": "US",
    "work_state": "VA",
    "entered_by": NURSE,
    "contact": Contact(with_whom="pharmacy", two_way=True, channel="phone", outcome="reached"),
    "sensitivity": "normal",
    "capture": "edited_timer",
    "plan_revision": 1,
    "form_version": "v3",
    "row": TOKEN,
    "words": TimeWords(description="Called the pharmacy about a refill.", activity="Rx call"),
}

SAME_PERSON = MergeWords(evidence="One driver's licence, two charts.")

OF_PATIENT: tuple[Event, ...] = (
    PatientRegistered(patient=PATIENT, links=(LINK,), practice=PRACTICE, document=TOKEN, demographics=TOKEN, words=WHO),
    DemographicsReported(patient=PATIENT, document=TOKEN, demographics=TOKEN, words=WHO),
    IdentifierLinked(patient=PATIENT, links=(LINK,), words=WHO),
    PracticeAssigned(patient=PATIENT, practice=PRACTICE, from_on=DAY),
    ConditionRecorded(
        patient=PATIENT,
        condition=CONDITION,
        source_code=CodedConcept(system="snomed", code="44054006"),
        icd10="E11.9",
        onset_on=date(2019, 5, 1),
        abated_on=date(2026, 1, 1),
        expected_12_months=True,
        document=TOKEN,
        words=ConditionWords(description="Diabetes mellitus type 2", pointer="Condition/1"),
    ),
    RiskAttested(
        patient=PATIENT,
        practitioner=DOCTOR,
        on=DAY,
        conditions=(CONDITION,),
        words=RiskWords(statement="Two admissions within a year."),
    ),
    VisitRecorded(
        patient=PATIENT,
        visit="vs_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        on=DAY,
        code="G0439",
        practitioner=DOCTOR,
        ccm_discussed=True,
        document=TOKEN,
        words=NoWords(),
    ),
    CoverageRecorded(
        patient=PATIENT,
        coverage="cv_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        payer="medicare",
        kind="medicare_ffs",
        from_on=date(2020, 1, 1),
        until_on=date(2027, 1, 1),
        rank=1,
        qmb=True,
        verified_at=MORNING,
        words=CoverageWords(member="1EG4TE5MK73", plan="Original Medicare"),
    ),
    DeathRecorded(patient=PATIENT, on=DAY, document=TOKEN, words=NoWords()),
    ExtraPlanningAttested(
        patient=PATIENT, visit="vs_aaaaaaaaaaaaaaaaaaaaaaaaaa", practitioner=DOCTOR, on=DAY, visit_code="99214"
    ),
    ExtraPlanningRetracted(
        patient=PATIENT, visit="vs_aaaaaaaaaaaaaaaaaaaaaaaaaa", reason="entered_in_error", words=EVIDENCE
    ),
    PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT, words=SAME_PERSON, words_of_merged=SAME_PERSON),
    PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT, words=SAME_PERSON, words_of_merged=SAME_PERSON),
    ConditionMoved(
        patient=PATIENT,
        condition=CONDITION,
        source_code=CodedConcept(system="snomed", code="44054006"),
        icd10="E11.9",
        onset_on=date(2019, 5, 1),
        abated_on=date(2026, 1, 1),
        expected_12_months=True,
        document=TOKEN,
        words=ConditionWords(description="Diabetes mellitus type 2", pointer="Condition/1"),
        from_patient=OTHER_PATIENT,
        reason=MoveWords(reason="The letter was about another patient."),
    ),
    ConditionStruck(
        patient=PATIENT, condition=CONDITION, reason="recorded_twice", words=StrikeWords(evidence="Two letters.")
    ),
    ConsentRecorded(
        patient=PATIENT,
        consent=CONSENT,
        programme=Programme.CCM,
        occurred_at=MORNING,
        offset=-21_600,
        method="verbal",
        obtained_by=NURSE,
        practitioner=DOCTOR,
        given_by="representative",
        representative_identified=True,
        items=ITEMS,
        evidence="contemporaneous_note",
        document=TOKEN,
        language="es-MX",
        interpreter=True,
        script_version="v2",
        words=CONSENT_WORDS,
    ),
    ConsentSupplemented(
        patient=PATIENT,
        consent=CONSENT,
        occurred_at=MORNING,
        offset=-21_600,
        obtained_by=NURSE,
        method="written",
        practitioner=DOCTOR,
        given_by="self",
        representative_identified=False,
        items=ITEMS,
        evidence="signed_form",
        document=TOKEN,
        words=CONSENT_WORDS,
    ),
    ConsentDeclined(patient=PATIENT, programme=Programme.CCM, occurred_at=MORNING, told_to=NURSE, words=CONSENT_WORDS),
    ConsentRevoked(
        patient=PATIENT,
        revocation=REVOCATION,
        scope=(Programme.CCM, Programme.RPM),
        practitioner=DOCTOR,
        told_on=DAY,
        told_to=NURSE,
        words=NoteWords(note="Does not want to be called any more."),
    ),
    RevocationRetracted(patient=PATIENT, revocation=REVOCATION, reason="wrong_patient", words=EVIDENCE),
    ConsentInvalidated(patient=PATIENT, consent=CONSENT, reason="forged", words=EVIDENCE),
    PatientDisenrolled(
        patient=PATIENT,
        disenrolment=DISENROLMENT,
        programme=Programme.CCM,
        practice=PRACTICE,
        on=DAY,
        reason="moved_away",
        words=NoteWords(note="Moved to her daughter."),
    ),
    DisenrolmentRetracted(patient=PATIENT, disenrolment=DISENROLMENT, reason="entered_in_error", words=EVIDENCE),
    StayRecorded(
        patient=PATIENT,
        stay=STAY,
        kind="hospital_inpatient",
        admitted_on=DAY,
        admitted_at=MORNING,
        discharged_on=date(2026, 4, 1),
        discharged_at=EARLY,
        document=TOKEN,
        words=StayWords(facility="Mercy Hospital", note="Fell at home."),
    ),
    StayRetracted(patient=PATIENT, stay=STAY, reason="source_corrected", words=EVIDENCE),
    DeathRetracted(patient=PATIENT, reason="entered_in_error", words=EVIDENCE),
    PractitionerDesignated(
        patient=PATIENT,
        designation=DESIGNATION,
        practitioner=DOCTOR,
        practice=PRACTICE,
        programme=Programme.CCM,
        side=Side.PRACTITIONER,
        from_month="2026-03",
        until_month="2026-12",
    ),
    DesignationWithdrawn(
        patient=PATIENT,
        designation=DESIGNATION,
        reason="patient_chose_other",
        from_month="2026-04",
        words=WithdrawalWords(evidence="Letter of 30 March."),
    ),
)

OF_CARE: tuple[Event, ...] = (
    CarePlanRevised(
        patient=PATIENT,
        revision=1,
        revised_at=MORNING,
        offset=-21_600,
        author=NURSE,
        elements=("problem_list", "medication_management"),
        intervention_owners=True,
        conditions=(CONDITION,),
        goals=2,
        review_on=date(2026, 9, 1),
        medications_reviewed=True,
        document=TOKEN,
        words=PlanWords(elements=(PlanElement(element="problem_list", text="Diabetes."),), pointer="CarePlan/1"),
    ),
    CarePlanSigned(patient=PATIENT, revision=1, practitioner=DOCTOR, signed_at=MORNING),
    CarePlanCopyGiven(
        patient=PATIENT, revision=1, given_at=MORNING, given_to="caregiver", channel="mail", given_by=NURSE
    ),
    PlanRevisionMoved(
        patient=PATIENT,
        revision=2,
        revised_at=MORNING,
        offset=-21_600,
        author=NURSE,
        elements=("problem_list", "medication_management"),
        intervention_owners=True,
        conditions=(CONDITION,),
        goals=2,
        review_on=date(2026, 9, 1),
        medications_reviewed=True,
        document=TOKEN,
        words=PlanWords(elements=(PlanElement(element="problem_list", text="Diabetes."),), pointer="CarePlan/1"),
        from_patient=OTHER_PATIENT,
        from_revision=1,
        reason=MoveWords(reason="Opened in the wrong chart."),
    ),
    PlanRevisionStruck(
        patient=PATIENT, revision=2, reason="wrong_patient", words=StrikeWords(evidence="Opened in the wrong chart.")
    ),
    TimeLogged(**ENTRY),
    TimeCorrected(
        **{**ENTRY, "words": CORRECTED},
        left_months=("2026-05",),
        left_days=(date(2026, 5, 1),),
        place=7,
        first_recorded_at=LATE,
        brings=Brought(disputed_at=9, has_late_reason=True, is_moved_here=True),
    ),
    TimeMoved(
        **ENTRY,
        left_months=("2026-03",),
        left_days=(date(2026, 3, 30),),
        from_patient=OTHER,
        from_entry="te_bbbbbbbbbbbbbbbbbbbbbbbbbb",
        reason=CHANGE,
    ),
    TimeStruck(**OF_ENTRY, performer=NURSE, days=(DAY,), reason="not_worked", words=CHANGE),
    TimeAddended(**OF_ENTRY, kind="late_reason", by=NURSE, words=CHANGE),
    TimeDisputed(**OF_ENTRY, by=NURSE, words=CHANGE),
    DisputeSettled(**OF_ENTRY, by=DOCTOR, outcome="entry_stands", words=CHANGE),
    LateEntryApproved(**OF_ENTRY, by=DOCTOR, words=CHANGE),
    TimeAllocated(
        patient=PATIENT,
        entry="te_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        other_patient=OTHER,
        other_entry="te_bbbbbbbbbbbbbbbbbbbbbbbbbb",
        performer=NURSE,
        months=("2026-03",),
        other_months=("2026-03",),
        days=(DAY,),
    ),
    TimerStarted(
        timer=TIMER,
        performer=NURSE,
        patient=PATIENT,
        programme=Programme.CCM,
        activity="phone_call",
        started_at=MORNING,
    ),
    TimerStopped(
        timer=TIMER, performer=NURSE, patient=PATIENT, stopped_at=MORNING, entry="te_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    ),
    AttestationWithdrawn(
        patient=PATIENT,
        month="2026-03",
        attestation="at_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        by=DOCTOR,
        reason="wrong_content",
        words=AttestationWords(reason="A call was missing."),
    ),
    MonthExcepted(
        patient=PATIENT, month="2026-03", practitioner=DOCTOR, words=AttestationWords(reason="One call is unclear.")
    ),
    LimitRaised(
        patient=PATIENT,
        month="2026-03",
        code="99489",
        units=12,
        by=NURSE,
        words=LimitWords(reason="Two admissions in one month.", records="Chart, pages 40 to 52."),
    ),
    SignatureAttested(
        patient=PATIENT,
        revision=1,
        practitioner=DOCTOR,
        attested_at=MORNING,
        words=SignatureWords(statement="I approved this plan when it was made."),
    ),
    DecisionMakingAttested(
        patient=PATIENT,
        month="2026-03",
        practitioner=DOCTOR,
        level="moderate",
        attested_at=MORNING,
        words=DecisionMakingWords(problems="Two, one worse.", data="HbA1c.", risk="Drug management."),
    ),
    FamilyChosen(patient=PATIENT, month="2026-03", practitioner=DOCTOR, family="complex"),
    OtherServiceReported(
        patient=PATIENT,
        service=SERVICE,
        code="G0181",
        on=DAY,
        until_on=date(2026, 4, 1),
        period_until=date(2026, 4, 29),
        by_practitioner=DOCTOR,
        by_practice=PRACTICE,
        npi=NPI,
        tin="361234567",
        source="remittance",
        document=TOKEN,
    ),
    OtherServiceRetracted(
        patient=PATIENT, service=SERVICE, months=("2026-03", "2026-04"), reason="source_corrected", words=EVIDENCE
    ),
    MonthAttested(
        patient=PATIENT,
        month="2026-03",
        attestation="at_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        practitioner=DOCTOR,
        attested_at=MORNING,
        statement="services_furnished",
        digest=DIGEST,
        as_of=17,
        edition=DIGEST,
        family="noncomplex",
        staff_seconds=2_400,
        personal_seconds=0,
        lines=(CodeUnits(code="99490", units=1), CodeUnits(code="99439", units=1)),
    ),
)

OF_PEOPLE: tuple[Event, ...] = (
    StaffRegistered(
        staff=DOCTOR,
        credential="md",
        npi=NPI,
        is_person=True,
        work_country="US",
        links=(StaffLink(system="npi", token=TOKEN),),
        words=StaffWords(name="Dr. Ada Lovelace", identifiers=(("npi", NPI),)),
    ),
    RoleGranted(staff=DOCTOR, role=Role.PRACTITIONER, practice=PRACTICE, from_on=DAY, until_on=date(2027, 1, 1)),
    RoleEnded(staff=DOCTOR, role=Role.PRACTITIONER, practice=PRACTICE, last_on=DAY),
    QualifyingStatusRecorded(staff=DOCTOR, payment_year=2026, is_qualifying=True),
    LicenceRecorded(staff=DOCTOR, kind="md", state="VA", from_on=DAY, until_on=date(2027, 1, 1)),
    StaffDeparted(staff=NURSE, last_on=DAY, reason="resigned"),
    ExclusionChecked(staff=NURSE, checked_on=DAY, source="leie", result="excluded", excluded_from=date(2026, 3, 1)),
    PracticeRegistered(
        practice=PRACTICE,
        name="Harbor Family Medicine",
        tin="123456789",
        npi=NPI,
        zone="America/New_York",
        mac="novitas",
        sites=(Site(name="Main office", place_of_service="11"),),
        link=TOKEN,
    ),
    CapabilityAttested(
        practice=PRACTICE,
        capability="cehrt_year",
        edition_year=2015,
        attested_by=DOCTOR,
        from_on=DAY,
        until_on=date(2027, 1, 1),
    ),
    CapabilityEnded(practice=PRACTICE, capability="access_24x7", last_on=DAY),
    PolicyAdopted(practice=PRACTICE, policy="untimed_counts", value="no", from_on=DAY),
    LocalityRecorded(
        practice=PRACTICE,
        locality="1310201",
        gpci_work="1.049",
        gpci_pe="1.181",
        gpci_mp="1.624",
        from_on=DAY,
        cite="PFS final rule, addendum E",
    ),
)

STREET = PracticeAddress(line="12 Lake Street", second="Suite 4", city="Norfolk", state="VA", zip_code="235101234")

OF_BILLING: tuple[Event, ...] = (
    BillingDetailsRecorded(
        practice=PRACTICE,
        from_on=DAY,
        name="Harbor Family Medicine",
        taxonomy="207Q00000X",
        address=STREET,
        signatures_on_file=True,
        facility=FacilityDetails(name="Harbor North", npi=NPI, address=STREET),
    ),
    PayerIdentityRecorded(
        practice=PRACTICE, from_on=DAY, payer="medicare", name="Medicare Part B", number="11302", filing="MB"
    ),
    InterchangeRecorded(
        practice=PRACTICE,
        from_on=DAY,
        sender_name="Harbor Family Medicine",
        sender_number="SUB123",
        contact="Billing office",
        phone="7575550100",
        receiver_name="Northern Clearing",
        receiver_number="CLR99",
        is_test=True,
    ),
    RenderingDetailsRecorded(staff=DOCTOR, taxonomy="207R00000X", words=RenderingWords(family="Adams", given="Ada")),
)

OF_THE_LEDGER: tuple[Event, ...] = (
    RecordRead(
        reader=NURSE,
        on=DAY,
        question="month",
        patients=(PATIENT, OTHER_PATIENT),
        month="2026-03",
        as_of=17,
        opened_words=True,
    ),
    CommandRefused(
        subject=PATIENT,
        command="attest_month",
        code="minutes_below_minimum",
        because="medicare.ccm.99490.minutes_minimum",
        role=Role.PRACTITIONER,
        on=DAY,
        positions=(3, 4),
    ),
    LedgerOpened(name="Harbor Health", simulated=True, administrator=DOCTOR, login="os:ada"),
    RulebookAdopted(edition=DIGEST, formulas=1, content="cnVsZXM=", reason="first edition"),
    LoginBound(login="os:grace", staff=NURSE),
    SourceRegistered(system="ehr", login="os:feed", trusted_for_acts=True),
    LogKeyAdopted(name=f"ccm-ledger/{LEDGER_ID}", kind="log", public_key=DIGEST, replaces="cd" * 32),
    LogKeyRetired(name=f"ccm-ledger/{LEDGER_ID}/clock", kind="clock", public_key=DIGEST, reason="replaced"),
    ApiKeyIssued(
        key=API_KEY,
        name="night-batch",
        digest=DIGEST,
        staff=NURSE,
        source="ehr",
        scopes=("append", "read"),
        practices=(PRACTICE,),
        expires_at=datetime(2027, 3, 31, tzinfo=UTC),
    ),
    ApiKeyRevoked(key=API_KEY, reason="exposed"),
    LoginUsed(login=f"key:{API_KEY}", method="api_key", on=DAY),
    AttemptDenied(login=f"key:{API_KEY}", operation="month", code="scope_missing", on=DAY),
    AttemptsCounted(
        on=DAY,
        seconds=60,
        attempts=(
            Attempts(operation="month", code="not_authenticated", times=4_000),
            Attempts(login=f"key:{API_KEY}", operation="month", code="scope_missing", times=2),
        ),
        beyond=7,
    ),
    CompletenessMapped(depth=12, up_to=40, entries=9, root=DIGEST),
    DocumentImported(
        source="ehr", on=DAY, kind="time_log", document=TOKEN, accepted=40, unchanged=2, refused=1, parked=3
    ),
    DeliveryParked(
        delivery=DELIVERY,
        source="ehr",
        command="log_time",
        waits_for="patient",
        awaited=TOKEN,
        words=DeliveryWords(line='{"v":1}'),
    ),
    DeliveryResolved(delivery=DELIVERY, source="ehr", subject=PATIENT),
    DeliveryReleased(delivery=DELIVERY, source="ehr", outcome="refused", code="patient_unknown", facts=0),
    DeliveryDiscarded(delivery=DELIVERY, source="ehr", reason="test_data"),
)

OF_REVIEWS: tuple[Event, ...] = (
    MonthWentStale(
        review=REVIEW,
        patient=PATIENT,
        month="2026-03",
        attestation="at_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        practitioner=DOCTOR,
        digest_then=DIGEST,
        digest_now="cd" * 32,
        edition=DIGEST,
        because=(17, 18),
    ),
    ReviewCameDue(
        review=REVIEW,
        patient=PATIENT,
        month="2026-03",
        what="care_plan_review",
        target=PATIENT,
        since_on=DAY,
        due_on=date(2026, 4, 1),
    ),
    ReviewSettled(
        review=REVIEW,
        patient=PATIENT,
        month="2026-03",
        outcome="done",
        words=ReviewWords(reason="The month was attested again."),
    ),
    RefusalsCounted(subject=PATIENT, refusal=9, by=NURSE, code="month_occupied", on=DAY, times=3, count=TOKEN),
    ReactionRan(reaction="close_refusal_counts", up_to=40),
)

ORIGIN = "ccm-ledger/lg_bbbbbbbbbbbbbbbbbbbbbbbbbb"
NOTE = f"{ORIGIN}\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— {ORIGIN} Az3grlgt\n"

OF_WITNESSES: tuple[Event, ...] = (
    LogTrusted(log=TOKEN, origin=ORIGIN, keys=(f"{ORIGIN}+0a1b2c3d+AXQ5cXJzdHV2",)),
    CheckpointWitnessed(log=TOKEN, size=3, root=DIGEST, note=NOTE),
    CheckpointContradicted(log=TOKEN, size=3, root="cd" * 32, note=NOTE),
)

EXAMPLES: tuple[Event, ...] = (
    *(*OF_PATIENT, *OF_CARE, *OF_PEOPLE, *OF_BILLING),
    *(*OF_CLAIMS, *OF_OVERPAYMENTS, *OF_ERASURES, *OF_THE_LEDGER, *OF_ACCESS, *OF_REVIEWS, *OF_WITNESSES),
)


def _grown(topic: str, **fields: Any) -> Event:
    """The example of an event with fields that its first vector did not know yet."""
    return next(event for event in EXAMPLES if event.TOPIC == topic).model_copy(update=fields)


HOME = PostalAddress(line="7 Elm Road", second="Apt 2", city="Norfolk", state="VA", zip_code="23510")
AT_HOME = WHO.model_copy(update={"demographics": WHO.demographics.model_copy(update={"postal": HOME})})

GROWN: tuple[Event, ...] = (
    _grown("patient_registered", words=AT_HOME),
    _grown("demographics_reported", words=AT_HOME),
    _grown("condition_recorded", expected_months=6),
    _grown("condition_moved", expected_months=6),
    _grown("family_chosen", programme=Programme.PCM, family="pcm_staff"),
    _grown("month_attested", programme=Programme.PCM, family="pcm_staff"),
    _grown("attestation_withdrawn", is_released=True),
    _grown("month_went_stale", programme=Programme.PCM),
    _grown("record_read", elevation="el_aaaaaaaaaaaaaaaaaaaaaaaaaa"),
    _grown("attempt_denied", patient=PATIENT),
)
"""Examples with fields that came later and may be left out: each has a vector of its own beside the first one."""
