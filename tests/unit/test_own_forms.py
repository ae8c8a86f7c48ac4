"""The forms of one's own words: what can be read is read, and nothing that is written is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms import Mistake
from portal.own import forms
from portal.own.forms import NoteForm, TimeForm, clean, note_again, read_text, read_time, time_again
from stodtjanster.information import OwnEntry, OwnNote, OwnNoteKind, VisitForm
from stodtjanster.model import Dated, Sharing, Told
from stodtjanster.sources.own.kept import Entry
from tests.viewing import BIRGITTA, NOW, TODAY, Swedish, at, origin
from views.kit.own_ways import KIND

WORDS = Swedish()
DENTIST = TimeForm(
    title="Tandläkare", day="2026-11-24", start="9.15", end="10.00", place="Storgatan"
)


def read(form: TimeForm, before: OwnEntry | None = None) -> Entry | tuple[Mistake, ...]:
    return read_time(form, WORDS, TODAY, before)


def wrong(form: TimeForm) -> list[str]:
    said = read(form)
    assert isinstance(said, tuple)
    return [mistake.field for mistake in said]


def entry(when: Any = None, **more: Any) -> OwnEntry:
    fields = {"title": Told("Tandläkare"), "form": VisitForm.VISIT} | more
    return OwnEntry(
        subject=BIRGITTA,
        origin=origin("own", "1"),
        when=when or at(4, "09.15", minutes=45),
        version=1,
        changed=NOW,
        **fields,
    )


def test_a_time_is_what_was_written() -> None:
    assert read(replace(DENTIST, note="Ta med\r\nremissen")) == Entry(
        title="Tandläkare",
        day=date(2026, 11, 24),
        start=time(9, 15),
        end=time(10),
        form=VisitForm.VISIT,
        place="Storgatan",
        note="Ta med\nremissen",
        lang="sv",
    )


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("9.15", time(9, 15)),
        ("09:15", time(9, 15)),
        ("0915", time(9, 15)),
        ("915", time(9, 15)),
        ("9 15", time(9, 15)),
        (" 9 ", time(9)),
        ("23.59", time(23, 59)),
        ("00.00", time()),
        ("", None),
        ("  ", None),
    ],
)
def test_a_clock_is_read_as_people_write_it(written: str, clock: time | None) -> None:
    said = read(replace(DENTIST, start=written, end=""))
    assert isinstance(said, Entry)
    assert said.start == clock


@pytest.mark.parametrize("written", ["24.00", "9.60", "kl 9", "9.1", "9.15-10", "-1", "halv tio"])
def test_a_clock_that_nobody_can_read_is_told_of(written: str) -> None:
    assert wrong(replace(DENTIST, start=written, end="")) == [forms.START]


def test_everything_that_is_wrong_is_told_at_once_and_in_order() -> None:
    form = TimeForm(title=" ", day="2026-11-31", start="25", end="x", how="?", place="p" * 201)
    assert wrong(form) == [
        forms.TITLE,
        forms.DAY,
        forms.START,
        forms.END,
        forms.HOW,
        forms.PLACE,
    ]


@pytest.mark.parametrize("end", ["9.15", "9.00", "00.00"])
def test_it_ends_after_it_begins(end: str) -> None:
    assert wrong(replace(DENTIST, end=end)) == [forms.END]


def test_an_end_needs_a_beginning() -> None:
    assert wrong(replace(DENTIST, start="")) == [forms.END]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("24/11", date(2026, 11, 24)),
        ("24.11", date(2026, 11, 24)),
        ("20/11", date(2026, 11, 20)),
        ("19/11", date(2027, 11, 19)),
        ("1/2", date(2027, 2, 1)),
        ("24/11 2026", date(2026, 11, 24)),
        (" 24/11/2026 ", date(2026, 11, 24)),
        ("19.11.2026", date(2026, 11, 19)),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, day: date) -> None:
    said = read(replace(DENTIST, day=written))
    assert isinstance(said, Entry)
    assert said.day == day


@pytest.mark.parametrize("written", ["", "24", "31/11", "24/13", "0/0", "29/2", "24-11", "i dag"])
def test_a_day_that_nobody_can_read_is_told_of(written: str) -> None:
    assert wrong(replace(DENTIST, day=written)) == [forms.DAY]


def test_an_hour_that_is_left_out_in_spring_is_told_of() -> None:
    spring = replace(DENTIST, day="2027-03-28", end="")
    assert wrong(replace(spring, start="02.30")) == [forms.START]
    autumn = read(replace(DENTIST, day="2027-10-31", start="02.30", end=""))
    assert isinstance(autumn, Entry)


@pytest.mark.parametrize("days", [-365, 0, 365])
def test_a_day_within_a_year(days: int) -> None:
    day = (TODAY + timedelta(days=days)).isoformat()
    assert isinstance(read(replace(DENTIST, day=day)), Entry)


@pytest.mark.parametrize("days", [-366, 366, 40_000])
def test_a_day_farther_away_is_a_slip_of_the_pen(days: int) -> None:
    day = (TODAY + timedelta(days=days)).isoformat()
    assert wrong(replace(DENTIST, day=day)) == [forms.DAY]


def test_a_day_long_ago_that_is_kept_may_stand() -> None:
    for when in (at(-800, "10.00"), Dated(TODAY - timedelta(days=800))):
        before = entry(when)
        assert isinstance(read(time_again(before), before), Entry)
    assert wrong(time_again(entry(Dated(TODAY - timedelta(days=800))))) == [forms.DAY]


def test_what_is_too_long_is_told_of_and_not_cut() -> None:
    said = read(replace(DENTIST, title="x" * 101, note="y" * 2001))
    assert isinstance(said, tuple)
    assert [mistake.field for mistake in said] == [forms.TITLE, forms.NOTE]
    assert "2001" in said[1].text
    assert "2000" in said[1].text
    assert isinstance(read(replace(DENTIST, title="x" * 100, note="y" * 2000)), Entry)


def test_a_note_needs_words() -> None:
    assert read_text(NoteForm(text=" Gå \r\n ut\x00 "), WORDS) == "Gå \n ut"
    for text in ("", " \n\t", "\x00", "x" * 2001):
        said = read_text(NoteForm(text=text), WORDS)
        assert isinstance(said, tuple)
        assert [mistake.field for mistake in said] == [forms.TEXT]


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    seen = [c for c in text if c.isprintable() and not c.isspace()]
    assert [c for c in clean(text) if c.isprintable() and not c.isspace()] == seen
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "kept",
    [
        entry(),
        entry(Dated(TODAY), place=Told("Hemma"), instruction=Told("Rad\nrad")),
        entry(at(4, "23.00", minutes=None), form=VisitForm.HOME),
        entry(at(4, "08.00"), form=VisitForm.PHONE),
    ],
)
def test_what_is_kept_can_be_written_again(kept: OwnEntry) -> None:
    """An open form that is saved as it is changes nothing."""
    said = read(time_again(kept), kept)
    assert isinstance(said, Entry)
    assert forms.time_said(said) == time_again(kept)
    assert (said.title, said.form) == ("Tandläkare", kept.form)
    assert said.note == (kept.instruction.text if kept.instruction else None)


@pytest.mark.parametrize("kind", list(OwnNoteKind))
def test_a_note_that_is_kept_can_be_written_again(kind: OwnNoteKind) -> None:
    note = OwnNote(
        subject=BIRGITTA,
        origin=origin("own", "1"),
        kind=kind,
        text=Told("Gå ut"),
        plan=frozenset({"a|b"}),
        belongs=Told("SIP"),
        chosen=Sharing(shared=True),
        version=1,
        changed=NOW,
    )
    form = note_again(note)
    assert forms.kind_of(form) is kind
    assert (form.text, form.about, form.share) == ("Gå ut", forms.SAME, forms.YES)
    assert forms.is_note(form.kind)
    loose = note_again(replace(note, plan=frozenset(), belongs=None, chosen=Sharing()))
    assert (loose.about, loose.share) == (forms.NOTHING, forms.NO)


def test_a_kind_that_nobody_can_have_chosen_is_an_ordinary_one() -> None:
    assert forms.kind_of(NoteForm(kind="dikt")) is OwnNoteKind.TOPIC
    assert not forms.is_note("dikt")
    assert not forms.is_note("tid")
    assert KIND == "slag"
