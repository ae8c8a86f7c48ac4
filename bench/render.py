"""What it costs to print the lists of a page, against f-strings that print the same rows.

The floor has the same texts in the same markup, escaped, and nothing that a template has besides:
no languages, no states, no gaps. `kb` and `of_kb` are what each printed, so that it shows when the
templates have grown away from it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from html import escape
from statistics import median
from time import process_time

from bench.figures import Figure, figure
from bench.page import KINDS, NOW, ROWS, SOURCES, answer_of
from bench.parse_rows import SUBJECT
from portal.i18n import Speaker, at
from portal.pages import Pages
from stodtjanster.catalogue import Directory, Unit
from stodtjanster.model import Actor, ActorKind, Answer, Situation, Subject, Told
from stodtjanster.sources.kit.reading import Reading
from views.kit.cards import Contact, Contacts, EventRow, Events
from views.kit.notices import Why
from views.kit.plan_cards import PlanNode, Plans
from views.kit.view import Scene, Shown, show
from views.overview import view

ROUNDS = 12
PAGES = 10
LISTS = ("events", "plans", "contacts")
PART = f"Rendering: {SOURCES * ROWS} rows in three lists"
FLOOR = "f-strings, the same texts and markup"


def measure() -> list[Figure]:
    pages = Pages()
    speaker = pages.speaker("sv")
    lists = _lists(speaker)
    ours, floor = partial(_rendered, pages, lists), partial(_printed, speaker, lists)
    with at(NOW):
        # The first round compiles the templates, and is not counted.
        rounds = [(_cpu_ms(ours), _cpu_ms(floor)) for _ in range(ROUNDS + 1)][1:]
        sizes = {"kb": len(ours()) / 1000, "of_kb": len(floor()) / 1000}
    costs, floors = ([one[side] for one in rounds] for side in (0, 1))
    ms = {"cpu_ms": median(costs), "of_ms": median(floors)}
    return [figure(PART, "CPU per page", FLOOR, costs, floors, **ms, **sizes)]


def _cpu_ms(run: Callable[[], str]) -> float:
    began = process_time()
    for _ in range(PAGES):
        run()
    return 1000 * (process_time() - began) / PAGES


def _lists(speaker: Speaker) -> list[Shown]:
    """What the templates are given when every source has answered."""
    units = [Unit(f"s{number}", f"Källa {number}", f"Källa {number}") for number in range(SOURCES)]
    person = Actor(ActorKind.CITIZEN, SUBJECT, "loa3")
    scene = Scene(Situation(person, Subject(SUBJECT), "sv", NOW), speaker, Directory(units))
    heard = [
        KINDS[number % len(KINDS)][1].read(
            answer_of(number), reading=Reading(f"s{number}", NOW, SUBJECT)
        )
        for number in range(SOURCES)
    ]
    reports = tuple(report for one in heard for report in one.reports)
    items = [item for one in heard for item in one.items]
    answers = {
        name: Answer(tuple(item for item in items if isinstance(item, need.information)), reports)
        for name, need in view.needs.items()
    }
    sections = [section for section in view.sections if section.slot in LISTS]
    return [show(section, answers, scene) for section in sections]


def _rendered(pages: Pages, lists: list[Shown]) -> str:
    return "".join(
        pages.render(
            "sv",
            f"overview/{shown.slot}.html",
            title=shown.title,
            state=shown.state,
            body=shown.body,
            empty_text=shown.empty_text,
            gaps=shown.gaps,
            unreadable=shown.unreadable,
            anchor=shown.slot,
            fragment_url=f"/sv/mig/del/{shown.slot}",
            page_url="/sv/mig/",
        )
        for shown in lists
    )


def _printed(speaker: Speaker, lists: list[Shown]) -> str:
    parts = []
    for shown in lists:
        match shown.body:
            case Events(days=days, later=later):
                parts += [_event(row, speaker) for day in (*days, *later) for row in day.rows]
            case Plans(plans=part):
                parts += [_plan(row, speaker) for row in part.rows]
            case Contacts(rows=rows):
                parts += [_contact(row, speaker) for row in rows]
    return "".join(parts)


def _event(row: EventRow, speaker: Speaker) -> str:
    return f"""  <li class="handelse" id="{escape(row.anchor)}">
    <p class="handelse-tid">    <span class="handelse-start">
      {_time(row.start, speaker)}
    </span>
      <span class="handelse-slut">till {_time(row.end, speaker)}</span>
    </p>
    <div>
      <h4 class="handelse-rubrik">{escape(row.title.text)}</h4>
      <p class="handelse-enhet">{_said(row.unit)}</p>
      <p class="handelse-rad">{_said(row.who)}</p>
      <p class="handelse-obs">{_said(row.note)}</p>
    </div>
    <p class="meta">
      {_owner(row.mark)}
    </p>
    {_why(row.why, row.title, speaker)}
  </li>
"""


def _plan(row: PlanNode, speaker: Speaker) -> str:
    return f"""  <li class="kort plan">
    <h4 class="handelse-rubrik">{escape(row.title.text)}</h4>
    <p class="plan-rad">
      {escape(row.kind.text)}.
      Ansvarig: {_said(row.owner)}.
    </p>
    <div class="fot">
      {_owner(row.mark)}
      {_why(row.why, row.title, speaker)}
    </div>
  </li>
"""


def _contact(row: Contact, speaker: Speaker) -> str:
    phone = row.phone or ""
    number = phone.replace(" ", "").replace("-", "")
    return f"""  <li class="kort kontakt">
    <h3>{escape(row.kind.text)}</h3>
    <p class="kontakt-namn">{_said(row.name)}</p>
    <p>{_said(row.unit)}</p>
    <a class="knapp" href="tel:{escape(number)}"><svg class="ikon" aria-hidden="true"
      focusable="false">
      <use href="/static/icons.svg?v=0123456789ab#phone"></use>
    </svg>Ring {escape(phone)}</a>
    <div class="fot">
      {_owner(row.mark)}
      {_why(row.why, row.name, speaker)}
    </div>
  </li>
"""


def _said(text: Told | None) -> str:
    return "" if text is None else escape(text.text)


def _time(moment: datetime | None, speaker: Speaker) -> str:
    if moment is None:
        return ""
    return f'<time datetime="{moment.isoformat()}">{escape(speaker.clock(moment))}</time>'


def _owner(mark: str) -> str:
    word = "Regionen" if mark == "region" else "Annan vårdgivare"
    return (
        f'<span class="agare"><span class="marke marke-{escape(mark)}" aria-hidden="true"></span>'
        f"{word}</span>"
    )


def _why(why: Why, about: Told | None, speaker: Speaker) -> str:
    unit = f", {escape(why.unit_name.text)}" if why.unit_name else ""
    return f"""  <details class="varfor">
    <summary>Varför ser jag detta?<span class="dold"> {_said(about)}</span></summary>
    <dl class="varfor-svar">
      <dt>Kommer från</dt>
      <dd>
        {escape(why.source_name)}{unit}</dd>
      <dt>Hämtat</dt>
      <dd>
        {escape(speaker.asof(why.fetched_at))}
      </dd>
      <dt>Varför du får se det</dt>
      <dd>
        {escape(why.ground)}
      </dd>
      <dt>Slags uppgift</dt>
      <dd>
        {escape(why.contract_words)}
      </dd>
    </dl>
  </details>
"""
