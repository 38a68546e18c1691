"""The naive reading of other services: what each one means for a month, from the table of ccm-rules, section 9.

Written from that table, its section 9.1, CCM-CODE-12 and readings 12, as a list of plain rows; it shares no code with
the judge and reads no rule file. What the table leaves open is in `FREEDOMS`.
"""

from collections.abc import Container
from datetime import date, timedelta
from typing import Any, NamedTuple

Dict = dict[str, Any]
BLOCKS, LOOK, NOTHING = 2, 1, 0
ALWAYS, EVER = date(2015, 1, 1), date(9999, 12, 31)

FREEDOMS = {
    "two services that one biller is not paid for together": "one biller: both ours, both unknown, or both name one",
    "nobody knows who billed": "to be looked at where it would make a difference, and blocks nothing",
    "another practice's TIN, and no NPI": "another biller",
    "a colleague who works in this practice only": "bills under its TIN",
    "told as our own, and nobody named": "bills under the practice's TIN",
    "two reports of one code and date, one without a biller": "one service: the other one says whose",
    "transitional care without a last day": "thirty days from the date that was told",
    "the service on a day with counted time that is not the date of service": "to be looked at, where the date blocks",
    "care management told of the month's own NPI": "to be looked at: the own claim comes back with remittances",
    "PCM told in a month of PCM": "of the own NPI the own claim; another's is for another condition, and is looked at",
    "APCM told in a month of APCM": "blocks whoever bills it, also where the own claim comes back",
    "a month in which no family is reached": "read as beside non-complex CCM; minutes are missing anyhow",
    "code that the payer pays to nobody": "said so, whoever furnished it",
}
"""What the documents leave open, and how this reading resolves it."""


def since(text: str) -> date:
    """The day on which something begins."""
    return date.fromisoformat(text)


class Row(NamedTuple):
    """One service code group: from when to when, whose are meant (npi, tin, any), what own and others' mean."""

    name: str
    codes: str
    begins: date
    ends: date
    whose: str
    own: int
    others: int
    compared: str = "month"
    on_date: int = NOTHING
    """What it means besides on the date of service."""
    beside_work: int = NOTHING
    """What it means besides on a day with counted time."""
    personal: int | None = None
    """What it means beside the practitioner's own CCM, where that is otherwise."""
    complex: int | None = None
    is_paid: bool = True


def year(number: int) -> date:
    """The first day of a year."""
    return date(number, 1, 1)


def through(number: int) -> date:
    """The last day of a year."""
    return date(number, 12, 31)


ESRD = " ".join(str(code) for code in range(90951, 90971))
HOME = "G0151 G0152 G0153 G0155 G0156 G0157 G0158 G0159 G0160 G0161 G0162"
ROWS = (
    Row("tcm", "99495 99496", ALWAYS, through(2019), "tin", BLOCKS, LOOK, "thirty days"),
    Row("tcm", "99495 99496", year(2020), EVER, "tin", LOOK, LOOK, "thirty days"),
    Row("home_health", "G0181", ALWAYS, EVER, "tin", BLOCKS, LOOK),
    Row("hospice", "G0182", ALWAYS, EVER, "tin", BLOCKS, LOOK),
    Row("home_health_care", HOME, ALWAYS, EVER, "any", NOTHING, NOTHING),
    Row("home_health_care", "G0299 G0300", year(2016), EVER, "any", NOTHING, NOTHING),
    Row("home_health_care", "G0493 G0494 G0495 G0496", year(2017), EVER, "any", NOTHING, NOTHING),
    Row("cpo", "99374 99375 99377 99378 99379 99380", ALWAYS, EVER, "any", NOTHING, NOTHING, is_paid=False),
    Row("esrd", ESRD, ALWAYS, EVER, "tin", BLOCKS, LOOK),
    Row("ccm", "99490", ALWAYS, EVER, "npi", LOOK, BLOCKS),
    Row("ccm", "99487 99489", year(2017), EVER, "npi", LOOK, BLOCKS),
    Row("ccm", "99491", year(2019), EVER, "npi", LOOK, BLOCKS),
    Row("ccm", "G2058", year(2020), through(2020), "npi", LOOK, BLOCKS),
    Row("ccm", "99439", year(2021), EVER, "npi", LOOK, BLOCKS),
    Row("ccm", "99437", year(2022), EVER, "npi", LOOK, BLOCKS),
    Row("pcm", "G2064 G2065", year(2020), through(2021), "npi", BLOCKS, LOOK),
    Row("pcm", "99424 99425 99426 99427", year(2022), EVER, "npi", BLOCKS, LOOK),
    Row("apcm", "G0556 G0557 G0558", year(2025), EVER, "any", BLOCKS, BLOCKS),
    Row("apcm", "G0568 G0569 G0570", year(2026), EVER, "any", BLOCKS, BLOCKS),
    Row("rpm", "99453 99454 99457", year(2019), EVER, "any", NOTHING, NOTHING),
    Row("rpm", "99458", year(2020), EVER, "any", NOTHING, NOTHING),
    Row("rpm", "99445 99470", year(2026), EVER, "any", NOTHING, NOTHING),
    Row("rtm", "98975 98976 98977 98980 98981", year(2022), EVER, "any", NOTHING, NOTHING),
    Row("rtm", "98978", year(2023), EVER, "any", NOTHING, NOTHING),
    Row("rtm", "98979 98984 98985 98986", year(2026), EVER, "any", NOTHING, NOTHING),
    Row("99091", "99091", year(2018), through(2018), "npi", LOOK, NOTHING),
    Row("99091", "99091", year(2019), EVER, "npi", LOOK, NOTHING, personal=BLOCKS),
    Row("bhi", "G0507", year(2017), through(2017), "npi", NOTHING, NOTHING),
    Row("bhi", "99484", year(2018), through(2018), "npi", NOTHING, NOTHING),
    Row("bhi", "99484", year(2019), EVER, "npi", NOTHING, NOTHING, personal=LOOK),
    Row("bhi", "G0323", year(2023), EVER, "npi", NOTHING, NOTHING, personal=LOOK),
    Row("cocm", "G0502 G0503 G0504", year(2017), through(2017), "any", NOTHING, NOTHING),
    Row("cocm", "99492 99493 99494", year(2018), EVER, "any", NOTHING, NOTHING),
    Row("cocm", "G2214", year(2021), EVER, "any", NOTHING, NOTHING),
    Row("prolonged", "99358 99359", ALWAYS, through(2016), "any", NOTHING, NOTHING, is_paid=False),
    Row("prolonged", "99358 99359", year(2017), through(2022), "npi", BLOCKS, NOTHING, "date"),
    Row("prolonged", "99358 99359", year(2023), EVER, "any", NOTHING, NOTHING, is_paid=False),
    Row("evisit", "99421 99422 99423", year(2020), EVER, "npi", LOOK, NOTHING, on_date=BLOCKS),
    Row("smbp", "99473 99474", year(2020), EVER, "npi", BLOCKS, NOTHING, "date", beside_work=LOOK),
    Row("inr", "93792 93793", year(2018), EVER, "npi", BLOCKS, NOTHING, "date", beside_work=LOOK),
    Row("team_conference", "99366 99367 99368", ALWAYS, EVER, "any", NOTHING, NOTHING, is_paid=False),
    Row("mtm", "99605 99606 99607", ALWAYS, EVER, "any", NOTHING, NOTHING, is_paid=False),
    Row("chi_pin", "G0019 G0022 G0023 G0024", year(2024), EVER, "any", NOTHING, NOTHING),
    Row("chronic_pain", "G3002 G3003", year(2023), EVER, "any", LOOK, LOOK),
    Row("awv", "G0402 G0438 G0439", ALWAYS, EVER, "any", NOTHING, NOTHING),
    Row("awv", "99497 99498", year(2016), EVER, "any", NOTHING, NOTHING),
    Row("awv", "G0505", year(2017), through(2017), "any", NOTHING, NOTHING),
    Row("awv", "99483", year(2018), EVER, "any", NOTHING, NOTHING),
    Row("access", " ".join(f"G0{n}" for n in range(669, 679)), since("2026-07-05"), EVER, "tin", BLOCKS, LOOK),
    Row("g0506", "G0506", year(2017), EVER, "npi", NOTHING, NOTHING, "date", complex=BLOCKS),
)
NEVER_BOTH = (
    ("G0506", "99091", year(2018), "date"),
    ("G0506", "99457", year(2019), "date"),
    ("G0506", "99458", year(2020), "date"),
    *(("G0506", code, year(2022), "date") for code in ("98980", "98981", "99426")),
)
"""CCM-CODE-12: on one date; RPM and RTM: in one month."""
CODES = tuple(dict.fromkeys(code for row in ROWS for code in row.codes.split()))


class NaiveServices:
    """The other services of one month, given what the month is: its days, its biller and the family that bills."""

    def __init__(
        self,
        facts: list[Dict],
        *,
        first: date,
        last: date,
        served: date,
        worked: set[date],
        family: str | None,
        biller: str | None,
        practice: str | None,
        strict: bool = False,
        codes: Container[str] = (),
    ) -> None:
        self.facts, self.first, self.last, self.served = facts, first, last, served
        self.worked, self.family, self.biller, self.practice = worked, family, biller, practice
        self.strict, self.codes = strict, codes

    def answer(self) -> list[tuple[str, str | None, str | None]]:
        """Of each service that touches the month: code, row, and what it leads to."""
        back = {f["service"] for f in self.facts if f["topic"] == "other_service_retracted"}
        told = [f for f in self.facts if f["topic"] == "other_service_reported" and f["service"] not in back]
        told = [f for f in told if self.touches(f)]
        named = {(f["code"], f["on"]) for f in told if self.whose(f) != (None, None)}
        answer = []
        for service in told:
            row = self.row(service["code"])
            found = None
            if row is not None and (
                self.whose(service) != (None, None) or (service["code"], service["on"]) not in named
            ):
                found = self.means(service, row)
            answer.append((str(service["code"]), row.name if row else None, found))
        return answer

    def excluding(self) -> bool:
        """Whether two services of one biller exclude each other."""
        back = {f["service"] for f in self.facts if f["topic"] == "other_service_retracted"}
        told = [f for f in self.facts if f["topic"] == "other_service_reported" and f["service"] not in back]
        told = [f for f in told if self.touches(f)]
        named = {(f["code"], f["on"]) for f in told if self.whose(f) != (None, None)}
        told = [f for f in told if self.whose(f) != (None, None) or (f["code"], f["on"]) not in named]
        for one in told:
            for other in told:
                if self.never_both(one, other) and self.are_one(one, other):
                    return True
        return False

    def never_both(self, one: Dict, other: Dict) -> bool:
        """Whether two services exclude each other, one biller given."""
        rows = self.row(one["code"]), self.row(other["code"])
        if rows[0] is not None and rows[1] is not None and (rows[0].name, rows[1].name) == ("rtm", "rpm"):
            return True
        return any(
            (one["code"], other["code"]) == (first, second) and self.served >= begins and one["on"] == other["on"]
            for first, second, begins, _ in NEVER_BOTH
        )

    def are_one(self, one: Dict, other: Dict) -> bool:
        """Whether two services may be one biller's: both the month's, both of nobody knows whom, or both name one."""
        own = [True in self.whose(f) for f in (one, other)]
        unknown = [self.whose(f) == (None, None) for f in (one, other)]
        named = ("npi", "tin", "by_practitioner", "by_practice")
        return all(own) or all(unknown) or any(one[n] is not None and one[n] == other[n] for n in named)

    def row(self, code: str) -> Row | None:
        """The row of a code on the date of service."""
        rows = [r for r in ROWS if code in r.codes.split() and r.begins <= self.served <= r.ends]
        assert len(rows) <= 1, rows
        return rows[0] if rows else None

    def touches(self, service: Dict) -> bool:
        """Whether the fact stands in the month: its days or the period told with it."""
        last = max(service["until_on"] or service["on"], service["period_until"] or service["on"])
        return bool(service["on"] <= self.last and last >= self.first)

    def whose(self, service: Dict) -> tuple[bool | None, bool | None]:
        """Whether NPI and TIN are the month's; None where nobody can tell."""
        npi = tin = None
        people = {f["staff"]: f for f in self.facts if f["topic"] == "staff_registered"}
        if self.biller is not None:
            own = people[self.biller]["npi"]
            if service["by_practitioner"] == self.biller:
                npi = True
            elif service["npi"] and own:
                npi = service["npi"] == own
            elif service["by_practitioner"]:
                npi = False
        here = next(
            (f for f in self.facts if f["topic"] == "practice_registered" and f["practice"] == self.practice), None
        )
        if here is None:
            return npi, None
        if service["by_practice"] == self.practice or service["tin"] == here["tin"]:
            tin = True
        elif service["by_practice"] or service["tin"]:
            tin = False
        elif service["by_practitioner"]:
            roles = [f for f in self.facts if f["topic"] == "role_granted" and f["staff"] == service["by_practitioner"]]
            roles = [f for f in roles if f["from_on"] <= service["on"] <= (f["until_on"] or EVER)]
            works = {f["practice"] for f in roles}
            tin = True if works == {self.practice} else None if not works or self.practice in works else False
        elif service["source"] == "own" and not service["npi"]:
            tin = True
        return npi, tin

    def is_own(self, service: Dict, whose: str) -> bool | None:
        """Whether the service is the month's own biller's, as far as a row asks."""
        npi, tin = self.whose(service)
        if whose == "any" or npi is True or (whose == "tin" and tin is True):
            return True
        if npi is None:
            return False if tin is False else None
        return False if whose == "npi" else tin

    def beside(self, row: Row) -> Row:
        """The row as it is read for this payer, beside the families of clinics, PCM and APCM."""
        family = self.family or ""
        if row.name == "tcm":
            if self.strict or (family == "rhc" and self.served < year(2022)):
                return row._replace(own=BLOCKS)  # readings 9: TCM denies; 9.1: G0511 was left out of the change
            if (family == "pcm_personal" and self.served >= year(2022)) or "99427" in self.codes:
                return row._replace(on_date=BLOCKS)  # 9.1: 99424 and 99427 kept their edits
        if family in ("pcm_staff", "pcm_personal"):
            if row.name == "ccm":
                return row._replace(own=BLOCKS, others=LOOK)  # CODE-16, CONF-PCM-OTHER
            if row.name == "pcm":
                return row._replace(own=LOOK)  # the own claim comes back
            if row.name == "g0506" and family == "pcm_staff" and self.served >= year(2022):
                return row._replace(own=BLOCKS)  # CODE-12
        if family == "apcm" and row.name == "ccm":
            return row._replace(own=BLOCKS)
        return row

    def means(self, service: Dict, row: Row) -> str | None:
        """What a service leads to."""
        if not row.is_paid:
            return "service_not_payable"
        if self.family == "apcm" and row.name == "apcm":  # the month's own claim told back is looked at
            told_back = self.is_own(service, "tin")
            if told_back is None:
                return "service_biller_unknown"
            return "service_to_look_at" if told_back else "conflicting_service"
        row = self.beside(row)
        if self.family == "personal" and row.personal is not None:
            row = row._replace(own=row.personal)
        if self.family == "complex" and row.complex is not None:
            row = row._replace(own=row.complex)
        on, last = service["on"], service["until_on"] or service["on"]
        if row.compared == "thirty days" and not service["until_on"]:
            last = service["period_until"] or on + timedelta(days=29)
        is_served = on <= self.served <= (service["until_on"] or on)
        is_near = is_served if row.compared == "date" else on <= self.last and last >= self.first
        own = row.own if is_near else NOTHING
        own = max(own, row.on_date if is_served else NOTHING)
        is_beside = any(on <= day <= (service["until_on"] or on) for day in self.worked)
        own = max(own, row.beside_work if is_beside else NOTHING)
        is_met = is_near or (row.on_date and is_served) or (row.beside_work and is_beside)
        others = row.others if is_met else NOTHING
        mine = self.is_own(service, row.whose)
        if mine is None and own != others:
            return "service_biller_unknown"
        level = others if mine is False else own
        if level == LOOK:
            return "service_of_other_biller" if mine is False else "service_to_look_at"
        return "conflicting_service" if level == BLOCKS else None
