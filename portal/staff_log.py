"""The log administrator's pages: who has read at the own provider, and random checks of it.

PDL 4 kap. 3 §, HSLF-FS 2016:40 4 kap. 9-10 §§. Every look is in the log before anything of it is
shown: that it was made, and for each patient whose rows are shown a disclosure of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid4

from flask import Blueprint, redirect, request

from portal.house import House
from portal.i18n import at
from portal.log_review import LOOKS, MARKED, CheckPeriod, decision_on, may_look, periods
from portal.staff_actor import actor_of
from portal.staff_log_rows import Choice, LogRow, chosen, log_row, subjects
from portal.staff_visit import Answered, StaffVisit, home, refused, staff_page
from portal.store import CheckedEntry, Judged, LogCheck, Read, Wanted
from stodtjanster.access import Reason
from stodtjanster.access.decision import Activity
from stodtjanster.access.reasons import LAW
from stodtjanster.audit import AuditEvent, EventKind, to_check
from stodtjanster.model import Actor, HsaId, local_day
from views.kit.words import N_, Words

bp = Blueprint("staff_log", __name__)

PAGE: Final = "loggar"
CHECKS: Final = f"{PAGE}/stickprov"
ROWS: Final = 50
CHECKS_AT_A_TIME: Final = 26
_LOG: Final = ("access_log",)
_NAMES: Final = {
    Judged.NOT_YET: N_("Inte granskad"),
    Judged.REVIEWED: N_("Granskad"),
    Judged.FOLLOWED_UP: N_("Ska följas upp"),
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody whom the rules let look in the log of `provider`, their own."""

    visit: StaffVisit
    actor: Actor
    provider: HsaId

    @property
    def house(self) -> House:
        return self.visit.house

    @property
    def words(self) -> Words:
        return self.house.pages.speaker(self.visit.language)

    def address(self, page: str = PAGE) -> str:
        return f"{home(self.visit.language)}{page}"

    def event(self, kind: EventKind, **said: Any) -> AuditEvent:
        session, work = self.visit.session, self.visit.assignment
        return AuditEvent(
            event=kind,
            at=self.house.clock(),
            actor=session.person,
            actor_kind=self.actor.kind,
            loa=session.loa,
            purpose=work.purpose,
            session=session.id_hash,
            employee=session.hsa_id,
            place=work.place,
            assignment=work.name,
            **said,
        )

    def refused(self, detail: str) -> Answered:
        return refused(self.house, self.visit.session, self.visit.language, detail), 404


ReviewerPage: TypeAlias = Callable[..., Answered]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period in the list: `check` is its sample, once it is drawn."""

    period: CheckPeriod
    check: LogCheck | None = None
    size: int = 0
    left: int = 0
    followed_up: int = 0


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """An entry of a sample. `row` is None when the reader may not see it, or it is gone."""

    entry: CheckedEntry
    row: LogRow | None


def reviewer_page(
    path: str, methods: tuple[str, ...] = ("GET",)
) -> Callable[[ReviewerPage], ReviewerPage]:
    """As `staff_page`, for those only whom the rules let look in the log of their provider."""

    def register(page: ReviewerPage) -> ReviewerPage:
        @wraps(page)
        def answer(visit: StaffVisit, **rest: Any) -> Answered:
            h = visit.house
            actor = actor_of(visit.session, visit.assignment, h.settings.assignments)
            provider = actor.provider
            if provider is None or not may_look(actor, h.clock(), h.settings.access.policy()):
                return refused(h, visit.session, visit.language, "log-of-provider"), 404
            with at(h.clock()):
                return page(Reviewer(visit, actor, provider), **rest)

        return staff_page(bp, path, methods)(answer)

    return register


# -- the log ---------------------------------------------------------------------------------------


@reviewer_page(PAGE)
def latest(who: Reviewer) -> Answered:
    """The last days, of everybody."""
    return _log_page(who, _choice(who, {}))


@reviewer_page(PAGE, ("POST",))
def search(who: Reviewer) -> Answered:
    """What the form asks for. Numbers stand in no address."""
    choice = _choice(who, request.form)
    page = _log_page(who, choice)
    return (page, 400) if choice.mistakes else page


def _choice(who: Reviewer, said: Any) -> Choice:
    return chosen(said, who.provider, local_day(who.house.clock()), who.words)


def _log_page(who: Reviewer, choice: Choice) -> str:
    reads: tuple[Read, ...] = ()
    if choice.wanted is not None:
        review = who.house.store.log_review
        reads = review.page(choice.wanted, after=(choice.page - 1) * ROWS, most=ROWS + 1)
    shown = _disclosed(who, reads[:ROWS], choice.wanted)
    return who.visit.render(
        "staff_log.html",
        N_("Vem har läst hos oss?"),
        choice=choice,
        rows=[_row(who, read) for read in shown],
        hidden=len(reads[:ROWS]) - len(shown),
        more=len(reads) > ROWS,
        first_number=(choice.page - 1) * ROWS + 1,
        here=who.address(),
    )


def _row(who: Reviewer, read: Read) -> LogRow:
    session = who.visit.session
    return log_row(who.house, read, who.provider, session.hsa_id, session.name, who.words)


def _disclosed(
    who: Reviewer, reads: Iterable[Read], wanted: Wanted | None = None
) -> tuple[Read, ...]:
    """Those that may be shown, now that the log says so. Raises AuditUnavailable."""
    shown = tuple(read for read in reads if _permitted(who, read))
    sought = wanted.patient if wanted is not None else None
    matter = uuid4()
    looks = [who.event(EventKind.CHECKED, detail="looked", subject=sought, reference=matter)]
    looks += [
        who.event(
            EventKind.DISCLOSURE,
            subject=subject,
            others=others,
            information=_LOG,
            ground=Reason.LOG_REVIEW.value,
            law=LAW[Reason.LOG_REVIEW].value,
            activity=Activity.READ.value,
            reference=matter,
        )
        for subject, others in subjects(shown).items()
    ]
    who.house.audit.record_all(looks)
    return shown


def _permitted(who: Reviewer, read: Read) -> bool:
    now, policy = who.house.clock(), who.house.settings.access.policy()
    return decision_on(who.actor, who.provider, read.event, now, policy).permitted


# -- random checks ---------------------------------------------------------------------------------


@reviewer_page(CHECKS)
def checks(who: Reviewer) -> Answered:
    """The periods, and what has been drawn of each. Nothing about anybody."""
    page, size, book = _page_number(), who.house.settings.log_review, who.house.log_checks
    kept: tuple[LogCheck, ...] = ()
    rows = []
    if book is not None:
        kept = book.of(who.provider)
        shown = kept[(page - 1) * CHECKS_AT_A_TIME : page * CHECKS_AT_A_TIME]
        rows = [_counted(each, book.entries(each)) for each in shown]
    if book is not None and page == 1:
        drawn = {local_day(each.since) for each in kept}
        rows += [PeriodRow(each) for each in _periods(who) if each.first not in drawn]
    return who.visit.render(
        "staff_log_checks.html",
        N_("Stickprov ur loggen"),
        can_keep=book is not None,
        rows=sorted(rows, key=lambda row: row.period.first, reverse=True),
        share=f"{size.share * 100:.2f}".rstrip("0").rstrip(".").replace(".", ","),
        least=size.least,
        newer=f"{who.address(CHECKS)}?sida={page - 1}" if page > 1 else None,
        older=(
            f"{who.address(CHECKS)}?sida={page + 1}"
            if len(kept) > page * CHECKS_AT_A_TIME
            else None
        ),
        here=who.address(CHECKS),
    )


@reviewer_page(CHECKS, ("POST",))
def draw(who: Reviewer) -> Answered:
    """Draw the sample of a period by a seed that nobody chose. Logged before it is kept."""
    h = who.house
    wanted = request.form.get("period", "")
    period = next((each for each in _periods(who) if each.first.isoformat() == wanted), None)
    book = h.log_checks
    if book is None or period is None:
        return who.refused("unknown-period")
    size = h.settings.log_review
    span = Wanted(who.provider, period.since, period.until, without=LOOKS)
    readings = h.store.log_review.readings(span)
    check = LogCheck(
        id=str(uuid4()),
        provider=who.provider,
        since=period.since,
        until=period.until,
        drawn=h.clock(),
        by=who.visit.session.hsa_id,
        share=size.share,
        least=size.least,
        always=tuple(sorted(MARKED)),
        of=len(readings),
    )
    seqs = to_check(
        readings, share=check.share, least=check.least, seed=check.id, always=check.always
    )
    h.audit.record(who.event(EventKind.CHECKED, detail="drawn", reference=UUID(check.id)))
    if not book.draw(check, seqs):
        # Somebody else was first, and theirs counts.
        return redirect(who.address(CHECKS), code=303)
    return redirect(f"{who.address(CHECKS)}/{check.id}", code=303)


@reviewer_page(f"{CHECKS}/<handle>")
def check(who: Reviewer, handle: str) -> Answered:
    """One sample: each entry, and what has been said of it."""
    found = _check(who, handle)
    if found is None:
        return who.refused("unknown-check")
    check, entries = found
    page = _page_number()
    here = entries[(page - 1) * ROWS : page * ROWS]
    rows = _judged_rows(who, here)
    address = f"{who.address(CHECKS)}/{check.id}"
    return who.visit.render(
        "staff_log_check.html",
        N_("Granska stickprovet"),
        check=check,
        summary=_counted(check, entries),
        rows=rows,
        names=[(each.value, who.words.gettext(name)) for each, name in _NAMES.items()],
        page=page,
        overtaken="krock" in request.args,
        newer=f"{address}?sida={page - 1}" if page > 1 else None,
        older=f"{address}?sida={page + 1}" if len(entries) > page * ROWS else None,
        here=address,
    )


@reviewer_page(f"{CHECKS}/<handle>", ("POST",))
def judge(who: Reviewer, handle: str) -> Answered:
    """Keep what is said of the entries of a page, against the versions that were seen."""
    found, book = _check(who, handle), who.house.log_checks
    if found is None or book is None:
        return who.refused("unknown-check")
    check, entries = found
    changed = [entry for entry in entries if _is_changed(entry)]
    seen = [each for each in changed if _seen(each) == str(each.version)]
    said = {each.seq: _said(who, each) for each in seen}
    reads = who.house.store.log_review.of(who.provider, said)
    allowed = [read for read in reads if _may_judge(who, read)]
    who.house.audit.record_all(
        who.event(
            EventKind.CHECKED,
            detail=said[read.seq].judged.value,
            subject=read.event.subject,
            reference=read.event.reference,
        )
        for read in allowed
    )
    kept = [book.judge(check, said[read.seq]) for read in allowed]
    query = f"?sida={_page_number()}"
    if len(seen) < len(changed) or not all(kept):
        query += "&krock=ja"
    return redirect(f"{who.address(CHECKS)}/{check.id}{query}", code=303)


def _check(who: Reviewer, handle: str) -> tuple[LogCheck, tuple[CheckedEntry, ...]] | None:
    book = who.house.log_checks
    if book is None:
        return None
    found = next((each for each in book.of(who.provider) if each.id == handle), None)
    return None if found is None else (found, book.entries(found))


def _judged_rows(who: Reviewer, entries: Iterable[CheckedEntry]) -> list[JudgedRow]:
    entries = tuple(entries)
    reads = who.house.store.log_review.of(who.provider, [each.seq for each in entries])
    shown = {read.seq: _row(who, read) for read in _disclosed(who, reads)}
    return [JudgedRow(entry, shown.get(entry.seq)) for entry in entries]


def _is_changed(entry: CheckedEntry) -> bool:
    """Whether the form says something else of it than the page did."""
    judged = request.form.get(f"rad-{entry.seq}")
    return judged in set(Judged) and judged != request.form.get(f"var-{entry.seq}")


def _seen(entry: CheckedEntry) -> str:
    """The version of it that the page showed, as it is written."""
    return request.form.get(f"version-{entry.seq}", "")


def _said(who: Reviewer, entry: CheckedEntry) -> CheckedEntry:
    judged = Judged(request.form[f"rad-{entry.seq}"])
    return replace(entry, judged=judged, by=who.visit.session.hsa_id, at=who.house.clock())


def _may_judge(who: Reviewer, read: Read) -> bool:
    """Nobody judges what they have read themself."""
    return read.event.employee != who.visit.session.hsa_id and _permitted(who, read)


def _counted(check: LogCheck, entries: tuple[CheckedEntry, ...]) -> PeriodRow:
    said = [entry.judged for entry in entries]
    return PeriodRow(
        CheckPeriod.between(check.since, check.until),
        check,
        size=len(said),
        left=said.count(Judged.NOT_YET),
        followed_up=said.count(Judged.FOLLOWED_UP),
    )


def _periods(who: Reviewer) -> tuple[CheckPeriod, ...]:
    h = who.house
    return tuple(periods(local_day(h.clock()), h.settings.log_review.days))


def _page_number() -> int:
    said = request.args.get("sida", "")
    return max(1, int(said)) if said.isascii() and said.isdecimal() and len(said) < 5 else 1
