"""A ledger in which every command of the catalogue was accepted once at least, through the whole door.

Whoever adds a command adds it here: test_catalogue.py asks for all of them.
"""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from commands.access import ask_to_read
from ledger.rulebook import with_profiles
from ledger.streams.base import Event
from ledger.streams.claims import control_number
from ledger.streams.overpayments import OverpaymentNoticed
from ledger.streams.reviews import MonthWentStale
from projections.questions import month_of
from tests.claims_year.year import PROFILE, PROFILE_FILE, REPLACES
from tests.house import PLAN_ELEMENTS, House, consent_of
from tests.reactions.company import BOOKS, react

NPI = "1245319599"
ADDRESS = {"line": "1 Lake Street", "city": "Chicago", "state": "IL", "zip_code": "606010001"}
JANUARY, FEBRUARY = "2026-01", "2026-02"


class Story:
    """A house, and what is said in it."""

    def __init__(self, it: House) -> None:
        self.it = it
        self.patient = {"patient": it.ids["patient"]}
        self.practice = {"practice": it.ids["practice"]}

    def say(self, command: str, actor: str = "admin", **data: Any) -> dict[str, str]:
        """What a command that must be accepted answers: its ids."""
        # A source with its row comes with the line; some commands name a source in a word of their own.
        head = {"source": data.pop("source")} if isinstance(data.get("source"), dict) else {}
        return dict(self.it.accepted(command, data, actor=actor, **head).ids)

    def of(self, command: str, actor: str, **data: Any) -> dict[str, str]:
        """The same about the patient."""
        return self.say(command, actor, **{**self.patient, **data})

    def at(self, clock: str) -> None:
        """Time goes on."""
        self.it.clock = clock


def told(it: House) -> None:
    """The whole story, in a house with its patient."""
    story = Story(it)
    _office(story)
    _papers(story)
    _time(story)
    _wrong_patient(story)
    _month(story)
    _claims(story)
    _machine(story)
    _access(story)
    _ends(story)


def _office(story: Story) -> None:
    it, practice = story.it, story.practice
    story.say("bind_login", login="os:bea", staff=it.ids["bea"])
    story.say("adopt_policy", **practice, policy="noncomplex_attestation", value="batch", from_on="2025-01-01")
    story.say("attest_capability", **practice, capability="cehrt_holds_all_ccm_records", from_on="2025-01-01")
    story.say("end_capability", **practice, capability="cehrt_holds_all_ccm_records", last_on="2025-12-31")
    gpci = {"gpci_work": "1.012", "gpci_pe": "1.034", "gpci_mp": "1.2"}
    story.say("record_locality", **practice, locality="16", **gpci, from_on="2025-01-01", cite="GPCI 2026")
    story.say("grant_role", staff=it.ids["fay"], role="biller", **practice, from_on="2026-01-01")
    story.say("end_role", staff=it.ids["fay"], role="biller", **practice, last_on="2026-06-30")
    dates = {"from_on": "2020-01-01", "until_on": "2027-01-01"}
    story.say("record_licence", staff=it.ids["bea"], kind="rn", state="IL", **dates)
    story.say("record_qualifying_status", staff=it.ids["ada"], payment_year=2026, is_qualifying=True)
    check = {"checked_on": "2026-01-02", "source": "leie", "result": "clear"}
    story.say("record_exclusion_check", staff=it.ids["bea"], **check)
    details: dict[str, Any] = {"name": "LAKESIDE PRIMARY CARE", "taxonomy": "207Q00000X", "address": ADDRESS}
    story.say("record_billing_details", **practice, **details, signatures_on_file=True, from_on="2025-01-01")
    payer = {"payer": "medicare", "name": "MEDICARE IL", "number": "06102", "filing": "MB"}
    story.say("record_payer_identity", **practice, **payer, from_on="2025-01-01")
    sender = {"sender_name": "LAKESIDE", "sender_number": "123456789", "contact": "BILLING DESK", "phone": "3125550100"}
    receiver = {"receiver_name": "MEDICARE IL", "receiver_number": "06102"}
    story.say("record_interchange", **practice, **sender, **receiver, from_on="2025-01-01")
    rendering = {"family": "ADAMS", "given": "ADA", "taxonomy": "207Q00000X"}
    story.say("record_rendering_details", staff=it.ids["ada"], **rendering)
    for code, amount in (("99490", "85.00"), ("99439", "60.00")):
        story.say("adopt_charge", "bill", **practice, code=code, amount=amount, from_on="2025-01-01")

    lasts: dict[str, Any] = {"scopes": ["read", "append"], "expires_at": "2026-06-30T12:00:00.5Z"}
    story.say(
        "issue_api_key",
        name="night-batch",
        digest="aa" * 32,
        staff=it.ids["bea"],
        practices=[it.ids["practice"]],
        **lasts,
    )
    known = story.say("issue_api_key", name="ehr-feed", digest="bb" * 32, source="ehr", **lasts)
    story.say("issue_api_key", name="new-feed", digest="cc" * 32, source="new-feed", **lasts)
    story.say("revoke_api_key", key=known["api_key"], reason="replaced")
    for public in ("11" * 32, "22" * 32):
        story.say("adopt_log_key", name="ccm-ledger/lg", kind="log", public_key=public)
    story.say("retire_log_key", kind="log", public_key="11" * 32, reason="exposed")
    origin = "ccm-ledger/lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    story.say("trust_log", origin=origin, keys=[f"{origin}+0a1b2c3d+AXQ5cXJzdHV2"])
    story.say("witness_checkpoint", **_checkpoint(origin, "ab" * 32), after=0)
    story.say("report_contradiction", **_checkpoint(origin, "cd" * 32))
    counts = {"accepted": 3, "unchanged": 0, "refused": 1, "parked": 2}
    story.say("record_import", "feed", kind="time_log", document="ab" * 32, **counts)
    story.say("map_completeness", depth=3, up_to=2, entries=4, root="ef" * 32)


def _checkpoint(origin: str, root: str) -> dict[str, Any]:
    """A checkpoint of another log with a signature, which nobody checks here."""
    encoded = b64encode(bytes.fromhex(root)).decode()
    note = f"{origin}\n40\n{encoded}\n\n\u2014 {origin} {'A' * 91}=\n"
    return {"origin": origin, "size": 40, "root": root, "note": note}


def _papers(story: Story) -> None:
    """What the patient brings: identifiers, coverage, consents, stays, other services, planning beyond a visit."""
    it = story.it
    story.of("link_identifier", "fay", identifiers=[{"system": "fhir", "value": "Patient/7"}])
    whole = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2015-01-01", "member": "1EG4-TE5-MK73"}
    known = story.of("record_coverage", "fay", **whole)
    story.of("record_coverage", "fay", **{**whole, **known, "rank": 1, "plan": "Part B", "qmb": False})
    lacking = consent_of(it, programme="BHI", items={**consent_of(it)["items"], "cost_sharing": False})
    lacking["representative"] = {"name": "Ann Poe", "relation": "daughter", "authority": "power of attorney"}
    consent = story.of("record_consent", "bea", **lacking | {"given_by": "representative"})
    story.of(
        "supplement_consent",
        "bea",
        **consent,
        occurred_at="2026-01-05T15:30:00Z",
        obtained_by=it.ids["bea"],
        items=consent_of(it)["items"],
        evidence={"kind": "signed_form", "digest": "ab" * 32},
    )
    story.of("invalidate_consent", "cora", **consent, reason="wrong_patient", evidence="Another Pat Poe.")
    story.of("record_decline", "bea", programme="BHI", occurred_at="2026-01-05T15:40:00Z", told_to=it.ids["bea"])
    stay = story.of("record_stay", "feed", kind="hospital_inpatient", admitted_at="2025-11-01T10:30:00Z")
    story.of("record_stay", "feed", kind="hospital_inpatient", admitted_on="2025-11-01", discharged_on="2025-11-03")
    story.of("retract_stay", "cora", **stay, reason="entered_in_error", evidence="Another patient's.")
    service = story.of("record_other_service", "bill", code="99495", on="2025-11-04", source="claim_history")
    taken = {"reason": "entered_in_error", "evidence": "It was never furnished."}
    story.of("retract_other_service", "cora", **service, month="2025-11", **taken)
    visit = story.of(
        "record_visit", "ada", on="2026-01-04", code="99214", practitioner=it.ids["ada"], ccm_discussed=True
    )
    story.of("attest_extra_planning", "ada", **visit)
    story.of("retract_extra_planning", "ada", **visit, **taken)


def _time(story: Story) -> None:
    """Entries, and what becomes of them: 45 minutes stay in January."""
    it = story.it
    entry = _worked(story, "2026-01-06T15:00:00Z", "2026-01-06T15:25:00.700Z")
    _worked(story, "2026-01-07T15:00:00Z", "2026-01-07T15:25:00Z")
    wrong = _worked(story, "2026-01-08T15:00:00Z", "2026-01-08T15:10:00Z")
    named = {"month": JANUARY, "entry": entry}
    anew = {"start": "2026-01-06T15:00:00Z", "end": "2026-01-06T15:20:00Z", "activity": "brushing the cat"}
    corrected = {"performer": it.ids["bea"], "description": "By phone.", "reason": "Five minutes too many."}
    story.of("correct_time", "bea", **named, **anew, **corrected)
    story.of("add_to_time", "bea", **named, text="The daughter joined.")
    story.of("dispute_time", "cal", **named, reason="I was there and saw nothing.")
    story.of("settle_dispute", "cora", **named, reason="The log of the phone shows it.")
    story.of("strike_time", "cora", month=JANUARY, entry=wrong, reason="not_worked", evidence="The phone was off.")
    untimed = {"performer": it.ids["bea"], "on": "2026-01-09", "minutes": 3, "activity": "phone_call"}
    story.of("log_time", "bea", **untimed, description="A call.", source={"system": "timer", "id": "row-1"})
    story.at("2026-01-12T15:00:00Z")
    story.of("start_timer", "bea", activity="phone_call")
    story.at("2026-01-12T15:04:00Z")
    story.say("stop_timer", "bea", description="A call.")
    story.of("start_timer", "bea")
    story.say("stop_timer", "bea", discard=True)


def _worked(story: Story, start: str, end: str, **data: Any) -> str:
    story.at(max(story.it.clock, f"{end[:10]}T23:00:00Z"))
    answer = story.it.log_time(start, end, **data)
    assert answer.outcome == "accepted", answer
    return dict(answer.ids)["entry"]


def _wrong_patient(story: Story) -> None:
    """A second patient: what was recorded about the wrong one, a merge and its end, and deliveries that wait."""
    it = story.it
    newcomer = {"identifiers": [{"system": "mbi", "value": "1EG4TE5MK73"}], "demographics": {"family": "Poe"}}
    second = story.say("register_patient", "fay", **newcomer, **story.practice)["patient"]
    again = {**newcomer, "identifiers": [*newcomer["identifiers"], {"system": "mrn", "value": "mrn-2"}]}
    story.say("register_patient", "fay", **again | {"demographics": {"family": "Poe", "given": "Pam"}})
    _moves(story, second)
    pair = {"merged": second, "evidence": "One card, one birthday."}
    story.of("merge_patients", "cora", **pair)
    story.of("unmerge_patients", "cora", **pair)
    unknown = {"system": "mrn", "value": "mrn-9"}
    waiting = {"icd10": "I10", "onset_on": "2020-01-01", "expected_12_months": True}
    for number, made in enumerate(("resolve", "discard", "early")):
        source = {"system": "ehr", "id": f"row-{made}"}
        data = {"patient": {**unknown, "value": f"mrn-{number + 7}"}, **waiting}
        (answer,) = it.send_lines(it.line("record_condition", data, actor="feed", source=source))
        parked = {"source": "ehr", "delivery": dict(answer.ids)["delivery"]}
        if made == "discard":
            story.say("discard_delivery", **parked, reason="test_data")
        elif made == "early":
            assert it.send("release_delivery", parked, actor="admin").outcome == "refused"
        else:
            story.say("resolve_delivery", **parked, subject=second)
            story.say("release_delivery", **parked)


def _moves(story: Story, second: str) -> None:
    it = story.it
    reason = {"to_patient": second, "reason": "Recorded about the wrong one."}
    condition = story.of("record_condition", "ada", icd10="J44.9", onset_on="2021-01-01", description="COPD")
    story.of("move_condition", "cora", **condition, **reason)
    story.say("strike_condition", "cora", patient=second, **condition, reason="entered_in_error", evidence="No COPD.")
    plan = {"revised_at": "2026-01-12T15:00:00Z", "elements": [{"element": PLAN_ELEMENTS[0], "text": "In words."}]}
    number = int(story.of("revise_care_plan", "ada", **plan, document="cd" * 32)["revision"])
    story.of("move_plan_revision", "cora", revision=number, **reason)
    struck = {"reason": "entered_in_error", "evidence": "A draft."}
    story.say("strike_plan_revision", "cora", patient=second, revision=1, **struck)
    both = ("2026-01-13T15:00:00Z", "2026-01-13T15:02:00Z")
    mine, theirs = _worked(story, *both), _worked(story, *both, patient=second)
    story.of("allocate_time", "bea", month=JANUARY, entry=mine, over=theirs)
    times = dict(zip(("start", "end"), both, strict=True))
    moved = {"performer": it.ids["bea"], "description": "By phone.", "activity": "phone_call"}
    back = {"to_patient": it.ids["patient"], "reason": "It was for Pat."}
    story.say("move_time", "bea", patient=second, month=JANUARY, entry=theirs, **times, **moved, **back)


def _month(story: Story) -> None:
    """January is signed, withdrawn, left out and signed again; something comes late; a limit is raised."""
    it = story.it
    story.at("2026-02-03T15:00:00Z")
    story.of("choose_family", "ada", month=JANUARY, family="noncomplex")
    words = {"problems": "Two.", "data": "Labs.", "risk": "Moderate."}
    story.of("attest_mdm", "ada", month=JANUARY, level="moderate", **words)
    signed = story.of("attest_month", "ada", month=JANUARY, digest=_digest(story, JANUARY))
    taken_back = {"reason": "signed_in_error", "words": "Too early."}
    story.of("withdraw_attestation", "ada", month=JANUARY, **signed, **taken_back)
    story.of("except_month", "ada", month=JANUARY, reason="Cal is to be asked.")
    story.of("attest_in_batch", "ada", month=JANUARY, digest=_digest(story, JANUARY))
    late = _worked(story, "2026-01-14T15:00:00Z", "2026-01-14T15:06:00Z")
    story.of("approve_late_entry", "cora", month=JANUARY, entry=late, reason="The nurse was ill.")
    story.of("attest_month", "ada", month=JANUARY, digest=_digest(story, JANUARY))
    limit = {"code": "99489", "units": 30, "reason": "Records show it.", "records": "Folder 3."}
    story.of("raise_limit", "cora", month=FEBRUARY, **limit)
    elements = [{"element": name, "text": "In words."} for name in PLAN_ELEMENTS]
    plan: dict[str, Any] = {"revised_at": "2026-02-03T14:00:00Z", "elements": elements, "review_on": "2027-02-01"}
    plan |= {"intervention_owners": True, "goals": 2, "medications_reviewed": True}
    revision = int(story.of("revise_care_plan", "ada", **plan)["revision"])
    story.of("attest_signature", "ada", revision=revision, statement="It is my plan.")
    assert it.send("attest_month", {**story.patient, "month": JANUARY, "digest": "0" * 64}, actor="ada").refusal


def _digest(story: Story, month: str) -> str:
    """What the month says now."""
    return month_of(story.it.log, BOOKS, story.it.ids["patient"], month).digest


def _claims(story: Story) -> None:
    """Claims of six months: paid, reopened, competed for, withdrawn, voided; one loses its ground."""
    it = story.it
    edition = with_profiles({PROFILE_FILE: PROFILE.encode()})
    profile = {"file": PROFILE_FILE, "text": PROFILE}
    story.say("adopt_rulebook", edition=edition.digest, reason="A contract.", profiles=[profile])
    february, march, april, may, june = (_released(story, month) for month in range(2, 7))
    for claim in (february, march):
        _paid(story, claim)
    story.of("export_claim", "bill", claim=may)
    story.of("reopen_claim", "bill", claim=february, on=it.clock[:10], words="A line was left out.")
    story.of("waive_cost_share", "bill", claim=february, document="ef" * 32, words="Hardship.")
    denied = {**_answer(april), "status": "denied", "on": it.clock[:10], "charge": "85.00", "paid": "0.00"}
    adjusted = [{"group": "CO", "reason": "B20", "amount": "85.00"}]
    story.say("record_remittance", "bill", **denied, patient_share="0.00", adjustments=adjusted)
    story.of("settle_competition", "bill", claim=april, outcome="payer_erred", words="Called them.")
    story.of("withdraw_claim", "bill", claim=may, reason="other", words="Not yet.")
    story.of("void_claim", "bill", claim=june, words="Sent for the wrong patient.")
    _overpaid(story, february)


def _released(story: Story, number: int) -> str:
    """A month of 25 minutes, signed, released, acknowledged by its payer: in June by one that takes replacements."""
    it, month = story.it, f"2026-{number:02}"
    if number == 6:
        terms = {"payer": REPLACES, "kind": "medicare_advantage", "from_on": "2026-06-01"}
        story.of("record_coverage", "fay", **terms)
    entry = _worked(story, f"{month}-18T15:00:00Z", f"{month}-18T15:25:00Z")
    story.at(f"2026-{number + 1:02}-03T15:00:00Z")
    story.of("attest_month", "ada", month=month, digest=_digest(story, month))
    claim = story.of("release_claim", "bill", month=month)["claim"]
    it.ids[claim] = entry
    answer = {"outcome": "accepted", "received_on": it.clock[:10], "payer_number": f"ICN{number}"}
    if number != 5:
        story.say("record_acknowledgment", "bill", **_answer(claim), **answer)
    return claim


def _answer(claim: str) -> dict[str, str]:
    return {"control_number": control_number(claim)}


def _paid(story: Story, claim: str) -> None:
    money = {"charge": "85.00", "paid": "52.90"}
    adjustments = [
        {"group": "CO", "reason": "45", "amount": "18.87"},
        {"group": "PR", "reason": "2", "amount": "13.23"},
    ]
    line = {"code": "99490", "units": 1, **money, "adjustments": adjustments, "remarks": ["N130"]}
    said = {**_answer(claim), "status": "paid", "on": story.it.clock[:10], **money, "patient_share": "13.23"}
    source = {"system": "timer", "id": f"file/{claim[3:8]}"}
    story.say("record_remittance", "bill", **said, lines=[line], payer_status="1", source=source)


def _overpaid(story: Story, claim: str) -> None:
    """A person reports one and it is none; the machine reports one after a correction, and it goes back."""
    it = story.it
    reported = {"amount": "5.00", "patient_share": "1.00", "words": "A letter came."}
    none = story.of("report_overpayment", "cora", claim=claim, **reported)
    story.of("no_overpayment", "cora", **none, words="The letter was about another one.")
    anew = {"start": "2026-02-18T15:00:00Z", "end": "2026-02-18T15:02:00Z", "activity": "phone_call"}
    corrected = {"performer": it.ids["bea"], "description": "By phone.", "reason": "Two minutes."}
    story.of("correct_time", "bea", month=FEBRUARY, entry=it.ids[claim], **anew, **corrected)
    react(it.log, _moment(it))
    (noticed,) = [e for e in _events(it) if isinstance(e, OverpaymentNoticed) and e.digest_now]
    about = {"overpayment": noticed.overpayment, "on": it.clock[:10]}
    story.of("triage_overpayment", "cora", **about, words="Looks so.")
    story.of("begin_investigation", "cora", **about, words="All calls of the nurse.")
    story.of("end_investigation", "cora", **about, words="It is this one.")
    story.of("identify_overpayment", "cora", **about, basis="The phone list.")
    story.of("record_sweep", "cora", **about, since_on="2018-01-01", searched=7, words="No other one.")
    money = {"route": "voluntary_refund", "amount": "52.90", "reference": "CHK-7", "patient_share": "13.23"}
    story.of("return_overpayment", "cora", **about, **money, words="By check.")


def _machine(story: Story) -> None:
    """Reactions: refusals counted, stale months, what came due; and a review that is settled."""
    it = story.it
    react(it.log, datetime(2027, 8, 1, 6, tzinfo=UTC))
    story.at("2027-08-01T07:00:00Z")
    review = next(e.review for e in _events(it) if isinstance(e, MonthWentStale))
    story.say("settle_review", "cora", review=review, outcome="done", reason="It is known.")


def _access(story: Story) -> None:
    """What left the house and on which ground; somebody reads elsewhere for some hours, and another one reviews it."""
    it = story.it
    sent: dict[str, Any] = {
        "recipient": "State AG",
        "what": "The chart of January.",
        "purpose": "investigation",
        "on": it.clock[:10],
    }
    agency = {"suspended_until": "2027-12-31", "suspended_by": "Agent Smith", "suspended_orally": True}
    first = story.of("disclose", "fay", **sent, basis="law_enforcement", **agency)
    second = story.of("disclose", "bill", **sent | {"purpose": "claim", "basis": "payment", "address": "1 Lake Street"})
    story.of("suspend_accounting", "fay", **first, suspended_until="2028-06-30", suspended_by="Agent Jones")
    story.of("retract_disclosure", "cora", **second, reason="entered_in_error", evidence="It never left.")
    site = {"name": "Main", "place_of_service": "11"}
    hillside: dict[str, Any] = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [site]}
    elsewhere = story.say("register_practice", **hillside)["practice"]
    newcomer: dict[str, Any] = {
        "identifiers": [{"system": "mrn", "value": "mrn-4"}],
        "demographics": {},
        "practice": elsewhere,
    }
    story.say("grant_role", staff=it.ids["feed"], role="integration", from_on="2025-01-01")
    story.say("grant_role", staff=it.ids["cora"], role="compliance", from_on="2025-01-01")
    theirs = story.say("register_patient", "feed", **newcomer)["patient"]
    glass = {"reason": "emergency", "case": "ER-7", "until": "2027-08-01T15:00:00Z", "words": "Found at the bus stop."}
    first = story.say("elevate", "bea", **glass, patients=[theirs])
    second = story.say("elevate", "bea", **glass, practice=elsewhere)
    it.handler.default_actor = it.ids["bea"]
    assert ask_to_read(it.handler, "month", [theirs]) is None
    it.handler.default_actor = None
    for each in (first, second):
        story.say("end_elevation", "bea", **each, words="The ward has them.")
        story.say("review_elevation", "cora", **each, outcome="justified", words="Looked at the reads.")


def _events(it: House) -> list[Event]:
    return [fact.event for fact in it.log.follow(0, it.log.refresh())]


def _moment(it: House) -> datetime:
    return datetime.fromisoformat(it.clock)


def _ends(story: Story) -> None:
    it = story.it
    taken = {"reason": "entered_in_error", "evidence": "Another patient's."}
    pcm = {"programme": "PCM", "side": "practitioner", "from_month": "2026-09"}
    designation = story.of("designate_practitioner", "dot", practitioner=it.ids["dot"], **pcm)
    withdrawn = {"reason": "patient_chose_other", "from_month": "2026-10", "evidence": "A letter."}
    story.of("withdraw_designation", "dot", **designation, **withdrawn)
    revocation = story.of("record_revocation", "bea", scope=["CCM"], told_on="2027-07-30", note="By phone.")
    story.of("retract_revocation", "cora", **revocation, **taken)
    disenrolment = story.of("record_disenrolment", "fay", programme="CCM", on="2027-07-30", reason="other")
    story.of("retract_disenrolment", "cora", **disenrolment, **taken)
    story.of("record_death", "fay", on="2027-07-31")
    story.of("retract_death", "cora", **taken)
    story.say("record_departure", staff=it.ids["cal"], last_on="2027-07-31", reason="retired")
