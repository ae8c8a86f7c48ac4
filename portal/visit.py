"""Pages about a person: who reads, about whom, and the two addresses where each of them stands."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import product
from math import ceil
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.acting import Standing, current_session, whom
from portal.banner import Banner, banner
from portal.gate import note_event, open_gate, security_event
from portal.house import House, house
from portal.login import LANGUAGE, refused_page
from portal.pages import Link, other_languages
from portal.seals import closure
from portal.security import SESSION_COOKIE, is_own_form, is_own_post, origin
from portal.sessions import Session
from portal.store import StoreUnavailable
from stodtjanster.access import Permit, decide
from stodtjanster.audit import AuditUnavailable, EventKind
from stodtjanster.model import Protection, Situation
from views.kit.view import ONE, Asked, Scene, View
from views.kit.words import N_

Answered: TypeAlias = BaseResponse | str | tuple[str, int]
Page: TypeAlias = Callable[..., Answered]
Untaken: TypeAlias = Literal["logged-out", "foreign", "down"]
"""Why a form is not taken: nobody is logged in, it was made in another session, or neither the log
nor the store can be written."""
Unsent: TypeAlias = Callable[[House, str, Untaken], Answered | None]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request about one person. `base` is where that person's pages begin ("/sv/mig/")."""

    house: House
    session: Session
    standing: Standing
    base: str

    @property
    def situation(self) -> Situation:
        return self.standing.situation

    @property
    def language(self) -> str:
        return self.situation.language

    def permit(self, view: View, *, detail: str | None = None) -> Permit:
        """What of a view may be fetched here, logged: see `portal.gate.open_gate`."""
        standing = self.standing
        return open_gate(
            self.house,
            standing.situation,
            view,
            self.session,
            facts=standing.facts,
            detail=detail,
        )

    def scene(self, asked: Asked | None = None) -> Scene:
        h = self.house
        words = h.pages.speaker(self.language)
        protected = self.situation.subject.protected is not Protection.NONE
        return Scene(
            self.situation,
            words,
            h.directory.discreetly() if protected else h.directory,
            self.base,
            asked or Asked(),
            travel_minutes=h.settings.travel_minutes,
            map_url=h.settings.map_url,
            links=tuple(link.link() for link in h.settings.links),
            matters=h.settings.turned_to(),
            acts=h.fetch.acts,
            name=self.standing.tie.given_name if self.standing.tie else None,
            keeps_own=own_source(h) is not None,
            secret=h.handle_secret,
        )

    def views(self) -> tuple[View, ...]:
        """What may be asked here, in the order of the menu. The others are not there."""
        kind = self.situation.actor.kind
        found = (view for view in self.house.views.values() if kind in view.audience)
        return tuple(sorted(found, key=lambda view: (view.rank, view.key)))

    def shell(self, title: str, current: View | None = None) -> dict[str, Any]:
        """What the frame of every page about a person is given. `title` is translated already."""
        return {
            "title": title,
            "person_name": self.session.name,
            "acting": self._banner(),
            "csrf_token": self.session.csrf,
            "person_url": f"{self.base}person",
            "home_url": self.base,
            "nav": self._menu(current),
            "languages": other_languages(self.language, request.full_path.rstrip("?")),
        }

    def render(self, template: str, title: str, **context: Any) -> str:
        """A whole page that is not streamed. `title` is in Swedish."""
        words = self.house.pages.speaker(self.language)
        shell = self.shell(words.gettext(title))
        return self.house.pages.render(self.language, template, **{**shell, **context})

    def refused(self, detail: str) -> tuple[str, int]:
        """Unknown and forbidden look the same. `detail` is for the log: a fixed word."""
        security_event(self.house, detail, self.session)
        return self.render("refused.html", N_("Sidan kan inte visas")), 404

    def _banner(self) -> Banner | None:
        tie = self.standing.tie
        if tie is None:
            return None
        return banner(tie, self.situation, self.house.pages.speaker(self.language), self.base)

    def _opens(self, view: View) -> bool:
        """Whether anything of a view may be shown here. One's own pages say so themselves."""
        standing = self.standing
        if standing.tie is None:
            return True
        policy = self.house.settings.access.policy()
        permit = decide(
            standing.situation,
            view.kinds,
            reach=self.session.id_hash,
            policy=policy,
            facts=standing.facts,
        )
        return bool(permit.granted)

    def _menu(self, current: View | None) -> tuple[Link, ...]:
        """No menu while there is only one place to be."""
        words = self.house.pages.speaker(self.language)
        named = [
            (view, view.menu)
            for view in self.views()
            if view.menu is not None and self._opens(view)
        ]
        if len(named) < 2:
            return ()
        return tuple(
            Link(self.base + slash(view.path), words.gettext(name), current=_is_in(current, view))
            for view, name in named
        )


def own_source(h: House) -> str | None:
    """The key of the source that tells of what people have put in; None where there is none."""
    named = (source.settings for source in h.fetch.sources if source.settings.enabled)
    return next((settings.key for settings in named if settings.kind == "own"), None)


def about(
    blueprint: Blueprint,
    *paths: str,
    methods: tuple[str, ...] = ("GET",),
    unsent: Unsent | None = None,
) -> Callable[[Page], Page]:
    """Put a page at these paths below /mig/, about oneself, and /for/<handle>/, about another.

    It is called with a `Visit`. Whoever is not logged in is asked to; an unknown handle is refused
    and never means oneself; a post that no form of ours sent is refused. An open page about another
    asks for itself again when what it rests on may have changed.

    `unsent` is for forms with much in them, which must not be lost: whoever sends one of ours that
    cannot be taken is given what it makes, when that is anything, in place of the ordinary answer.
    """

    def register(page: Page) -> Page:
        @wraps(page)
        def answer(language: str, handle: str | None = None, **rest: Any) -> Answered:
            h = house()
            try:
                return taken(h, language, handle, rest)
            except (AuditUnavailable, StoreUnavailable):
                told = _instead(unsent, h, language, "down")
                if told is None:
                    raise
                return told

        def taken(h: House, language: str, handle: str | None, rest: dict[str, Any]) -> Answered:
            session = current_session(h)
            if session is None:
                return _instead(unsent, h, language, "logged-out") or _ask_to_log_in(h, language)
            if request.method == "POST" and not is_own_post(
                request, session.csrf, origin(h.settings.base_url)
            ):
                security_event(h, "foreign-post", session)
                return _instead(unsent, h, language, "foreign") or (
                    refused_page(h, language),
                    403,
                )
            standing = _admitted(h, session, language, handle)
            if not isinstance(standing, Standing):
                return standing
            place = "mig" if handle is None else f"for/{handle}"
            answered = page(Visit(h, session, standing, f"/{language}/{place}/"), **rest)
            return _closing(answered, standing)

        for place, path in product(("mig", "for/<handle>"), paths):
            rule = f"/{LANGUAGE}/{place}/{path}"
            blueprint.add_url_rule(rule, page.__name__, answer, methods=methods)
        return page

    return register


def _instead(unsent: Unsent | None, h: House, language: str, why: Untaken) -> Answered | None:
    """Only of a form that nothing says was sent from elsewhere: what it holds is shown."""
    ours = request.method == "POST" and is_own_form(request, origin(h.settings.base_url))
    return unsent(h, language, why) if unsent is not None and ours else None


def _closing(answered: Answered, standing: Standing) -> Answered:
    """Without script: the browser loads the address again, which is then refused if it is over."""
    if standing.closes is None or request.method != "GET":
        return answered
    response = make_response(answered)
    left = standing.closes - standing.situation.now
    response.headers["Refresh"] = str(ceil(left.total_seconds()))
    return response


def slash(path: str) -> str:
    return f"{path}/" if path else ""


def _is_in(current: View | None, view: View) -> bool:
    """A page about one record belongs to the list it was found in."""
    return current is not None and current.path.removesuffix(ONE) == view.path


def _admitted(
    h: House, session: Session, language: str, handle: str | None
) -> Standing | tuple[str, int]:
    """Who stands behind the address, or what is said to whoever may not go there."""
    if closure(h, session.person).locked is not None:
        note_event(h, EventKind.REFUSED, "login-locked", session)
        title = h.pages.speaker(language).gettext(N_("Inloggningen är låst"))
        owner = h.settings.accessibility
        return h.pages.render(language, "locked.html", title=title, owner=owner), 403
    standing = whom(h, session, language, handle)
    if standing is None:
        security_event(h, "unknown-handle", session)
        return refused_page(h, language), 404
    return standing


def _ask_to_log_in(h: House, language: str) -> Answered:
    """Whoever comes with a dead session is told so; others are shown the way in."""
    if SESSION_COOKIE not in request.cookies:
        wanted = request.full_path.removesuffix("?")
        return redirect(f"/{language}/?till={quote(wanted)}")
    words = h.pages.speaker(language)
    title = words.gettext(N_("Du har blivit utloggad"))
    return h.pages.render(language, "session_ended.html", title=title), 401
