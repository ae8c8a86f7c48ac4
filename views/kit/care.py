"""Who to turn to, and what is planned: contacts, plans, agreements, decided services."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from stodtjanster.catalogue import Unit
from stodtjanster.information import (
    Agreement,
    CareManager,
    CareManagerKind,
    CarePlan,
    CarePlanKind,
    CareService,
    Listing,
    ListingKind,
    Party,
    TelecomKind,
)
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import Answer, Told
from views.kit.cards import (
    AgreementRow,
    Contact,
    Contacts,
    Part,
    PlanNode,
    Plans,
    Reached,
    ServiceRow,
)
from views.kit.notices import notices_of
from views.kit.rows import Explainer
from views.kit.view import Scene, state_of
from views.kit.words import N_

R = TypeVar("R")

_MANAGERS: Mapping[CareManagerKind, str] = {
    CareManagerKind.SAMORDNANDE_VARDKONTAKT: N_("Fast vårdkontakt som samordnar allt"),
    CareManagerKind.VARDKONTAKT: N_("Fast vårdkontakt"),
    CareManagerKind.LAKARKONTAKT: N_("Fast läkarkontakt"),
    CareManagerKind.OMSORGSKONTAKT: N_("Fast omsorgskontakt"),
    CareManagerKind.UNKNOWN: N_("Fast kontakt"),
}
_LISTINGS: Mapping[ListingKind, str] = {
    ListingKind.DOCTORS_OFFICE: N_("Vårdval"),
    ListingKind.DOCTORS_TEAM: N_("Vårdval"),
    ListingKind.DOCTOR: N_("Vald läkare"),
    ListingKind.DISTRICT_NURSE: N_("Distriktssköterska"),
    ListingKind.CHILD_HEALTH: N_("Barnavårdscentral (BVC)"),
    ListingKind.ON_CALL: N_("Jourcentral"),
    ListingKind.UNKNOWN: N_("Vårdval"),
}
_PLANS: Mapping[CarePlanKind, str] = {
    CarePlanKind.SIP: N_("Samordnad individuell plan (SIP)"),
    CarePlanKind.SPLPTLRV: N_("Samordnad plan i psykiatrisk tvångsvård"),
    CarePlanKind.SPU: N_("Samordnad plan efter sjukhusvistelse"),
    CarePlanKind.VP: N_("Vårdplan"),
    CarePlanKind.HP: N_("Habiliteringsplan"),
    CarePlanKind.RP: N_("Rehabiliteringsplan"),
    CarePlanKind.GP: N_("Genomförandeplan"),
    CarePlanKind.SVP: N_("Standardiserad vårdplan"),
    CarePlanKind.UNKNOWN: N_("Plan"),
}
_LAWS: Mapping[str, str] = {
    "SoL": N_("socialtjänstlagen (SoL)"),
    "LSS": N_("lagen om stöd och service till vissa funktionshindrade (LSS)"),
    "HSL": N_("hälso- och sjukvårdslagen (HSL)"),
}


def contacts(
    listings: Answer[Listing], managers: Answer[CareManager], scene: Scene
) -> Contacts | None:
    """Vårdval first, then fasta kontakter, most important first."""
    if not listings.items and not managers.items:
        return None
    explain = Explainer.of(scene, listings, managers)
    chosen = sorted(listings.items, key=lambda item: list(_LISTINGS).index(item.kind))
    rows = (*(_chosen(item, explain) for item in chosen), *_teams(managers, explain))
    return Contacts(rows)


def _chosen(item: Listing, explain: Explainer) -> Contact:
    words = explain.scene.words
    unit = explain.scene.directory.of(item.origin)
    kind = Told(words.gettext(_LISTINGS[item.kind]), words.language)
    if item.kind is ListingKind.UNKNOWN and item.kind_text is not None:
        kind = item.kind_text
    place = item.unit or item.origin.unit_name or Told(unit.name)
    return Contact(
        kind=kind,
        mark=explain.mark(item),
        why=explain.why(item),
        name=item.name or place,
        unit=place if item.name else None,
        phone=unit.phone,
        opening=unit.opening,
        reached=_reached(unit),
    )


def _teams(managers: Answer[CareManager], explain: Explainer) -> Iterable[Contact]:
    """The members of one team are one contact."""
    order = list(_MANAGERS)
    teams: dict[object, list[CareManager]] = {}
    for manager in sorted(managers.items, key=lambda m: order.index(m.kind)):
        one = manager.origin.identity if manager.team_id is None else manager.team_id
        teams.setdefault((manager.kind, manager.origin.system, one), []).append(manager)
    return (_contact(members, explain) for members in teams.values())


def _contact(members: list[CareManager], explain: Explainer) -> Contact:
    first = members[0]
    words = explain.scene.words
    unit = explain.scene.directory.of(first.origin)
    phones = (t.value for m in members for t in m.telecom if t.kind is TelecomKind.PHONE)
    kind = Told(words.gettext(_MANAGERS[first.kind]), words.language)
    if first.kind is CareManagerKind.UNKNOWN and first.kind_text is not None:
        kind = first.kind_text
    names = tuple(name for m in members if (name := _titled(m)) is not None)
    return Contact(
        kind=kind,
        mark=explain.mark(first),
        why=explain.why(first),
        name=names[0] if len(names) == 1 else first.team_name,
        unit=first.unit or first.origin.unit_name or Told(unit.name),
        phone=next(phones, None) or unit.phone,
        opening=unit.opening,
        reached=_reached(unit),
        team=names if len(names) > 1 else (),
    )


def _reached(unit: Unit) -> Reached | None:
    if unit.as_of is None:
        return None
    return Reached(unit.as_of, unit.address, unit.open_hours, unit.phone_hours)


def _titled(manager: CareManager) -> Told | None:
    if manager.name is None or manager.qualification is None:
        return manager.name
    return Told(f"{manager.name.text}, {manager.qualification.text.lower()}", manager.name.lang)


def planning(
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    services: Answer[CareService],
    scene: Scene,
) -> Plans:
    """Three lists, each honest about its own sources."""
    return Plans(
        plans=_part(
            N_("Planer"),
            N_("Du har ingen plan hos dem som svarade. Du kan be om en."),
            plans,
            scene,
            lambda explain: (_node(tree, explain) for tree in plan_trees(plans.items)),
        ),
        agreements=_part(
            N_("Överenskommelser"),
            N_("Du har inga överenskommelser hos dem som svarade."),
            agreements,
            scene,
            lambda explain: (_agreement(item, explain) for item in agreements.items),
        ),
        services=_part(
            N_("Insatser från kommunen"),
            N_("Du har inga beslut om insatser från de kommuner som svarade."),
            services,
            scene,
            lambda explain: (_service(item, explain) for item in services.items),
        ),
    )


def _part(
    title: str,
    none: str,
    answer: Answer[Any],
    scene: Scene,
    rows: Callable[[Explainer], Iterable[R]],
) -> Part[R]:
    words = scene.words
    return Part(
        title=words.gettext(title),
        state=state_of(has_rows=bool(answer.items), answer=answer),
        empty_text=words.gettext(none),
        rows=tuple(rows(Explainer.of(scene, answer))),
        gaps=notices_of(answer.reports, scene.directory, words),
        unreadable=answer.rejected,
    )


def _node(tree: PlanTree, explain: Explainer) -> PlanNode:
    plan = tree.plan
    words = explain.scene.words
    kind = Told(words.gettext(_PLANS[plan.kind]), words.language)
    if plan.kind is CarePlanKind.UNKNOWN and plan.kind_text is not None:
        kind = plan.kind_text
    told = [goal.reached for goal in plan.goals if goal.reached is not None]
    unit = explain.scene.directory.of(plan.origin)
    return PlanNode(
        title=plan.title or kind,
        kind=kind,
        mark=explain.mark(plan),
        why=explain.why(plan),
        owner=plan.owner or Told(unit.name),
        start=plan.first,
        end=plan.last,
        follow_up=plan.follow_up,
        goals_done=sum(told) if told else None,
        goals_total=len(plan.goals) if told else None,
        goals=tuple(goal.text for goal in plan.goals),
        children=tuple(_node(child, explain) for child in tree.children),
    )


def _agreement(item: Agreement, explain: Explainer) -> AgreementRow:
    return AgreementRow(
        text=item.text,
        mine=item.party is Party.PERSON,
        noted_by=item.origin.unit_name or Told(explain.scene.directory.of(item.origin).name),
        owner=item.owner,
        until=item.until,
        why=explain.why(item),
    )


def _service(item: CareService, explain: Explainer) -> ServiceRow:
    return ServiceRow(
        name=item.name,
        extent=item.extent,
        law=_law(item.law, explain),
        until=item.last,
        open_ended=item.first is not None and item.last is None,
        decided=item.decided,
        performer=item.performer,
        authority=item.authority,
        why=explain.why(item),
    )


def _law(short: str | None, explain: Explainer) -> str | None:
    """The law's name: its abbreviation alone is nothing that most people know."""
    if short is None:
        return None
    return explain.scene.words.gettext(_LAWS[short]) if short in _LAWS else short
