"""Which seven days, as the address says, and the ways to others."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from stodtjanster.information import Appointment, CareContact, OwnEntry
from stodtjanster.model import Need
from views.kit import agenda
from views.kit.cards import Action
from views.kit.own_ways import add_time
from views.kit.take_along import take_along
from views.kit.view import Asked, Needs, Scene
from views.kit.week_days import DAYS

FARTHEST_AHEAD: Final = 365
NO: Final = "nej"


@dataclass(frozen=True, slots=True)
class Choice:
    """The week, and the addresses of others: None where there is no way on, or one stands there
    already. `add` leads to where the person puts in something of their own, `take` to the times on
    paper and in a calendar."""

    first: date
    last: date
    earlier: str | None
    later: str | None
    today: str | None
    add: tuple[Action, ...] = ()
    take: tuple[Action, ...] = ()


def choose(scene: Scene) -> Choice:
    today = scene.situation.today
    first = first_day(scene.asked, today)

    def week_from(day: date) -> str | None:
        return (
            week_url(scene, day, daily=shows_daily(scene.asked)) if _is_near(day, today) else None
        )

    return Choice(
        first=first,
        last=first + timedelta(days=DAYS - 1),
        earlier=week_from(first - timedelta(days=DAYS)),
        later=week_from(first + timedelta(days=DAYS)),
        today=week_from(today) if first != today else None,
        add=add_time(scene),
        take=take_along(scene),
    )


def first_day(asked: Asked, today: date) -> date:
    """The day that the address names. Today when it names none, or one too far away."""
    try:
        day = date.fromisoformat(asked.choices.get("start", ""))
    except ValueError:
        return today
    return day if _is_near(day, today) else today


def shows_daily(asked: Asked) -> bool:
    """The visits of every day are shown until somebody says no."""
    return asked.choices.get("dagliga") != NO


def week_url(scene: Scene, first: date, *, daily: bool) -> str:
    """The plain address where it says the same."""
    chosen = {} if first == scene.situation.today else {"start": first.isoformat()}
    if not daily:
        chosen["dagliga"] = NO
    return f"{scene.base}veckan" + (f"?{urlencode(chosen)}" if chosen else "")


def needs_for(asked: Asked, today: date) -> Needs:
    """What every page asks for where the week is part of it; else the week alone."""
    first = first_day(asked, today)
    back, ahead = (today - first).days, (first - today).days + DAYS - 1
    if ahead <= agenda.DAYS_AHEAD:
        return {"booked": agenda.BOOKED, "own": agenda.OWN, "stays": agenda.STAYS}
    return {
        "booked": Need(Appointment, days_back=back, days_ahead=ahead),
        "own": Need(OwnEntry, days_back=back, days_ahead=ahead, optional=True),
        "stays": Need(CareContact, days_back=back, days_ahead=ahead),
    }


def _is_near(day: date, today: date) -> bool:
    return -agenda.DAYS_BACK <= (day - today).days <= FARTHEST_AHEAD - DAYS
