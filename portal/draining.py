"""The way out of a process that is to be replaced: nothing that was begun is lost.

By then no new requests come, and the pages that were open have been sent (gunicorn sees to that).
What was shown is in the log already: it was written before.
"""

from flask import Flask

LAND_SECONDS = 5.0
"""Longer than a page waits: what it asked for is on the shelf for the next process."""


def drain(app: Flask) -> None:
    """Answer what is being received, land what is in the air, put it on the shelf, and close."""
    inbound = app.extensions.get("inbound")
    if inbound is not None:
        inbound.stop()
    house = app.extensions["house"]
    house.fetch.stop(LAND_SECONDS)
    if house.shelf is not None:
        house.shelf.close()
    house.store.close()
