"""The two forms in which a person puts in words of their own, read with everything that is wrong.

What was written is kept as it was written until it can be read: nothing is lost to a mistake.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from werkzeug.datastructures import MultiDict

from portal.forms import FieldReader, Mistake, Option
from stodtjanster.information import OwnEntry, OwnNote, OwnNoteKind, VisitForm
from stodtjanster.model import STOCKHOLM, Dated, Timed, Told, first_day
from stodtjanster.sources.own.kept import Entry
from views.kit.own import IN_ADDRESSES, KINDS
from views.kit.own_ways import ABOUT, KIND
from views.kit.words import N_, Words

TITLE, DAY, START, END = "vad", "dag", "borjar", "slutar"
HOW, PLACE, NOTE = "hur", "var", "anteckning"
TEXT, SHARE = "text", "dela"
YES, NO = "ja", "nej"
NOTHING: Final = "inget"
SAME: Final = "samma"
"""What a note belongs to already, also when it cannot be seen just now."""

LONGEST_LINE: Final = 100
LONGEST_PLACE: Final = 200
LONGEST_TEXT: Final = 2_000
FARTHEST: Final = timedelta(days=365)

FORMS: Final[dict[VisitForm, tuple[str, str]]] = {
    VisitForm.VISIT: ("dit", N_("Jag åker dit")),
    VisitForm.HOME: ("hem", N_("Någon kommer hem till mig")),
    VisitForm.PHONE: ("telefon", N_("Telefon eller video")),
}
"""Each way to meet with its name in the form; what it is called decides what it can clash with."""

_OF_KIND: Final = {name: kind for kind, name in IN_ADDRESSES.items()}
_OF_FORM: Final = {name: form for form, (name, _) in FORMS.items()}
_DAY: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/. ]+(\d{4}))?")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[.: ]?(\d{2}))?")
_WRITTEN: Final = "%H.%M"
_KEPT_CONTROLS: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class TimeForm:
    """A time of one's own, as it was written."""

    title: str = ""
    day: str = ""
    start: str = ""
    end: str = ""
    how: str = FORMS[VisitForm.VISIT][0]
    place: str = ""
    note: str = ""

    def ways(self, words: Words) -> tuple[Option, ...]:
        return tuple(
            Option(name, words.gettext(text), name == self.how) for name, text in FORMS.values()
        )

    def lines(self, words: Words) -> tuple[tuple[str, str], ...]:
        """What stands in each field, after its label: for a page that is no form."""
        way = next((way.name for way in self.ways(words) if way.chosen), "")
        said = (
            (N_("Vad?"), self.title),
            (N_("Vilken dag?"), self.day),
            (N_("Börjar klockan"), self.start),
            (N_("Slutar klockan"), self.end),
            (N_("Hur träffas ni?"), way),
            (N_("Var?"), self.place),
            (N_("Anteckning"), self.note),
        )
        return tuple((words.gettext(label), text) for label, text in said)


@dataclass(frozen=True, slots=True)
class NoteForm:
    """A goal, a question or what is to be brought up, as it was written."""

    kind: str = IN_ADDRESSES[OwnNoteKind.TOPIC]
    text: str = ""
    about: str = NOTHING
    share: str = NO

    def kinds(self, words: Words) -> tuple[Option, ...]:
        return tuple(
            Option(name, words.gettext(KINDS[kind]), name == self.kind)
            for kind, name in IN_ADDRESSES.items()
        )

    def sharing(self, words: Words) -> tuple[Option, ...]:
        return (
            Option(NO, words.gettext(N_("Nej, bara jag ser det")), self.share != YES),
            Option(YES, words.gettext(N_("Ja, dela det")), self.share == YES),
        )

    def lines(self, words: Words, about: Iterable[Option]) -> tuple[tuple[str, str], ...]:
        """See `TimeForm.lines`. `about` is what it may belong to."""
        kind = next((one.name for one in self.kinds(words) if one.chosen), "")
        belongs = next((one.name for one in about if one.value == self.about), "")
        share = next(one.name for one in self.sharing(words) if one.chosen)
        said = (
            (N_("Vad är det?"), kind),
            (N_("Vad vill du skriva?"), self.text),
            (N_("Vad hör det till?"), belongs),
            (N_("Vill du dela det?"), share),
        )
        return tuple((words.gettext(label), text) for label, text in said)


def is_note(kind: str) -> bool:
    """Whether the word in an address or a form is that of a note."""
    return kind in _OF_KIND


def kind_of(form: NoteForm) -> OwnNoteKind:
    """What was chosen; what nobody can have chosen is what comes first."""
    return _OF_KIND.get(form.kind, OwnNoteKind.TOPIC)


def time_written(form: MultiDict[str, str]) -> TimeForm:
    """What was posted."""
    texts = (TITLE, DAY, START, END, HOW, PLACE, NOTE)
    return TimeForm(*(form.get(name, "") for name in texts))


def note_written(form: MultiDict[str, str]) -> NoteForm:
    return NoteForm(*(form.get(name, "") for name in (KIND, TEXT, ABOUT, SHARE)))


def time_again(item: OwnEntry) -> TimeForm:
    """What is kept, as it would be written."""
    day = first_day(item.when)
    timed = item.when if isinstance(item.when, Timed) else None
    return TimeForm(
        title=_text(item.title),
        day=day.isoformat() if day else "",
        start=_clock(timed.start) if timed else "",
        end=_clock(timed.end) if timed and timed.end else "",
        how=FORMS.get(item.form, FORMS[VisitForm.VISIT])[0],
        place=_text(item.place),
        note=_text(item.instruction),
    )


def time_said(words: Entry) -> TimeForm:
    """What was written, as it will be kept."""
    return TimeForm(
        title=words.title,
        day=words.day.isoformat(),
        start=words.start.strftime(_WRITTEN) if words.start else "",
        end=words.end.strftime(_WRITTEN) if words.end else "",
        how=FORMS.get(words.form, FORMS[VisitForm.VISIT])[0],
        place=words.place or "",
        note=words.note or "",
    )


def note_again(item: OwnNote) -> NoteForm:
    return NoteForm(
        IN_ADDRESSES[item.kind],
        item.text.text,
        SAME if item.belongs else NOTHING,
        YES if item.sharing.shared else NO,
    )


def read_time(
    form: TimeForm, words: Words, today: date, before: OwnEntry | None = None
) -> Entry | tuple[Mistake, ...]:
    """A time to be kept, or everything that is wrong, in the order of the form. `before` is what
    is changed: its day may stand, however long ago it was."""
    reader = _Reader(words)
    kept = before.when.day if before and isinstance(before.when, Dated) else None
    if before and isinstance(before.when, Timed):
        kept = first_day(before.when)
    title = reader.read(TITLE, lambda: reader.line(form.title, N_("Skriv vad det är.")))
    day = reader.read(DAY, lambda: reader.day(form.day, today, kept))
    start = reader.read(START, lambda: reader.clock(form.start, day))
    end = reader.read(END, lambda: reader.end(form.end, start, day))
    how = reader.read(HOW, lambda: reader.how(form.how))
    place = reader.read(PLACE, lambda: reader.short(form.place, LONGEST_PLACE))
    note = reader.read(NOTE, lambda: reader.short(form.note, LONGEST_TEXT))
    # Title, day and way are missing only with a mistake; said for the types.
    if reader.mistakes or title is None or day is None or how is None:
        return tuple(reader.mistakes)
    return Entry(
        title=title,
        day=day,
        start=start,
        end=end,
        form=how,
        place=place or None,
        note=note or None,
        lang=words.language,
    )


def read_text(form: NoteForm, words: Words) -> str | tuple[Mistake, ...]:
    """What a note says, or what is wrong with it."""
    reader = _Reader(words)
    text = reader.read(TEXT, lambda: reader.text(form.text))
    return tuple(reader.mistakes) if text is None else text


def clean(text: str) -> str:
    """Line breaks as one sign, no white space around, and no signs that nobody sees or writes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) != "Cc")
    return "".join(kept).strip()


class _Reader(FieldReader):
    def line(self, text: str, missing: str) -> str:
        line = " ".join(clean(text).split())
        if not line:
            raise self.wrong(missing)
        return self.short(line, LONGEST_LINE)

    def text(self, text: str) -> str:
        if not clean(text):
            raise self.wrong(N_("Skriv något."))
        return self.short(text, LONGEST_TEXT)

    def short(self, text: str, most: int) -> str:
        text = clean(text)
        if len(text) > most:
            told = N_("Texten är {length} tecken. Den får ha högst {most}. Korta den lite.")
            raise self.wrong(told, length=len(text), most=most)
        return text

    def day(self, text: str, today: date, kept: date | None) -> date:
        try:
            day = _day(text.strip(), today)
        except ValueError:
            raise self.wrong(N_("Skriv en dag, till exempel 24/11 eller 2026-11-24.")) from None
        if day != kept and abs(day - today) > FARTHEST:
            raise self.wrong(N_("Välj en dag som är högst ett år bort."))
        return day

    def clock(self, text: str, day: date | None) -> time | None:
        if not text.strip():
            return None
        found = _CLOCK.fullmatch(text.strip())
        hour, minute = (int(part or 0) for part in found.groups()) if found else (24, 0)
        if hour > 23 or minute > 59:
            raise self.wrong(N_("Skriv ett klockslag, till exempel 09.15."))
        clock = time(hour, minute)
        if day is not None and not _exists(datetime.combine(day, clock, STOCKHOLM)):
            raise self.wrong(N_("Det klockslaget finns inte den dagen: då ställs klockan fram."))
        return clock

    def end(self, text: str, start: time | None, day: date | None) -> time | None:
        end = self.clock(text, day)
        if end is None:
            return None
        if start is None:
            # Also when the start could not be read: that is said beside it.
            raise self.wrong(N_("Skriv också när det börjar."))
        if end <= start:
            raise self.wrong(N_("Det måste sluta efter att det har börjat."))
        return end

    def how(self, text: str) -> VisitForm:
        if text not in _OF_FORM:
            raise self.wrong(N_("Välj hur ni träffas."))
        return _OF_FORM[text]


def _day(text: str, today: date) -> date:
    """As people write a day. Without a year it is the next such day. Raises ValueError."""
    found = _DAY.fullmatch(text)
    if found is None:
        return date.fromisoformat(text)
    day, month, year = (int(part or 0) for part in found.groups())
    if year:
        return date(year, month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _exists(moment: datetime) -> bool:
    """False in the hour that is left out when summer time begins."""
    there = moment.timestamp()
    return datetime.fromtimestamp(there, STOCKHOLM).replace(fold=0) == moment.replace(fold=0)


def _clock(moment: datetime) -> str:
    return moment.astimezone(STOCKHOLM).strftime(_WRITTEN)


def _text(told: Told | None) -> str:
    return told.text if told else ""
