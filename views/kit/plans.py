"""What is planned: plans over plans, agreements, and what the municipality has decided."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal, TypeVar

from stodtjanster.information import (
    Activity,
    ActivityState,
    Agreement,
    Assigned,
    CarePlan,
    CarePlanKind,
    CareService,
    Party,
)
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import Answer, Need, Told
from views.kit.cards import Action, Part
from views.kit.notices import notices_of
from views.kit.plan_cards import AgreementRow, PlanLink, PlanNode, Plans, ServiceRow
from views.kit.rows import Explainer
from views.kit.view import Scene, state_of
from views.kit.words import N_, Words

R = TypeVar("R")

PLANS: Final = Need(CarePlan, days_back=3 * 365, days_ahead=365)
AGREEMENTS: Final = Need(Agreement, days_back=365, days_ahead=365)
SERVICES: Final = Need(CareService, days_back=0, days_ahead=365)
"""The same wherever they are shown, so that the next page finds them on the shelf."""

NO_PLAN: Final = N_("Du har ingen plan hos dem som svarade. Du kan be om en.")
NO_SERVICE: Final = N_("Du har inga beslut om insatser från de kommuner som svarade.")

_KINDS: Mapping[CarePlanKind, str] = {
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
_BEGUN: Mapping[bool | None, str] = {
    True: N_("Insatsen har börjat."),
    False: N_("Insatsen är beviljad men har inte börjat."),
    None: N_("Det framgår inte om insatsen har börjat."),
}
_PAUSED: Final = N_("Insatsen är pausad.")
_NOT_YET: Final = N_("Insatsen är beviljad men har inte börjat gälla.")


def planning(
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    services: Answer[CareService],
    scene: Scene,
) -> Plans:
    """Three lists, each honest about its own sources."""
    return Plans(
        plans=part(
            N_("Planer"),
            NO_PLAN,
            plans,
            scene,
            lambda explain: (node(tree, explain) for tree in plan_trees(plans.items)),
            plans_link(scene),
        ),
        agreements=part(
            N_("Överenskommelser"),
            N_("Du har inga överenskommelser hos dem som svarade."),
            agreements,
            scene,
            lambda explain: (agreement_row(item, explain) for item in agreements.items),
            agreements_link(scene),
        ),
        services=part(
            N_("Insatser från kommunen"),
            NO_SERVICE,
            services,
            scene,
            lambda explain: (service_row(item, explain) for item in services.items),
            services_link(scene),
        ),
    )


def part(
    title: str,
    none: str,
    answer: Answer[Any],
    scene: Scene,
    rows: Callable[[Explainer], Iterable[R]],
    more: Action,
) -> Part[R]:
    """A list with its own state. `title` and `none` are in Swedish."""
    words = scene.words
    return Part(
        title=words.gettext(title),
        state=state_of(has_rows=bool(answer.items), answer=answer),
        empty_text=scene.say(none),
        rows=tuple(rows(Explainer.of(scene, answer))),
        gaps=notices_of(answer.reports, scene.directory, words),
        unreadable=answer.rejected,
        more=more,
    )


def plans_link(scene: Scene) -> Action:
    return Action(f"{scene.base}planer/", scene.words.gettext(N_("Alla planer")))


def agreements_link(scene: Scene) -> Action:
    return Action(f"{scene.base}overenskommelser/", scene.words.gettext(N_("Vem har lovat vad?")))


def services_link(scene: Scene) -> Action:
    return Action(f"{scene.base}insatser/", scene.words.gettext(N_("Mer om kommunens beslut")))


def plan_kind(plan: CarePlan, words: Words) -> Told:
    """In our words; in the source's for a kind that nobody knows."""
    if plan.kind is CarePlanKind.UNKNOWN and plan.kind_text is not None:
        return plan.kind_text
    return Told(words.gettext(_KINDS[plan.kind]), words.language)


def plan_title(plan: CarePlan, words: Words) -> Told:
    return plan.title or plan_kind(plan, words)


def plan_href(plan: CarePlan, scene: Scene) -> str:
    return f"{scene.base}planer/{scene.handle(plan.origin)}"


def plan_link(plan: CarePlan, scene: Scene) -> PlanLink:
    return PlanLink(plan_href(plan, scene), plan_title(plan, scene.words))


def node(tree: PlanTree, explain: Explainer) -> PlanNode:
    plan = tree.plan
    scene = explain.scene
    told = [goal.reached for goal in plan.goals if goal.reached is not None]
    return PlanNode(
        title=plan_title(plan, scene.words),
        kind=plan_kind(plan, scene.words),
        mark=explain.mark(plan),
        why=explain.why(plan),
        owner=answers_for(plan, scene),
        start=plan.first,
        end=plan.last,
        follow_up=plan.follow_up,
        goals_done=sum(told) if told else None,
        goals_total=len(plan.goals) if told else None,
        goals=tuple(goal.text for goal in plan.goals),
        children=tuple(node(child, explain) for child in tree.children),
        href=plan_href(plan, scene),
        unowned=sum(map(lacks_owner, plan.activities)),
    )


def answers_for(plan: CarePlan, scene: Scene) -> Told:
    """ "Lena Ek, Björkbackens vårdcentral": whoever is named, and where."""
    unit = plan.owner or Told(scene.directory.of(plan.origin).name)
    person = plan.responsible
    if person is None or person.text == unit.text:
        return unit
    return Told(f"{person.text}, {unit.text}", person.lang)


def lacks_owner(task: Activity) -> bool:
    """Said to the person as to staff: what nobody is to do is not done."""
    return task.assigned is Assigned.NOBODY and task.state is not ActivityState.DONE


def missing_owner(task: Activity) -> Literal["nobody", "unnamed", "unknown"] | None:
    """Why it is not said who does a task; None when it is."""
    if task.mine or task.owners:
        return None
    if task.assigned is Assigned.SOMEBODY:
        return "unnamed"
    return "nobody" if lacks_owner(task) else "unknown"


def tasks_of(parts: Iterable[CarePlan]) -> list[tuple[Activity, CarePlan]]:
    """Every task once. What two plans point at stands in the one furthest down, which says most of
    it, at the place of the first."""
    found: list[tuple[Activity, CarePlan]] = []
    at: dict[str, int] = {}
    for part in parts:
        for task in part.activities:
            place = next((at[name] for name in task.names if name in at), len(found))
            at |= dict.fromkeys(task.names, place)
            found[place : place + 1] = [(task, part)]
    return found


def agreement_row(
    item: Agreement, explain: Explainer, plans: Mapping[str, CarePlan] | None = None
) -> AgreementRow:
    """`plans` are all that are known, by every name."""
    plan = next((found for name in item.plans if (found := (plans or {}).get(name))), None)
    return AgreementRow(
        text=item.text,
        mine=item.party is Party.PERSON,
        for_other=not explain.scene.situation.about_self,
        noted_by=item.origin.unit_name or Told(explain.scene.directory.of(item.origin).name),
        owner=item.owner,
        first=item.first,
        until=item.until,
        done=item.done,
        mark=explain.mark(item),
        why=explain.why(item),
        plan=plan_link(plan, explain.scene) if plan else None,
        follow_up=plan.follow_up if plan else None,
    )


def by_name(plans: Iterable[CarePlan]) -> Mapping[str, CarePlan]:
    """Plans by every name under which others may point at them."""
    return {name: plan for plan in plans for name in plan.keys}


def service_row(item: CareService, explain: Explainer) -> ServiceRow:
    scene = explain.scene
    unit = scene.directory.of(item.origin)
    handling = item.handler is not None
    performer = item.performer
    if performer is None and item.performer_unit is not None:
        found = scene.directory.find(item.performer_unit.value)
        performer = Told(found.name) if found else None
    return ServiceRow(
        name=item.name,
        extent=item.extent,
        law=_law(item.law, scene.words),
        first=item.first,
        until=item.last,
        open_ended=item.first is not None and item.last is None,
        decided=item.decided,
        performer=performer,
        authority=item.authority,
        stage=scene.words.gettext(_stage(item, scene.situation.today)),
        mark=explain.mark(item),
        why=explain.why(item),
        handler=item.handler,
        phone=item.phone or unit.phone,
        phone_name=item.handler if item.phone and handling else Told(unit.name),
    )


def _stage(item: CareService, today: date) -> str:
    if item.paused:
        return _PAUSED
    if item.started is None and item.first is not None and item.first > today:
        return _NOT_YET
    return _BEGUN[item.started]


def _law(short: str | None, words: Words) -> str | None:
    """The law's name: its abbreviation alone is nothing that most people know."""
    if short is None:
        return None
    return words.gettext(_LAWS[short]) if short in _LAWS else short
