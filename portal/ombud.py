"""Giving somebody access to one's own, and being given it: the pages of both.

They are about the one who is logged in and nobody else. Whom one gives access to is named by number
and surname, which the ombud's own record in the register must agree with before they are told.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from uuid import uuid4

from flask import Blueprint, redirect, request

from portal import grants, ombud_form
from portal.banner import named_scopes
from portal.forms import Mistake
from portal.i18n import Speaker, at
from portal.identity.refusal import LoginRefused
from portal.ombud_form import Form, Offer
from portal.proving import begin_proof, is_proved, unproved
from portal.visit import Answered, Visit, about
from stodtjanster.audit import AuditEvent
from stodtjanster.grants import Mandate, NotPossible, Party, Stage
from stodtjanster.model import ActorKind, local_day
from views.kit.notices import joined, noun
from views.kit.plan_cards import Tag
from views.kit.words import N_

bp = Blueprint("ombud", __name__)

PAGE: Final = "ombud"
Tone: TypeAlias = Literal["good", "quiet", "warning"]

_MOST_USES: Final = 50
_CLOSED: Final = frozenset({Stage.LAPSED, Stage.PAST, Stage.ENDED})

_TAGS: Final[dict[Stage, tuple[str, Tone]]] = {
    Stage.DRAFT: (N_("Inte klar"), "warning"),
    Stage.OFFERED: (N_("Väntar på svar"), "quiet"),
    Stage.LAPSED: (N_("Fick inget svar"), "quiet"),
    Stage.COMING: (N_("Börjar senare"), "quiet"),
    Stage.IN_FORCE: (N_("Gäller nu"), "good"),
    Stage.PAST: (N_("Har gått ut"), "quiet"),
    Stage.ENDED: (N_("Avslutat"), "quiet"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One time that somebody opened a page: when, and what could be seen."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Row:
    """A grant, as one of the two sees it. `other` is what the other one is called."""

    href: str
    other: str
    tag: Tag
    what: str
    where: str
    days: str
    soon: str | None


@about(bp, PAGE)
def overview(visit: Visit) -> Answered:
    """What one has given and been given."""
    if not _is_own(visit):
        return visit.refused("unknown-page")
    h, now = visit.house, visit.situation.now
    given = grants.given(h, visit.situation)
    received = grants.received(h, visit.situation, _my_name(visit))
    return visit.render(
        "ombud/list.html",
        N_("Ombud"),
        may_give=grants.may_give(h, visit.situation),
        given=_rows(visit, (one for one in given if one.stage(now) not in _CLOSED)),
        received=_rows(visit, (one for one in received if one.stage(now) not in _CLOSED)),
        closed=_rows(visit, (one for one in (*given, *received) if one.stage(now) in _CLOSED)),
        new_url=f"{visit.base}{PAGE}/nytt",
        person_url=f"{visit.base}person",
    )


@about(bp, f"{PAGE}/nytt")
def new(visit: Visit) -> Answered:
    """The form, empty."""
    if not _may_give(visit):
        return visit.refused("unknown-page")
    return _form(visit, ombud_form.blank(visit.situation.now))


@about(bp, f"{PAGE}/nytt", methods=("POST",))
def write(visit: Visit) -> Answered:
    """Keep what was written, or say what is wrong with it."""
    if not _may_give(visit):
        return visit.refused("unknown-page")
    return _written(visit, None)


@about(bp, f"{PAGE}/<item>/andra")
def change(visit: Visit, item: str) -> Answered:
    """The form again, with what was written."""
    draft = _draft(visit, item)
    if draft is None:
        return visit.refused("unknown-grant")
    return _form(visit, ombud_form.again(draft), draft=draft)


@about(bp, f"{PAGE}/<item>/andra", methods=("POST",))
def rewrite(visit: Visit, item: str) -> Answered:
    draft = _draft(visit, item)
    if draft is None:
        return visit.refused("unknown-grant")
    return _written(visit, draft)


@about(bp, f"{PAGE}/<item>")
def one(visit: Visit, item: str) -> Answered:
    """One grant, and what its reader may do with it now."""
    found = _find(visit, item)
    if found is None:
        return visit.refused("unknown-grant")
    mandate, party = found
    now = visit.situation.now
    stage = mandate.stage(now)
    return visit.render(
        "ombud/one.html",
        _title(party, stage),
        row=_row(visit, mandate),
        stage=stage.value,
        mine=party is Party.GRANTOR,
        proved=is_proved(visit.session, now),
        adult=grants.may_be_ombud(visit.house, visit.situation),
        uses=_uses(visit, mandate),
        happened=_happened(visit, mandate),
        here=f"{visit.base}{PAGE}/{mandate.id.hex}",
        back_url=f"{visit.base}{PAGE}",
    )


@about(bp, f"{PAGE}/<item>/legitimera", methods=("POST",))
def prove(visit: Visit, item: str) -> Answered:
    """Off to the login provider and back to what was about to be given."""
    draft = _draft(visit, item)
    if draft is None:
        return visit.refused("unknown-grant")
    here = f"{visit.base}{PAGE}/{draft.id.hex}"
    try:
        return begin_proof(visit.house, visit.session, here, visit.language)
    except LoginRefused as refusal:
        return unproved(visit.house, visit.language, refusal, here)


@about(bp, f"{PAGE}/<item>/ge", methods=("POST",))
def give(visit: Visit, item: str) -> Answered:
    """Give what was written. The same form again shows what the first did."""
    found = _find(visit, item)
    if found is None or found[1] is not Party.GRANTOR or not _may_give(visit):
        return visit.refused("unknown-grant")
    mandate = found[0]
    if mandate.offered is None and is_proved(visit.session, visit.situation.now):
        _unless_done(grants.offer, visit, mandate)
    return _to(visit, mandate)


@about(bp, f"{PAGE}/<item>/svara", methods=("POST",))
def answer(visit: Visit, item: str) -> Answered:
    """Say yes or no to being somebody's ombud."""
    found = _find(visit, item)
    if found is None or found[1] is not Party.GRANTEE:
        return visit.refused("unknown-grant")
    mandate, said = found[0], request.form.get("svar")
    if said == "ja" and grants.may_be_ombud(visit.house, visit.situation):
        _unless_done(grants.accept, visit, mandate, _my_name(visit))
    elif said == "nej" and mandate.accepted is None:
        _unless_done(grants.end, visit, mandate, Party.GRANTEE)
    return _to(visit, mandate)


@about(bp, f"{PAGE}/<item>/avsluta", methods=("POST",))
def end(visit: Visit, item: str) -> Answered:
    """End it, as either of the two, at once."""
    found = _find(visit, item)
    if found is None:
        return visit.refused("unknown-grant")
    mandate, party = found
    _unless_done(grants.end, visit, mandate, party)
    return _to(visit, mandate)


def _is_own(visit: Visit) -> bool:
    """Nobody gives, takes or sees grants on behalf of another."""
    return visit.situation.actor.kind is ActorKind.CITIZEN and visit.house.grants is not None


def _may_give(visit: Visit) -> bool:
    return _is_own(visit) and grants.may_give(visit.house, visit.situation)


def _my_name(visit: Visit) -> str:
    return grants.my_name(visit.house, visit.session, visit.situation)


def _find(visit: Visit, item: str) -> tuple[Mandate, Party] | None:
    if not _is_own(visit):
        return None
    return grants.find(visit.house, visit.situation, item, _my_name(visit))


def _draft(visit: Visit, item: str) -> Mandate | None:
    found = _find(visit, item) if _may_give(visit) else None
    return found[0] if found is not None and found[0].offered is None else None


def _unless_done(change: Any, visit: Visit, *what: Any) -> None:
    """The same form twice, or both at the same time: the page then shows what has become of it."""
    try:
        change(visit.house, visit.session, *what)
    except NotPossible:
        return


def _to(visit: Visit, mandate: Mandate) -> Answered:
    return redirect(f"{visit.base}{PAGE}/{mandate.id.hex}", code=303)


def _offer(visit: Visit) -> Offer:
    h = visit.house
    words = h.pages.speaker(visit.language)
    return Offer(h.settings.access.policy(), h.directory.providers, words, visit.situation.now)


def _written(visit: Visit, draft: Mandate | None) -> Answered:
    form = ombud_form.written(request.form)
    read = ombud_form.read(
        form,
        _offer(visit),
        key=draft.id if draft is not None else uuid4(),
        mine=visit.situation.subject.numbers,
        name=_my_name(visit),
        draft=draft,
    )
    if not isinstance(read, Mandate):
        return _form(visit, form, read, draft), 422
    try:
        grants.keep_draft(visit.house, read)
    except NotPossible:
        return redirect(f"{visit.base}{PAGE}", code=303)
    return _to(visit, read)


def _form(
    visit: Visit,
    form: Form,
    mistakes: tuple[Mistake, ...] = (),
    draft: Mandate | None = None,
) -> str:
    offer = _offer(visit)
    title = N_("Ge någon tillgång")
    return visit.render(
        "ombud/form.html",
        title,
        form=form,
        offer=offer,
        mistakes=mistakes,
        wrong={mistake.field: mistake.text for mistake in mistakes},
        keeps_number=draft is not None,
        action=f"{visit.base}{PAGE}/{f'{draft.id.hex}/andra' if draft else 'nytt'}",
        back_url=f"{visit.base}{PAGE}",
    )


def _title(party: Party, stage: Stage) -> str:
    if stage is Stage.DRAFT:
        return N_("Kontrollera innan du ger tillgång")
    if stage is Stage.OFFERED and party is Party.GRANTEE:
        return N_("Vill du vara ombud?")
    return N_("Ombud")


def _rows(visit: Visit, mandates: Any) -> tuple[Row, ...]:
    return tuple(_row(visit, mandate) for mandate in mandates)


def _row(visit: Visit, mandate: Mandate) -> Row:
    words, now = visit.house.pages.speaker(visit.language), visit.situation.now
    stage = mandate.stage(now)
    text, tone = _TAGS[stage]
    mine = grants.party_of(mandate, visit.situation) is Party.GRANTOR
    return Row(
        href=f"{visit.base}{PAGE}/{mandate.id.hex}",
        other=mandate.grantee_name if mine else mandate.grantor_name,
        tag=Tag(words.gettext(text), tone),
        what=named_scopes(mandate.scopes, words),
        where=_where(visit, mandate, words),
        days=_days(visit, mandate, words),
        soon=_soon(visit, mandate, words),
    )


def _where(visit: Visit, mandate: Mandate, words: Speaker) -> str:
    if not mandate.providers:
        return words.gettext(N_("alla regioner och kommuner"))
    known = visit.house.directory.providers.items()
    named = sorted(name for name, hsa_id in known if hsa_id in mandate.providers)
    return joined(named or [hsa_id.value for hsa_id in sorted(mandate.providers)], words)


def _days(visit: Visit, mandate: Mandate, words: Speaker) -> str:
    with at(visit.situation.now):
        return words.gettext(N_("från {first} till och med {last}")).format(
            first=words.dateword(local_day(mandate.valid_from)),
            last=words.dateword(mandate.last_day),
        )


def _soon(visit: Visit, mandate: Mandate, words: Speaker) -> str | None:
    """The reminder, to both, before it ends."""
    now = visit.situation.now
    if not mandate.ends_soon(now, visit.house.settings.ombud_reminder_days):
        return None
    left = (mandate.last_day - local_day(now)).days
    if left == 0:
        return words.gettext(N_("Tillgången tar slut i dag."))
    return words.ngettext(
        "Tillgången tar slut om {n} dag.", "Tillgången tar slut om {n} dagar.", left
    ).format(n=left)


def _happened(visit: Visit, mandate: Mandate) -> tuple[Use, ...]:
    """What has become of it, and when."""
    words = visit.house.pages.speaker(visit.language)
    by = {
        Party.GRANTOR: mandate.grantor_name,
        Party.GRANTEE: mandate.grantee_name,
    }
    steps = (
        (mandate.offered, N_("{grantor} gav tillgång")),
        (mandate.accepted, N_("{grantee} tackade ja")),
        (mandate.ended, N_("{ender} avslutade")),
    )
    ender = by[mandate.ended_by] if mandate.ended_by else ""
    names = {"grantor": mandate.grantor_name, "grantee": mandate.grantee_name, "ender": ender}
    with at(visit.situation.now):
        return tuple(
            Use(words.asof(moment), words.gettext(text).format(**names))
            for moment, text in steps
            if moment is not None
        )


def _uses(visit: Visit, mandate: Mandate) -> tuple[Use, ...]:
    """Every time that the ombud has opened something, newest first: both see the same."""
    if mandate.accepted is None:
        return ()
    found = visit.house.store.audit.uses(
        actor=mandate.grantee, subject=mandate.grantor, since=mandate.accepted, most=_MOST_USES
    )
    words = visit.house.pages.speaker(visit.language)
    with at(visit.situation.now):
        return tuple(Use(words.asof(event.at), _seen(event, words)) for event in found)


def _seen(event: AuditEvent, words: Speaker) -> str:
    nouns = dict.fromkeys(noun(kind, words) for kind in event.information)
    return joined(list(nouns), words)
