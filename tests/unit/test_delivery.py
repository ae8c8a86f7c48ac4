"""An entry that is never taken, or that nobody can read, holds up nobody behind it."""

import asyncio
from dataclasses import replace

import pytest

from portal.delivery import Delivery, Undelivered
from stodtjanster.audit import Entry, Head, seal
from stodtjanster.security.log import log_id
from stodtjanster.sources.kit.source import Response
from tests.security_messages import NOW, SETTINGS, SYSTEM, disclosure, stored


class Outbox:
    """An outbox in memory."""

    def __init__(self, *entries):
        self.entries = entries
        self.mark = 0
        self.put_aside = {}

    def take_turn(self, _holder, _now, _until):
        return True

    def waiting(self, most):
        return tuple(entry for entry in self.entries if entry.seq > self.mark)[:most]

    def passed(self, seq):
        self.mark = max(self.mark, seq)

    def set_aside(self, seq, code, _at):
        self.put_aside[seq] = code


class Service:
    """A log service that calls every message invalid in which one of these entries is."""

    def __init__(self, *never, down_at=None):
        self.never = [log_id(entry).encode() for entry in never]
        self.down_at = down_at
        self.messages = []

    async def send(self, _source, request):
        self.messages.append(request.body)
        if len(self.messages) == self.down_at:
            return Response(503, {}, b"")
        refused = any(each in request.body for each in self.never)
        return Response(200, {}, stored("VALIDATION_ERROR" if refused else "OK"))


def chain(count):
    last = Head()
    for _ in range(count):
        sealed = seal(last.hash, disclosure())
        last = Head(last.seq + 1, sealed.hash)
        yield Entry(last.seq, sealed)


def emptied(outbox, service):
    return asyncio.run(Delivery(outbox, SETTINGS, SYSTEM, lambda: NOW).empty(service))


def test_what_is_refused_goes_by_itself_and_is_set_aside():
    entries = tuple(chain(4))
    outbox, service = Outbox(*entries), Service(entries[1])
    assert emptied(outbox, service) == 3
    assert outbox.put_aside == {2: "refused"}
    assert outbox.mark == 4
    alone = [log_id(entry).encode() for entry in entries]
    assert [one in body for one, body in zip(alone, service.messages[1:], strict=True)] == [
        True
    ] * 4


def test_what_was_taken_before_the_service_fell_silent_is_not_sent_again():
    entries = tuple(chain(4))
    outbox = Outbox(*entries)
    with pytest.raises(Undelivered):
        emptied(outbox, Service(entries[0], down_at=4))
    assert outbox.mark == 2
    assert emptied(outbox, Service()) == 2


def test_what_nobody_can_read_is_set_aside():
    first, second, third = chain(3)
    broken = replace(second, sealed=replace(second.sealed, body=b"{}"))
    outbox = Outbox(first, broken, third)
    assert emptied(outbox, Service()) == 2
    assert outbox.put_aside == {2: "unreadable"}
