"""One step at a time through a conversation, whatever it ends with."""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeAlias, TypeVar

from stodtjanster.sources.kit.source import Request, Response

T = TypeVar("T")
Talk: TypeAlias = Generator[Request, Response, T]

LARGE_BODY = 256 * 1024


@contextmanager
def ending(talk: Talk[T]) -> Iterator[Talk[T]]:
    try:
        yield talk
    finally:
        # A body may still be read in a thread when the service stops: it ends with that.
        with suppress(ValueError):
            talk.close()


def begin(talk: Talk[T]) -> Request | T:
    return _step(talk, talk.__next__)


def fail(talk: Talk[T], error: Exception) -> Request | T:
    """Throw what went wrong on the wire into the conversation."""
    return _step(talk, partial(talk.throw, error))


async def tell(talk: Talk[T], response: Response) -> Request | T:
    """Large bodies are read in a thread, so that nobody else's flight waits for the parser."""
    send = partial(talk.send, response)
    if len(response.body) > LARGE_BODY:
        return await asyncio.to_thread(_step, talk, send)
    return _step(talk, send)


def _step(_talk: Talk[T], advance: Callable[[], Request]) -> Request | T:
    """StopIteration ends here: no thread or task can carry it."""
    try:
        return advance()
    except StopIteration as end:
        said: T = end.value
        return said
