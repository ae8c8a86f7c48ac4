"""A message is read when it has been on the screen of the one whom it is to.

That is an observation of what was shown, as the log's is, and no wish of the reader's: so it is
made when the page is, comes only once, and needs no form. Contracts have no receipt for it
(AddMessage 2.0), and nobody is told.
"""

import logging
from collections.abc import Callable

from flask import Request

from portal.house import House
from portal.store import StoreUnavailable
from views.kit.view import Shown
from views.message.page import MessagePage

log = logging.getLogger(__name__)


def noted_as_read(house: House, request: Request) -> Callable[[Shown], None]:
    """To be told of every section as it is printed. Never raises."""
    # What a browser fetches on the chance that it will be wanted, nobody has read.
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")

    def note(shown: Shown) -> None:
        page = shown.body
        if ahead or house.messages is None:
            return
        if not isinstance(page, MessagePage) or page.opened is None:
            return
        try:
            house.messages.mark_read(page.opened.person, page.opened.name, house.clock())
        except StoreUnavailable:
            log.warning("a message that was read is still unread")

    return note
