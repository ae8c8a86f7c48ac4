"""The streamed page: what is printed when, with a harvest and a clock held in the hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from portal.i18n import LANGUAGES, Speaker
from portal.pages import Pages
from portal.stream import (
    Limits,
    Page,
    answers_of,
    render_section,
    reports_of,
    status_of,
    stream,
    wait_for,
)
from stodtjanster.information import Appointment, CareManager, CarePlan
from stodtjanster.model import Answer, Outcome, Report
from tests.markup import assert_is_a_page
from tests.viewing import DIRECTORY, FAILED, TOWN, answer, at, booking, manager, plan, report, scene
from views.kit import agenda
from views.kit.view import Scene, Section
from views.overview import view

PAGES = Pages()
SOFT, HARD = 1.2, 4.0
KINDS = {name: need.information for name, need in view.needs.items()}
NOTHING_BOOKED = "Du har inga tider de närmaste sex veckorna hos dem som svarade."


def pending(name: str, system: str = TOWN) -> Answer[Any]:
    waited_for = Report("ntjp", system, KINDS[name].key, Outcome.PENDING)
    return answer(reports=[waited_for])


def whole(name: str, *items: Any) -> Answer[Any]:
    return answer(*items, reports=[report(information=KINDS[name])])


@dataclass
class Harvest:
    """Answers that land when the script says; waiting moves the clock and nothing else does."""

    script: list[tuple[float, Mapping[str, Answer[Any]]]]
    now: float = 0.0
    looks: list[tuple[float, str]] = field(default_factory=list)
    known: dict[str, Answer[Any]] = field(default_factory=lambda: {n: pending(n) for n in KINDS})

    def __post_init__(self) -> None:
        self._land()

    def clock(self) -> float:
        return self.now

    def answer(self, name: str) -> Answer[Any]:
        self.looks.append((self.now, name))
        return self.known[name]

    def settled(self, names: Collection[str]) -> bool:
        return not any(self.known[name].pending for name in names)

    def wait(self, seconds: float) -> bool:
        assert seconds > 0, "a wait that does not wait would never end"
        if not self.script:
            self.now += seconds
            return False
        landing = self.script[0][0]
        self.now = min(landing, self.now + seconds)
        return self._land()

    def _land(self) -> bool:
        landed = False
        while self.script and self.script[0][0] <= self.now:
            self.known |= self.script.pop(0)[1]
            landed = True
        return landed


def page_of(harvest: Harvest, *, sections: list[Section] | None = None) -> Page:
    spoken = scene()
    context = {
        "title": "Översikt",
        "person_name": "Birgitta Lindqvist",
        "csrf_token": "token",
        "home_url": "/sv/mig/",
        "nav": (),
        "languages": (),
    }
    shown = view if sections is None else _with(sections)
    return Page(
        view=shown,
        scene=Scene(spoken.situation, Speaker(LANGUAGES["sv"]), DIRECTORY),
        harvest=harvest,  # type: ignore[arg-type]
        pages=PAGES,
        context=context,
        base="/sv/mig/",
        limits=Limits(SOFT, HARD),
        clock=harvest.clock,
    )


def _with(sections: list[Section]) -> Any:
    copy = type(view)(
        key=view.key,
        path=view.path,
        question=view.question,
        audience=view.audience,
        needs=view.needs,
        late_slot=view.late_slot,
    )
    copy.sections.extend(sections)
    return copy


def chunks(harvest: Harvest) -> list[tuple[float, str]]:
    """Each chunk with the time at which it was printed."""
    return [(harvest.now, chunk) for chunk in stream(page_of(harvest))]


def when(printed: Iterable[tuple[float, str]], slot: str) -> float:
    return next(moment for moment, chunk in printed if f'slot="{slot}"' in chunk[:200])


def part(printed: Iterable[tuple[float, str]], slot: str) -> str:
    chunk = next(chunk for _, chunk in printed if f'slot="{slot}"' in chunk[:200])
    return " ".join(re.sub(r"<[^>]+>", " ", chunk).split())


EVERYTHING = {name: whole(name) for name in KINDS}


class TestAtOnce:
    def test_the_shell_comes_before_any_answer_is_looked_at(self) -> None:
        harvest = Harvest([])
        first = next(stream(page_of(harvest)))
        assert first.lstrip().startswith("<!DOCTYPE html>")
        assert "Birgitta Lindqvist" in first
        assert harvest.looks == []

    def test_all_is_there(self) -> None:
        printed = chunks(Harvest([(0.0, EVERYTHING)]))
        assert {moment for moment, _ in printed} == {0.0}
        assert NOTHING_BOOKED in part(printed, "events")
        assert "har svarat" in part(printed, "status")
        assert_is_a_page("".join(chunk for _, chunk in printed))

    def test_one_chunk_for_each_section(self) -> None:
        printed = chunks(Harvest([(0.0, EVERYTHING)]))
        assert len(printed) == 1 + len(view.sections) + 2


class TestLimits:
    def test_each_section_is_printed_when_its_own_answers_have_come(self) -> None:
        harvest = Harvest(
            [
                (
                    0.2,
                    {"listings": whole("listings"), "stays": whole("stays"), "own": whole("own")},
                ),
                (0.3, {"managers": whole("managers", manager("Lena Ek"))}),
                (0.7, {"booked": whole("booked", booking(at(1)))}),
                (2.5, {n: whole(n) for n in ("plans", "agreements", "services")}),
            ]
        )
        printed = chunks(harvest)
        assert when(printed, "contacts") == 0.3
        assert when(printed, "events") == when(printed, "next") == when(printed, "week") == 0.7
        assert when(printed, "plans") == 2.5

    def test_a_merged_list_is_printed_at_the_soft_limit_with_what_has_come(self) -> None:
        came = answer(
            booking(at(1), title="Kom i tid"), reports=[report(), *pending("booked").reports]
        )
        harvest = Harvest([(0.2, {**EVERYTHING, "booked": came})])
        printed = chunks(harvest)
        assert when(printed, "events") == SOFT
        assert "Kom i tid" in part(printed, "events")
        assert "Fler uppgifter hämtades fortfarande" in part(printed, "events")
        assert "inget" not in part(printed, "week")
        assert "Vi väntar fortfarande på svar från Sjöviks kommun" in part(printed, "status")

    def test_at_the_soft_limit_nothing_is_said_to_be_nothing(self) -> None:
        printed = chunks(Harvest([(0.1, {n: EVERYTHING[n] for n in KINDS if n != "booked"})]))
        for slot in ("next", "week", "events"):
            assert when(printed, slot) == SOFT
            assert "hos dem som svarade" not in part(printed, slot)
            assert "Uppgifterna hämtades fortfarande" in part(printed, slot)

    def test_at_the_hard_limit_everything_is_printed(self) -> None:
        printed = chunks(Harvest([]))
        assert when(printed, "events") == SOFT
        assert when(printed, "plans") == when(printed, "contacts") == HARD
        assert printed[-1][0] == HARD
        text = "".join(chunk for _, chunk in printed)
        assert "hos dem som svarade" not in text
        assert_is_a_page(text)

    def test_a_page_that_never_hears_ends_at_the_hard_limit(self) -> None:
        harvest = Harvest([(100.0, EVERYTHING)])
        assert chunks(harvest)[-1][0] == HARD

    def test_the_neighbours_tell_of_one_moment(self) -> None:
        """What lands between two sections must not stand in one and be missing in the other."""
        early, late = booking(at(2), "a", title="Tidig"), booking(at(1), "b", title="Sen")
        waiting = answer(early, reports=[report(), *pending("booked").reports])
        harvest = Harvest([(0.0, {**EVERYTHING, "booked": waiting})])
        page = page_of(harvest)
        printed = []
        for chunk in stream(page):
            printed.append((harvest.now, chunk))
            if 'slot="next"' in chunk:
                both = answer(early, late, reports=[report(), report(system=TOWN)])
                harvest.known["booked"] = both
        assert "Tidig" in part(printed, "next")
        assert "Sen" not in part(printed, "events")
        assert "Sen" in part(printed, "late")
        assert "Tidig" not in part(printed, "late")


class TestLate:
    def late(self, *items: Any, moment: float = 2.0) -> list[tuple[float, str]]:
        first = answer(booking(at(1), "early", title="Tidig"), reports=pending("booked").reports)
        later = answer(*first.items, *items, reports=[report(), report(system=TOWN)])
        return chunks(
            Harvest([(0.0, {**EVERYTHING, "booked": first}), (moment, {"booked": later})])
        )

    def test_what_came_late_has_a_place_of_its_own(self) -> None:
        printed = self.late(booking(at(1, "08.00"), "late", system=TOWN, title="Sen"))
        assert when(printed, "late") == 2.0
        assert "Sen" in part(printed, "late")
        assert "Tidig" not in part(printed, "late")
        assert "Sen" not in part(printed, "events")
        assert_is_a_page("".join(chunk for _, chunk in printed))

    def test_nothing_that_came_late_is_lost(self) -> None:
        """Daily visits, what is far off, and what has no day: all of it is printed."""
        from stodtjanster.model import Open

        daily = [
            booking(at(n, "07.30"), f"d{n}", system=TOWN, title="Hemtjänst", recurring=True)
            for n in range(1, 6)
        ]
        printed = self.late(
            *daily,
            booking(at(30), "far", system=TOWN, title="Långt fram"),
            booking(Open(), "open", system=TOWN, title="Utan dag"),
        )
        for title in ("Hemtjänst", "Långt fram", "Utan dag"):
            assert title in part(printed, "late")
        assert_is_a_page("".join(chunk for _, chunk in printed))

    def test_nothing_came(self) -> None:
        printed = self.late()
        assert not any('slot="late"' in chunk for _, chunk in printed)
        assert printed[-1][0] == 2.0, "the page waits for its late list, but no longer"

    def test_what_came_late_and_is_over_says_nothing_of_the_list_above(self) -> None:
        printed = self.late(booking(at(0, "08.00"), "over", system=TOWN, title="Redan varit"))
        text = "".join(chunk for _, chunk in printed)
        assert "Tidig" in text
        assert NOTHING_BOOKED not in text
        assert not any('slot="late"' in chunk for _, chunk in printed)

    def test_it_came_too_late(self) -> None:
        printed = self.late(booking(at(2), "late", title="Sen"), moment=9.0)
        assert not any("Sen" in chunk for _, chunk in printed)
        assert printed[-1][0] == HARD

    def test_a_list_that_was_whole_has_no_late_part(self) -> None:
        printed = chunks(
            Harvest([(0.0, {**EVERYTHING, "booked": whole("booked", booking(at(1)))})])
        )
        assert not any('slot="late"' in chunk for _, chunk in printed)

    def test_a_late_failure_is_told_in_the_status(self) -> None:
        first = answer(booking(at(1)), reports=pending("booked").reports)
        failed = answer(*first.items, reports=[report(), FAILED])
        printed = chunks(
            Harvest([(0.0, {**EVERYTHING, "booked": first}), (2.0, {"booked": failed})])
        )
        assert "Region Sydkust" in part(printed, "status")


class TestWhatIsEager:
    """A page about one record need not wait for those who have nothing to do with it."""

    def printed(self, first: Answer[Any], *, moment: float = 2.0) -> list[tuple[float, str]]:
        def one(booked: Answer[Any], scene: Any) -> Any:
            return next(iter(booked.items), None) and agenda.events(booked, scene)

        section = Section("events", "T", "N", ("booked",), one, merged=False, eager=True)
        last = answer(*first.items, booking(at(2), "b"), reports=[report()])
        harvest = Harvest([(0.0, {**EVERYTHING, "booked": first}), (moment, {"booked": last})])
        return [(harvest.now, c) for c in stream(page_of(harvest, sections=[section]))]

    def test_what_is_known_is_printed_at_the_soft_limit(self) -> None:
        known = answer(booking(at(1)), reports=pending("booked").reports)
        printed = self.printed(known)
        assert when(printed, "events") == SOFT
        assert "I morgon" in part(printed, "events")

    def test_what_is_not_known_is_waited_for(self) -> None:
        assert when(self.printed(pending("booked")), "events") == 2.0
        assert when(self.printed(pending("booked"), moment=9.0), "events") == HARD


class TestAFragment:
    def test_waits_no_longer_than_a_page_whatever_lands_for_others(self) -> None:
        harvest = Harvest([(float(n), {}) for n in range(1, 30)])
        wait_for(page_of(harvest), ["plans"], HARD)
        assert harvest.now == HARD

    def test_waits_no_longer_than_it_must(self) -> None:
        harvest = Harvest([(0.5, {}), (1.5, {"plans": whole("plans")}), (2.0, {})])
        wait_for(page_of(harvest), ["plans"], HARD)
        assert harvest.now == 1.5


class TestOurOwnFaults:
    def broken(self, slot: str) -> list[Section]:
        def fail(**_answers: object) -> object:
            raise RuntimeError("190001019801")

        return [
            replace(section, compose=fail) if section.slot == slot else section
            for section in view.sections
        ]

    @pytest.mark.parametrize("slot", [section.slot for section in view.sections])
    def test_a_section_that_fails_is_a_gap_and_the_rest_stands(
        self, slot: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        harvest = Harvest([(0.0, EVERYTHING)])
        printed = [(0.0, c) for c in stream(page_of(harvest, sections=self.broken(slot)))]
        assert "Felet ligger hos oss." in part(printed, slot)
        assert "hos dem som svarade" not in part(printed, slot)
        for section in view.sections:
            if section.slot != slot:
                assert "Felet ligger hos oss." not in part(printed, section.slot)
        assert_is_a_page("".join(chunk for _, chunk in printed))
        assert "190001019801" not in caplog.text
        error = next(told.error for told in caplog.records if told.getMessage() == "section failed")
        assert error["type"] == "builtins.RuntimeError"
        assert error["at"][-1].endswith(" fail")
        assert "190001019801" not in str(error)

    def test_a_late_list_that_fails_is_left_out(self) -> None:
        sections = self.broken("events")
        first = answer(booking(at(1)), reports=pending("booked").reports)
        more = answer(*first.items, booking(at(2), "b"), reports=[report()])
        harvest = Harvest([(0.0, {**EVERYTHING, "booked": first}), (2.0, {"booked": more})])
        text = "".join(stream(page_of(harvest, sections=sections)))
        assert 'slot="late"' not in text
        assert text.rstrip().endswith("</html>")


class TestTheReaderLeaves:
    def test_nothing_more_is_made(self) -> None:
        harvest = Harvest([(0.5, EVERYTHING)])
        reading = stream(page_of(harvest))
        next(reading)
        reading.close()
        assert harvest.now == 0.0
        assert harvest.looks == []


class TestOneSection:
    def test_alone(self) -> None:
        harvest = Harvest([(0.0, {**EVERYTHING, "plans": whole("plans", plan("Vårdplan"))})])
        page = page_of(harvest)
        section = page.view.find("plans")
        assert section is not None
        said = render_section(page, section, answers_of(page, section.needs))
        assert "Vårdplan" in said
        assert 'slot="plans"' in said


class TestReports:
    def test_a_source_that_serves_two_needs_says_so_once(self) -> None:
        same = report(information=Appointment)
        known = {name: answer(reports=[same]) for name in KINDS}
        page = page_of(Harvest([(0.0, known)]))
        assert reports_of(page) == (same,)

    def test_the_state_of_the_page_is_that_of_all_its_needs(self) -> None:
        known = {
            **EVERYTHING,
            "managers": answer(reports=[report(information=CareManager, system=TOWN)]),
            "plans": answer(reports=[report(information=CarePlan), FAILED]),
        }
        status = status_of(page_of(Harvest([(0.0, known)])))
        assert (status.answered, status.asked) == (2, 3)
