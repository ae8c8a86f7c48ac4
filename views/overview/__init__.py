"""Vad händer härnäst, och närmaste veckan? Who to turn to, and what is planned."""

from dataclasses import dataclass

from views.kit import agenda, care, messages, news, plans
from views.kit.cards import Action
from views.kit.links import ABOUT_MEDICINES, OutLink, led_to
from views.kit.own_ways import all_href, may_write
from views.kit.take_along import take_along
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

view = View(
    key="overview",
    path="",
    question=N_("Översikt"),
    menu=N_("Översikt"),
    rank=0,
    frame="overview/frame.html",
    late_slot="events",
    audience=RESIDENTS,
    needs={
        "booked": agenda.BOOKED,
        "own": agenda.OWN,
        "stays": agenda.STAYS,
        "messages": messages.MESSAGES,
        "listings": care.LISTINGS,
        "managers": care.MANAGERS,
        "plans": plans.PLANS,
        "agreements": plans.AGREEMENTS,
        "services": plans.SERVICES,
    },
    recalls=True,
)

NONE_THIS_WEEK = N_("Inget är inbokat de närmaste sju dagarna hos dem som svarade.")
NONE_BOOKED = N_("Du har inga tider de närmaste sex veckorna hos dem som svarade.")

view.section("next", title=N_("Härnäst"), none=NONE_BOOKED, merged=True, aside=agenda.ASIDE)(
    agenda.next_up
)
view.section(
    "week",
    title=N_("Vad händer närmaste veckan?"),
    none=NONE_THIS_WEEK,
    merged=True,
    aside=agenda.ASIDE,
)(agenda.week)
view.section(
    "events", title=N_("Kommande händelser"), none=NONE_BOOKED, merged=True, aside=agenda.ASIDE
)(agenda.events)
view.section("messages", title=N_("Meddelanden"), none=messages.NO_MESSAGE)(messages.latest)
view.section(
    "plans",
    title=N_("Planering och uppföljning"),
    none=N_("Du har inga planer, överenskommelser eller insatser hos dem som svarade."),
)(plans.planning)
view.section(
    "contacts",
    title=N_("Mottagningar och kontakter"),
    none=N_(
        "Du har varken vårdval eller fast kontakt hos dem som svarade. Ring 1177 om du vill ha råd."
    ),
)(care.contacts)
view.section("news", title=N_("Nytt sedan sist"), none=news.NONE)(news.latest)


@dataclass(frozen=True, slots=True)
class More:
    """Pages of ours that are not in this one, and other services."""

    pages: tuple[Action, ...]
    links: tuple[OutLink, ...]


@view.section(
    "more", title=N_("Mer om hälsan"), none=N_("Det finns inget mer hos dem som svarade.")
)
def more(scene: Scene) -> More:
    """Nothing is fetched to lead there. Links about medicines stand where the medicines do."""
    words = scene.words
    return More(
        pages=(
            *take_along(scene),
            Action(f"{scene.base}lakemedel/", words.gettext(N_("Läkemedel"))),
            Action(f"{scene.base}kallor/", words.gettext(N_("Varifrån uppgifterna kommer"))),
            *_own_pages(scene),
        ),
        links=led_to((one for one in scene.links if one.kind not in ABOUT_MEDICINES), words),
    )


def _own_pages(scene: Scene) -> tuple[Action, ...]:
    """What is nobody else's to see."""
    if not scene.situation.about_self:
        return ()
    words = scene.words
    kept = Action(all_href(scene), words.gettext(N_("Det du har lagt in själv")))
    return (
        *((kept,) if may_write(scene) else ()),
        Action(f"{scene.base}lasningar/", words.gettext(N_("Vem har läst?"))),
        Action(f"{scene.base}delning", words.gettext(N_("Vem kan se, och vad?"))),
    )
