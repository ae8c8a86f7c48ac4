"""What a reader has been shown, kept from one visit to the next (ADR 16).

It is read before a page and written after it, when the reader has been sent the whole. It is no
information about the person beyond what the page itself had leave to show, so it has no permit of
its own; and a page is never the worse for it: what cannot be read or kept is not told.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import orjson
from flask import Blueprint, redirect

from portal.house import House
from portal.snapshots import snapshot_read, snapshot_said
from portal.store import RecollectionRows, StoreUnavailable
from portal.stream import Page, answers_of
from portal.visit import Answered, Visit, about
from stodtjanster.model import PersonId, Situation
from views.kit import news
from views.kit.memory import NOT_KEPT, Memory, Recalled, note

log = logging.getLogger(__name__)
bp = Blueprint("recollection", __name__)

KEEP: Final = timedelta(days=90)
"""Whoever has not been here for so long begins anew."""

NOTED_EVERY: Final = timedelta(minutes=10)
"""How right the time of the last visit is, when nothing else has changed."""

_VERSION: Final = 1


@about(bp, "nytt/sett", methods=("POST",))
def mark_seen(visit: Visit) -> Answered:
    """Everything that was shown last is seen."""
    now = visit.situation.now
    return _changed(visit, lambda rows, *whose: rows.change(*whose, _marked, now))


@about(bp, "nytt/glom", methods=("POST",))
def forget(visit: Visit) -> Answered:
    """Nothing has been shown, as far as anybody knows."""
    return _changed(visit, lambda rows, *whose: rows.forget(*whose))


def recall(house: House, situation: Situation, reach: str) -> Recalled:
    """What the reader of a page has been shown of its subject before this visit."""
    if house.recollections is None:
        return NOT_KEPT
    try:
        content = house.recollections.get(*_whose(situation))
    except StoreUnavailable:
        log.exception("what was shown before cannot be read")
        return NOT_KEPT
    memory = unpacked(content)
    return Recalled(memory.on(reach, situation.now, _pause(house)) if memory else None)


def remember(house: House, page: Page) -> None:
    """Keep what a whole page has shown."""
    rows, scene = house.recollections, page.scene
    if rows is None or not page.view.recalls:
        return
    known = answers_of(page, [name for name in news.NEEDS if name in page.view.needs])
    shown, pen = news.asked(known, scene), news.pen_of(scene)
    now, reach = scene.situation.now, page.harvest.permit.reach

    def make(content: bytes | None) -> bytes | None:
        before = unpacked(content)
        at = before.on(reach, now, _pause(house)) if before else None
        latest = note(at.latest if at else None, shown, pen, now)
        after = Memory(at.since if at else latest, latest, reach)
        return None if before and _says_the_same(before, after) else packed(after)

    try:
        rows.purge(now - KEEP)
        rows.change(*_whose(scene.situation), make, now)
    except StoreUnavailable:
        log.exception("what was shown is not remembered")


def packed(memory: Memory) -> bytes:
    """As JSON, for `unpacked`."""
    said = {
        "version": _VERSION,
        "visit": memory.visit,
        "since": snapshot_said(memory.since),
        "latest": snapshot_said(memory.latest),
    }
    return orjson.dumps(said)


def unpacked(content: bytes | None) -> Memory | None:
    """None when there is nothing, or nothing of this version."""
    said = orjson.loads(content) if content is not None else {}
    if said.get("version") != _VERSION:
        return None
    return Memory(snapshot_read(said["since"]), snapshot_read(said["latest"]), said["visit"])


def _changed(
    visit: Visit, change: Callable[[RecollectionRows, PersonId, PersonId], None]
) -> Answered:
    """Done where there is a page that tells of it, and then that page again."""
    if visit.house.views["news"] not in visit.views():
        return visit.refused("unknown-page")
    if visit.house.recollections is not None:
        change(visit.house.recollections, *_whose(visit.situation))
    return redirect(f"{visit.base}nytt/", code=303)


def _pause(house: House) -> timedelta:
    return timedelta(hours=house.settings.next_visit_hours)


def _marked(content: bytes | None) -> bytes | None:
    memory = unpacked(content)
    return packed(memory.marked()) if memory else None


def _says_the_same(before: Memory, after: Memory) -> bool:
    """But for a time that is right enough already."""
    was, now_is = before.latest, after.latest
    return (
        (before.visit, before.since) == (after.visit, after.since)
        and (was.traces, was.heard) == (now_is.traces, now_is.heard)
        and now_is.at - was.at < NOTED_EVERY
    )


def _whose(situation: Situation) -> tuple[PersonId, PersonId]:
    return situation.actor.person, situation.subject.person
