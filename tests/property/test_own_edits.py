"""However edits of the same words meet, no text is lost without its reader being told.

Several pages are open at once, in tabs of one person, as browsers keep them: each with the form as
it was when the page came. They save, remove, go back and send again in any order. The model knows
what each page has shown its reader, and what the reader has written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from werkzeug.test import TestResponse

from portal.pace import Pace
from stodtjanster.sources.own.kept import Note
from tests.own_pages import BIRGITTA, MINE, Home, hidden, home, words_of

TABS = st.integers(0, 2)
NOTE = {"slag": "ta-upp", "hor-till": "inget", "dela": "nej"}
_ACTION = re.compile(r'<form[^>]*action="(/sv/mig/eget/[^"]+)"')


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    path: Path = tmp_path_factory.mktemp("own") / "portal.db"
    with home(path) as running:
        yield running


class Tab:
    """A page with a form: where it goes, what it sends of itself, and what its reader has seen of
    what is kept."""

    def __init__(self) -> None:
        self.action = ""
        self.fields: dict[str, str] = {}
        self.seen: set[str] = set()

    def load(self, page: TestResponse) -> None:
        (self.action, *_) = [unescape(found) for found in _ACTION.findall(page.text)]
        self.fields = hidden(page)


class Edits(RuleBasedStateMachine):
    """One person's notes, and three tabs."""

    def __init__(self, portal: Home) -> None:
        super().__init__()
        self.home = portal
        # Nothing is left of the run before, and how often one may save is another test's.
        rows = portal.house.own_words
        assert rows is not None
        for row in rows.of(BIRGITTA):
            rows.remove(BIRGITTA, row.id, row.version)
        portal.app.extensions["house"] = replace(portal.house, own_pace=Pace())
        self.reader = portal.log_in()
        self.tabs = [Tab() for _ in range(3)]
        self.removing: dict[int, tuple[str, dict[str, str], set[str]]] = {}
        self.count = 0

    def kept(self) -> set[str]:
        """The texts in the store."""
        return {words.text for words in self.home.kept() if isinstance(words, Note)}

    def write(self) -> str:
        """Words that nobody has written before."""
        self.count += 1
        return f"Text nummer {self.count}."

    @initialize()
    def begin(self) -> None:
        for tab in self.tabs:
            tab.load(self.reader.get(f"{MINE}/ny?slag=ta-upp"))

    @rule(number=TABS)
    def open_what_is_kept(self, number: int) -> None:
        handles = self.reader.handles()
        if handles:
            self.tabs[number].load(self.reader.get(f"{MINE}/{handles[0]}/andra"))
            self.tabs[number].seen = set(self.kept())

    @rule(number=TABS)
    def open_an_empty_form(self, number: int) -> None:
        self.tabs[number].load(self.reader.get(f"{MINE}/ny?slag=ta-upp"))
        self.tabs[number].seen = set()

    @rule(number=TABS, reload=st.booleans())
    def save(self, number: int, reload: bool) -> None:
        """With `reload` the reader goes on from the page that came; else they stay, or go back."""
        tab, text, before = self.tabs[number], self.write(), self.kept()
        answer = self.reader.post(tab.action, NOTE | tab.fields | {"text": text})
        after = self.kept()
        shown = words_of(answer)
        if answer.status_code == 303:
            assert text in after
        else:
            assert answer.status_code == 409
            assert after == before
            # What was written stands on the page, and so does all that it may be saved over.
            assert text in shown
        lost = before - after
        assert lost <= tab.seen, "words were written over that this page never showed"
        assert len(lost) <= 1
        if reload and answer.status_code == 409:
            tab.load(answer)
            tab.seen |= {kept for kept in after if kept in shown}

    @rule(number=TABS)
    def send_again(self, number: int) -> None:
        """The same form with the same words, as a browser does that was reloaded."""
        tab, text = self.tabs[number], self.write()
        for _ in range(2):
            before = self.kept()
            answer = self.reader.post(tab.action, NOTE | tab.fields | {"text": text})
            after = self.kept()
            assert before - after <= tab.seen
            assert text in after or text in words_of(answer)
        tab.seen.add(text)
        assert len(self.home.kept()) == len(after)

    @rule(number=TABS)
    def ask_to_remove(self, number: int) -> None:
        handles = self.reader.handles()
        if handles:
            page = self.reader.get(f"{MINE}/{handles[-1]}/ta-bort")
            shown = {text for text in self.kept() if text in words_of(page)}
            self.removing[number] = (f"{MINE}/{handles[-1]}/ta-bort", hidden(page), shown)

    @precondition(lambda self: self.removing)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.removing)))
        action, fields, shown = self.removing[number]
        before = self.kept()
        answer = self.reader.post(action, fields)
        assert before - self.kept() <= shown, "words were removed that this page never showed"
        if answer.status_code == 409:
            assert self.kept() == before

    @invariant()
    def every_row_can_be_read(self) -> None:
        assert len(self.kept()) == len(self.home.kept())


def test_no_text_is_lost_whatever_meets(portal: Home) -> None:
    run(
        lambda: Edits(portal),
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
