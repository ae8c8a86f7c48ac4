"""What a page complains of: scripts, missing files, and breaches of the content security policy."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Request

FAILED_LOAD = "Failed to load resource: the server responded with a status of "


class Watch:
    """Listens to one page. `complaints` are the errors and warnings of its console."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self._documents: set[str] = set()
        page.on("request", self._note_document)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_document(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page that is refused, on purpose, is an error to the console as well.
        own = message.text.startswith(FAILED_LOAD) and message.location["url"] in self._documents
        if not own:
            self.complaints.append(message.text)
