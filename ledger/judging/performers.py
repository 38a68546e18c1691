"""Whose time counts, and in which pool: role and credential on the day of the work, person or program, country.

Capacity comes from the staff stream, never from the wire (readings, section 2). Exclusions and licences are judged by
what is on record: of somebody with no check and no licence on record nothing is claimed.
Promise: one answer for each (performer, practice, country, day). Not promised: that the lists were looked into.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.law import MonthLaw
from ledger.judging.shapes import Pool
from ledger.rulebook import Reading
from ledger.streams.care_month import Piece, Work
from ledger.streams.staff import Staff
from ledger.terms.people import Role

PRACTITIONER: Final = Role.PRACTITIONER
CLINICAL_STAFF: Final = Role.CLINICAL_STAFF


class Performing(NamedTuple):
    """Where a performer's seconds go: a pool, or the code that says why nowhere; and what else to look at."""

    pool: Pool | None
    code: str | None
    """The notice by which the time does not count."""
    country_unknown: bool
    is_clean: bool
    """Counts, and nothing else is to be looked at."""


class Performers:
    """The performers of one month, each looked up once.

    Reads: medicare.ccm.performers.clinical_credentials, .work_countries, .other_practitioner_counts, .programs_count,
    .clinical_roles, .excluded_counts, .licence_lapsed_counts (CCM-STAFF-01 to -04, -06, -07, CCM-CODE-17, CCM-RED-23).
    """

    __slots__ = ("_by_day", "_designee", "_first", "_last", "_law", "_staff", "known")

    def __init__(
        self, staff: Mapping[str, Staff], designee: str | None, first: date, last: date, law: MonthLaw
    ) -> None:
        self._staff = staff
        self._designee = designee
        self._first = first
        self._last = last
        self._law = law
        self._by_day: dict[tuple[str, str, str | None, date], Performing] = {}
        self.known: dict[tuple[str, str, str | None], Performing] = {}
        """Those whose standing is the same on every day of the month."""

    def on(self, performer: str, practice: str, country: str | None, on: date) -> Performing:
        """Where the time of a performer goes that was spent on a day for a practice, in a country where one is said."""
        key = (performer, practice, country)
        found = self.known.get(key)
        if found is not None:
            return found
        staff = self._staff.get(performer)
        if staff is None or not staff.is_registered:
            return self._keep(key, _UNREGISTERED)
        if self._is_constant(staff):
            return self._keep(key, self._judge(staff, practice, country, on))
        day = (*key, on)
        if day not in self._by_day:
            self._by_day[day] = self._judge(staff, practice, country, on)
        return self._by_day[day]

    def over(self, work: Work, pieces: Sequence[Piece]) -> tuple[Performing, list[tuple[Performing, Piece]]]:
        """Where timed work goes, each piece asked on its own day; and the pieces that go nowhere, where others count.

        Where one day would make it practitioner's time and another staff's, it is staff's.
        """
        asked = [(self.on(work.performer, work.practice, work.work_country, piece.on), piece) for piece in pieces]
        able = [performing for performing, _ in asked if performing.code is None]
        if not able:
            return asked[0][0], []
        lesser = next((performing for performing in able if performing.pool == "staff"), able[0])
        return lesser, [(performing, piece) for performing, piece in asked if performing.code is not None]

    def is_biller(self, person: str, on: date) -> bool:
        """Whether somebody who entered time for another is a biller on that day."""
        staff = self._staff.get(person)
        return staff is not None and staff.holds(Role.BILLER, on)

    def _keep(self, key: tuple[str, str, str | None], standing: Performing) -> Performing:
        self.known[key] = standing
        return standing

    def _is_constant(self, staff: Staff) -> bool:
        spans: Iterable[tuple[date, date | None]] = [(held.from_on, held.until_on) for held in staff.roles]
        if staff.licences or staff.excluded:
            spans = (*spans, *[(held.from_on, held.until_on) for held in staff.licences], *staff.excluded)
        first, last = self._first, self._last
        return all(
            (begins <= first or begins > last) and (ends is None or ends >= last or ends < first)
            for begins, ends in spans
        )

    def _judge(self, staff: Staff, practice: str, country: str | None, on: date) -> Performing:
        """The first reason not to count, in the order of the catalogue; else the pool."""
        where = country or staff.work_country
        pool, code = self._pool(staff, practice, on)
        if code is None and where is not None and where not in self._law.work_countries:
            code = "work_outside_us"
        return Performing(
            None if code else pool, code, where is None and code is None, code is None and where is not None
        )

    def _pool(self, staff: Staff, practice: str, on: date) -> tuple[Pool | None, str | None]:
        if not staff.is_person:
            return None, "performer_not_a_person"
        if staff.excluded and not self._law.excluded_counts and any(days.holds(on) for days in staff.excluded):
            return None, "performer_excluded"
        roles = [h.role for h in staff.roles if h.covers(on) and h.practice in (None, practice)]
        if not roles:
            return None, "performer_role_not_held"
        if staff.staff == self._designee and PRACTITIONER in roles:
            return self._licensed(staff, "personal", on)
        if CLINICAL_STAFF in roles and staff.credential in self._law.clinical_credentials:
            return self._licensed(staff, "staff", on)
        if PRACTITIONER in roles:
            return None, "other_practitioner"
        if CLINICAL_STAFF not in roles:
            return None, "performer_not_clinical"
        return None, "credential_missing" if staff.credential is None else "credential_not_clinical"

    def _licensed(self, staff: Staff, pool: Pool, on: date) -> tuple[Pool | None, str | None]:
        """The pool, unless every licence on record had lapsed by the day."""
        if staff.licences and not self._law.licence_lapsed_counts and staff.was_licensed(on) is False:
            return None, "licence_lapsed"
        return pool, None


_UNREGISTERED: Final = Performing(None, "performer_not_registered", False, False)

_SAYS: Final = {
    "performer_not_registered": ("performers.clinical_roles", "The performer is not registered as staff."),
    "performer_not_a_person": ("performers.programs_count", "The work was done by a program."),
    "performer_role_not_held": (
        "performers.clinical_roles",
        "The performer held no role in this practice on {on}.",
    ),
    "performer_not_clinical": ("performers.other_roles_count", "The performer's role on {on} is not clinical."),
    "other_practitioner": (
        "performers.other_practitioner_counts",
        "The performer is a practitioner and not the month's billing practitioner.",
    ),
    "credential_missing": ("time.fields_required", "The performer has no credential on record."),
    "credential_not_clinical": (
        "performers.clinical_credentials",
        "The performer's credential is not one of clinical staff.",
    ),
    "performer_excluded": ("performers.excluded_counts", "The performer was excluded on {on}."),
    "licence_lapsed": (
        "performers.licence_lapsed_counts",
        "Every licence on record of the performer had lapsed by {on}.",
    ),
    "work_outside_us": ("performers.work_countries", "The work was done outside the United States."),
}


def why_not_counted(code: str, on: date, law: MonthLaw, what: str = "The time does not count") -> tuple[str, Reading]:
    """What to say of a performer whose time, or `what` of it, does not count, and the rule that says so."""
    name, says = _SAYS[code]
    return f"{what}: {says[0].lower()}{says[1:].format(on=on.isoformat())}", law.reading(name)
