"""Who has read: rows of the log in words, and which part of it the address asks for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from stodtjanster.information import AccessLog, Opener
from stodtjanster.model import Need, Told
from views.kit.notices import joined, noun
from views.kit.view import Asked, Needs, Scene
from views.kit.words import N_, Words

PERIODS: Final = {
    "30": N_("Senaste 30 dagarna"),
    "90": N_("Senaste 90 dagarna"),
    "365": N_("Senaste året"),
    "540": N_("Senaste 18 månaderna"),
}
"""In days. What is older is not there to be asked for."""
_SHORTEST: Final = "30"
PAGE: Final = "lasningar"

_EMERGENCY: Final = N_("Nödöppning")
_STAFF: Final = N_("Personal inom vård och omsorg")
_DONE: Final = N_("Gjorde ett ärende")
_UNSAID: Final = N_("Står inte i loggen")


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One row. `last` is there when it happened several times; `ask_href` leads to how to ask about
    it, where somebody in care answers for it. `why` is the log's own word or ours."""

    start: datetime
    last: datetime | None
    times: int
    who: Told
    role: Told | None
    why: Told
    emergency: bool
    what: Told
    ask_href: str | None = None


def period_of(asked: Asked) -> str:
    """The key of `PERIODS` that the address names, the shortest when it names none."""
    chosen = asked.choices.get("period", "")
    return chosen if chosen in PERIODS else _SHORTEST


def needs_for(asked: Asked, _today: date) -> Needs:
    return {"log": Need(AccessLog, days_back=int(period_of(asked)), days_ahead=0)}


def reading_row(item: AccessLog, scene: Scene) -> ReadingRow:
    words = scene.words
    who, role = _who(item, scene)
    answered_for = item.opener is Opener.CARE and item.origin.care_provider is not None
    page = f"{scene.base}{PAGE}/{scene.handle(item.origin)}?period={period_of(scene.asked)}"
    return ReadingRow(
        start=item.when.start,
        last=_last(item),
        times=item.times,
        who=who,
        role=role,
        why=_why(item, words),
        emergency=item.emergency,
        what=_what(item, words),
        ask_href=page if answered_for else None,
    )


def _last(item: AccessLog) -> datetime | None:
    """None when it is the same minute as the first."""
    start, end = item.when.start, item.when.end
    minutes = [at.replace(second=0, microsecond=0) for at in (start, end) if at is not None]
    return end if len(set(minutes)) > 1 else None


def _who(item: AccessLog, scene: Scene) -> tuple[Told, Told | None]:
    words, mine = scene.words, scene.situation.about_self

    def own(text: str) -> Told:
        return Told(words.gettext(text), words.language)

    match item.opener:
        case Opener.SELF:
            return own(N_("Du själv") if mine else N_("Den som planeringen gäller")), None
        case Opener.OMBUD:
            ombud = own(N_("Ditt ombud") if mine else N_("Ombud"))
            if item.opener_name is None:
                return ombud, None
            name = item.opener_name.text
            whom = N_("{name} för dig") if mine else N_("{name}, ombud")
            return Told(words.gettext(whom).format(name=name), words.language), ombud
        case Opener.GUARDIAN:
            return own(N_("Vårdnadshavare")), None
    unit = scene.directory.of(item.origin)
    if item.origin.care_provider is None:
        return own(_STAFF), None
    place = item.unit or (Told(unit.name) if item.origin.care_unit else None)
    provider = item.provider or Told(unit.owner)
    if place is None or place.text == provider.text:
        return provider, None
    return place, provider


def _why(item: AccessLog, words: Words) -> Told:
    if item.emergency:
        return Told(words.gettext(_EMERGENCY), words.language)
    if item.purpose is not None:
        return item.purpose
    ours = {
        Opener.SELF: N_("Egen läsning"),
        Opener.OMBUD: N_("Ombud"),
        Opener.GUARDIAN: N_("Vårdnadshavare"),
    }
    return Told(words.gettext(ours.get(item.opener, _UNSAID)), words.language)


def _what(item: AccessLog, words: Words) -> Told:
    if item.changed:
        return Told(words.gettext(_DONE), words.language)
    if item.resource is not None:
        return item.resource
    nouns = list(dict.fromkeys(noun(kind, words) for kind in item.information))
    said = joined(nouns, words) or words.gettext(_UNSAID)
    return Told(said[:1].upper() + said[1:], words.language)
