"""Answers of the national registers: one element with the result first, and then the rows."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from stodtjanster.information import Item
from stodtjanster.model import Cause, HsaId, Origin, Outcome, Report
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSettings,
    known_to_the_index,
    post,
    unknowable,
)
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Ask, Heard, Request, Response, SourceFailed
from stodtjanster.sources.kit.xml import local_name, text

_DONE: Final = frozenset({"OK", "INFO"})
_CAUSES: Final = {"ACCESSDENIED": Cause.DENIED}


@dataclass(frozen=True, slots=True)
class Register:
    """How the answers of a contract are read. All names are qualified.

    `whole` holds the `result`, with its `code`, and every `row`. `read` makes an item of a row,
    None for one that does not hold now, and raises BadRow.
    """

    contract: Contract
    information: type[Item]
    whole: str
    result: str
    code: str
    row: str
    read: Callable[[etree._Element, Page], Item | None]

    def ask(
        self, settings: RivtaSettings, ask: Ask, content: etree._Element
    ) -> Generator[Request, Response, Heard]:
        """Ask once, and read the answer. Raises SourceFailed."""
        if not known_to_the_index(ask.subject):
            return unknowable(settings, self.information)
        response = yield post(
            settings.url,
            self.contract,
            content,
            address=settings.logical_address,
            consumer=settings.consumer_hsa_id,
            correlation=ask.correlation,
            actor=None,
        )
        reading = Reading(settings.key, ask.at, ask.subject, ask.period, settings.logical_address)
        return self.hear(body_of(response), reading)

    def hear(self, body: bytes, reading: Reading) -> Heard:
        """Read a whole answer, enveloped or bare. Raises SourceFailed when it says that it is none,
        or when that cannot be told: an answer without result is no empty list."""
        answer = _only(open_message(body, self.contract.response).content, self.whole)
        code = text(_only(_only(answer, self.result), self.code))
        if code not in _DONE:
            cause = _CAUSES.get(code or "", Cause.FAULT if code else Cause.UNREADABLE)
            raise SourceFailed(cause, "the result is not OK")
        name = etree.QName(self.row).localname
        page = Page(reading, row=name)
        items: dict[tuple[str, str], Item] = {}
        for row in answer:
            if local_name(row) != name:
                continue
            page.number += 1
            try:
                item = self._read(row, page)
            except BadRow as bad:
                page.reject(bad, page.asker)
            else:
                if item is not None:
                    items[item.origin.identity] = item
        return Heard(tuple(items.values()), (self._report(page),), tuple(page.rejected))

    def _read(self, row: etree._Element, page: Page) -> Item | None:
        if row.tag != self.row:
            raise BadRow("", "an element that the contract does not have")
        return self.read(row, page)

    def _report(self, page: Page) -> Report:
        at = page.reading.asked_at
        return Report(
            source=page.reading.source,
            system=page.asker,
            information=self.information.key,
            outcome=Outcome.DATA_FROM_SOURCE,
            tried_at=at,
            as_of=at,
            cause=Cause.FOREIGN if page.foreign else None,
            rejected=len(page.rejected),
        )


def origin_of(
    page: Page, contract: Contract, record: str, provider: HsaId, unit: HsaId | None
) -> Origin:
    """Of a row of the register that was asked."""
    return Origin(
        page.reading.source,
        page.asker,
        record,
        contract.operation,
        page.reading.asked_at,
        care_provider=provider,
        care_unit=unit,
    )


def _only(parent: etree._Element, name: str) -> etree._Element:
    """The one child with a name. Raises SourceFailed: of two, which one holds nobody can tell."""
    found = [child for child in parent if child.tag == name]
    if len(found) != 1:
        where = etree.QName(name).localname
        raise SourceFailed(Cause.UNREADABLE, f"{where}: {len(found)} elements")
    return found[0]
