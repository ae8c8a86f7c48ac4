"""The composition root: settings become a house, and the house an application."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from flask import Flask, Response, request

from portal import (
    actions,
    attachments,
    calendar_feed,
    chooser,
    family,
    finding,
    login,
    ombud,
    ops,
    patient_gates,
    patient_search,
    patients_today,
    recollection,
    screens,
    sharing,
    staff_assignment,
    staff_log,
    staff_login,
    staff_screens,
    statement,
)
from portal import own as own_pages
from portal.calendars import Calendars
from portal.delivery import Delivery
from portal.gates import Gates
from portal.guardians import Guardians
from portal.house import House
from portal.i18n import LANGUAGES
from portal.identity.oidc import Provider
from portal.identity.settings import ProviderSettings
from portal.inbound.endpoint import build_listener
from portal.insatser import Insatser
from portal.logging import configure, request_id
from portal.pace import Pace
from portal.packing import pack
from portal.pages import STATIC, Pages
from portal.patients import Patients
from portal.people import People
from portal.readings import Readings
from portal.security import content_policy, origin, protect
from portal.sessions import LoginAttempts, Sessions
from portal.settings import Settings
from portal.staff_door import build_staff_door
from portal.store import (
    AnySessionRows,
    Sealing,
    SharedSessionRows,
    SharedShelf,
    Store,
    StoreUnavailable,
    connect,
    open_for,
)
from portal.strangers import Strangers
from portal.tally import Tally
from portal.worklists import build_worklists
from stodtjanster.audit import AuditUnavailable
from stodtjanster.catalogue import Coverage, Directory, Entries, Expecting, OwnerKind, Unit
from stodtjanster.fetch import AiohttpDriver, Chore, CoverageUpkeep, FetchService, UnitUpkeep
from stodtjanster.model import HsaId, Told
from stodtjanster.sources import Connected, kinds
from stodtjanster.sources.connections.adapter import Adapter
from stodtjanster.sources.connections.settings import Settings as ConnectionSettings
from stodtjanster.sources.kit.source import SourceSettings
from stodtjanster.sources.units.adapter import Adapter as UnitCatalogue
from stodtjanster.sources.units.settings import Settings as UnitCatalogueSettings
from views import all_views
from views.kit.words import N_

log = logging.getLogger(__name__)

LOGIN_SECONDS = 10
# A page can do without the shelf, and not without who reads it.
SHELF_SECONDS = 0.25
SESSION_SECONDS = 1.0
# Longer than a login may take: whoever comes back too late is told so, and is no attacker.
KEEP_ATTEMPTS = timedelta(hours=1)
MAX_REQUEST_BYTES = 64 * 1024

_NO_STORE = (AuditUnavailable, StoreUnavailable)
_UNLOGGED = N_(
    "Innan vi visar dina uppgifter måste vi kunna skriva upp vem som läser dem. "
    "Det går inte just nu, och därför visar vi inget."
)
_OUR_FAULT = N_("Felet ligger hos oss. Uppgifterna finns kvar.")


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """An application with its fetch service running, and its SOAP endpoint where there is one.

    Call after any fork. Raises pydantic.ValidationError for wrong settings, KeyError for an unknown
    kind of source, OSError when the endpoint's port or a file of its cannot be used.
    """
    settings = settings or Settings()
    configure(settings.log_level)
    app = Flask("portal", static_folder=str(STATIC), static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    house = build_house(settings, clock)
    app.extensions["house"] = house
    own = (
        actions.bp,
        attachments.bp,
        calendar_feed.bp,
        chooser.bp,
        family.bp,
        ombud.bp,
        own_pages.bp,
        recollection.bp,
        sharing.bp,
    )
    staff = (
        staff_login.bp,
        staff_assignment.bp,
        patient_search.bp,
        patient_gates.bp,
        patients_today.bp,
        staff_screens.bp,
        staff_log.bp,
    )
    for blueprint in (login.bp, *staff, statement.bp, finding.bp, *own, screens.bp, ops.bp):
        app.register_blueprint(blueprint)
    _add_headers(app, house)
    _add_error_pages(app, house)
    house.fetch.start()
    if settings.inbound is not None:
        inbound = build_listener(house, settings.inbound)
        inbound.start()
        app.extensions["inbound"] = inbound
    return app


def build_house(settings: Settings, clock: Callable[[], datetime]) -> House:
    """Join all parts. Opens the store and brings its tables up to date; asks no one else."""
    store = Store(settings.database_url)
    store.upgrade()
    sealing = _sealing(settings)
    messages = store.messages(sealing) if sealing else None
    own_words = store.own_words(sealing) if sealing else None
    grants = store.grants(sealing) if sealing else None
    kept: dict[str, Any] = {"portal_log": Readings(store.audit, grants)}
    if sealing:
        kept |= {"inbox": messages, "own": own_words}
    sources = build_sources(settings, kept)
    http = httpx.Client(timeout=LOGIN_SECONDS, follow_redirects=False, trust_env=False)
    tally = Tally()
    coverage = Coverage()
    entries = Entries()
    chores = [*build_chores(settings, sources, coverage, entries, clock)]
    delivery = Delivery.of(settings.security, store.outbox, clock)
    if delivery is not None and settings.security.deliver:
        chores.append(delivery)
    directory = build_directory(
        settings,
        (source.settings for source in sources),
        entries if settings.unit_catalogue is not None else None,
    )
    shelf = _shelf(settings)
    fetch = FetchService(
        sources,
        AiohttpDriver(),
        clock=clock,
        shelf=shelf,
        coverage=coverage,
        chores=chores,
        observe=tally.note,
    )
    views = {view.key: view for view in all_views()}
    policy = settings.access.policy()
    people = People(
        fetch,
        (kind for view in views.values() for kind in view.kinds),
        clock,
        policy=policy,
        patience=settings.register_seconds,
    )
    gates = Gates(
        fetch,
        settings.security,
        store.audit,
        clock,
        owner_of=directory.owner,
        patience=settings.register_seconds,
    )
    insatser = Insatser(
        fetch,
        clock,
        policy=policy,
        owner_of=directory.owner,
        patience=settings.register_seconds,
    )
    return House(
        settings=settings,
        clock=clock,
        store=store,
        audit=store.audit,
        messages=messages,
        own_words=own_words,
        grants=grants,
        seals=store.seals(sealing) if sealing else None,
        recollections=store.recollections(sealing) if sealing else None,
        calendars=_calendars(settings, store, sealing),
        log_checks=store.log_checks(sealing) if sealing else None,
        sessions=Sessions(
            _session_rows(settings, store),
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_hours),
        ),
        attempts=LoginAttempts(store.logins, lifetime=KEEP_ATTEMPTS),
        logins={
            one.key: Provider(
                ProviderSettings(**one.model_dump(exclude={"key"})),
                http,
                clock,
                redirect_uri=settings.base_url.rstrip("/") + login.CALLBACK,
            )
            for one in settings.logins
        },
        staff=build_staff_door(settings, store, http, clock, keep_attempts=KEEP_ATTEMPTS),
        fetch=fetch,
        shelf=shelf,
        people=people,
        guardians=Guardians(
            fetch,
            clock,
            policy=policy,
            patience=settings.register_seconds,
        ),
        gates=gates,
        patients=Patients(
            settings.key("handles of patients"), gates, insatser, people, store.audit, clock
        ),
        directory=directory,
        pages=Pages(),
        views=views,
        tally=tally,
        strangers=Strangers(),
        own_pace=Pace(),
        search_pace=Pace(),
        handle_secret=settings.key("handles of records"),
        worklists=build_worklists(settings, (source.settings for source in sources)),
    )


def _calendars(settings: Settings, store: Store, sealing: Sealing | None) -> Calendars | None:
    if sealing is None or not settings.calendar.addresses:
        return None
    return Calendars(store.calendars(sealing), timedelta(days=settings.calendar.days))


def read_sources(settings: Settings) -> tuple[SourceSettings, ...]:
    """What is configured, checked, with nothing opened."""
    known = kinds()
    return tuple(known[str(raw["kind"])].read(raw) for raw in settings.sources)


def _shelf(settings: Settings) -> SharedShelf | None:
    """None: each process has its own."""
    if settings.shelf_url is None:
        return None
    client = connect(settings.shelf_url.get_secret_value(), SHELF_SECONDS)
    return SharedShelf(client, settings.key("names on the shelf"))


def _session_rows(settings: Settings, store: Store) -> AnySessionRows:
    if settings.sessions_url is None:
        return store.sessions
    client = connect(settings.sessions_url.get_secret_value(), SESSION_SECONDS)
    return SharedSessionRows(client, timedelta(minutes=settings.session_idle_minutes))


def _sealing(settings: Settings) -> Sealing | None:
    """None without a secret that outlives the process: what it seals could never be opened."""
    if "secret" not in settings.model_fields_set:
        return None
    return Sealing(settings.key("what the store keeps"))


def build_sources(settings: Settings, kept: Mapping[str, Any]) -> tuple[Connected, ...]:
    """`kept` is what the portal itself keeps, by the kind of source that tells of it.

    Raises ValueError for a source of what we keep where nothing is kept.
    """
    known = kinds()
    return tuple(known[str(raw["kind"])].build(raw, kept) for raw in settings.sources)


def build_chores(
    settings: Settings,
    sources: Iterable[Connected],
    coverage: Coverage,
    entries: Entries,
    clock: Callable[[], datetime],
) -> Iterator[Chore]:
    """What keeps the knowledge of the country up to date: who is connected, where anybody expects
    it to be looked up, and what the units are that people go to."""
    expected = (source.expects for source in sources if isinstance(source, Expecting))
    asked = {each.connection for each in expected if each.addresses}
    if settings.connections is not None and asked:
        addresses = Adapter(ConnectionSettings.model_validate(settings.connections))
        yield CoverageUpkeep(coverage, addresses, asked, clock)
    if settings.unit_catalogue is not None:
        units = UnitCatalogue(UnitCatalogueSettings.model_validate(settings.unit_catalogue))
        yield UnitUpkeep(entries, units, clock)


def build_directory(
    settings: Settings, sources: Iterable[SourceSettings], entries: Entries | None = None
) -> Directory:
    """Units from configuration, every source under its own key, and what the national catalogue
    says of units where it is asked."""
    units = [
        Unit(
            *(u.hsa_id, u.name, u.owner, u.kind, u.phone, Told.maybe(u.opening)),
            side=u.side,
            plain=u.plain,
        )
        for u in settings.units
    ]
    units += [
        Unit(
            *(s.key, s.name, s.name, OwnerKind(s.owner), s.phone),
            side=s.side,
            available_svod=s.available_svod,
        )
        for s in sources
    ]
    providers = {
        u.owner: HsaId.parse(u.hsa_id)
        for u in settings.units
        if u.name == u.owner and u.kind is not OwnerKind.OTHER
    }
    return Directory(units, entries, providers)


def _add_headers(app: Flask, house: House) -> None:
    residents = (origin(one.settings.issuer) for one in house.logins.values())
    policy = content_policy((*residents, *house.staff.sites))

    @app.before_request
    def name_request() -> None:
        request_id.set(uuid4().hex)

    @app.teardown_request
    def forget_request(_error: BaseException | None) -> None:
        request_id.set(None)
        open_for(None)

    @app.after_request
    def add_headers(response: Response) -> Response:
        return pack(protect(response, policy))


def _add_error_pages(app: Flask, house: House) -> None:
    """Plain pages that fetch nothing and tell nobody whether something exists."""

    def language() -> str:
        first = request.path.split("/")[1] if request.path.count("/") > 1 else "sv"
        return first if first in LANGUAGES else "sv"

    @app.errorhandler(404)
    @app.errorhandler(405)
    @app.errorhandler(413)
    def refused(error: Exception) -> tuple[str, int]:
        code = getattr(error, "code", 404)
        return login.refused_page(house, language()), code

    @app.errorhandler(AuditUnavailable)
    @app.errorhandler(StoreUnavailable)
    @app.errorhandler(500)
    def unavailable(error: Exception) -> tuple[str, int]:
        log.error("page not served", extra={"error": type(error).__name__})
        words = house.pages.speaker(language())
        return house.pages.render(
            words.code,
            "unavailable.html",
            title=words.gettext(N_("Vi kan inte visa något just nu")),
            reason=words.gettext(_UNLOGGED if isinstance(error, _NO_STORE) else _OUR_FAULT),
        ), 503
