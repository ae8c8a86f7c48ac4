"""Agreements through GetCareDocumentation 2.1 and 3.0 (clinicalprocess:healthcond:description).

No contract has agreements of its own, so they are the notes that the care has tagged with a
search word: as the title or the kind of the note, or as a heading inside it. Nothing else of a
note leaves the adapter. A note has the same id in both majors (rivta.md 6-7).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Agreement, Item, Party
from stodtjanster.model import Told
from stodtjanster.sources.care_documentation.settings import WORDS, Settings
from stodtjanster.sources.kit.docbook import under_headings
from stodtjanster.sources.kit.jol import Jol
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    hear_either,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.summary import Header, Summary, since
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import text

_DOMAIN: Final = "clinicalprocess:healthcond:description"
CONTRACTS: Final = tuple(
    Contract(_DOMAIN, "GetCareDocumentation", major, f"urn:riv:{_DOMAIN}:{major}")
    for major in (2, 3)
)


class Adapter(RivtaSource[Settings]):
    """One address that answers one major of GetCareDocumentation."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Agreement})
    contracts: ClassVar[tuple[Contract, ...]] = CONTRACTS

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._notes = next(
            notes for notes in _both(settings.words) if notes.contract.major == settings.major
        )

    def ask(self, ask: Ask) -> Conversation:
        """Ask from `years_back` years before the period to its end."""
        content = self._notes.request(ask, self.settings.years_back)
        return converse(self._notes.rows, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Agreements of one answer in either major, enveloped or bare, found by the usual search
    words. Raises SourceFailed."""
    return hear_either(body, [notes.rows for notes in _both(WORDS)], reading)


class _Notes:
    """How the notes of one major are read: the same names, in namespaces and heads of their own.

    `inside` leads from the row to the element with the note, `period` is the contract's word for
    the period that is asked about.
    """

    def __init__(
        self,
        contract: Contract,
        head: Summary | Jol,
        inside: tuple[str, ...],
        period: str,
        wanted: Callable[[str], bool],
    ) -> None:
        self.contract = contract
        self._namespace = f"{{{contract.types}}}"
        self._head = head
        self._inside = inside
        self._period = period
        self._wanted = wanted
        self._types = Types(contract)
        self._kinds = tuple(self._core(f"clinicalDocument{kind}Code") for kind in ("Note", "Type"))
        self._title = self._core("clinicalDocumentNoteTitle")
        self._text = self._core("clinicalDocumentNoteText")
        self._media = self._core("multimediaEntry")
        paged = contract.major > 2
        self.rows = Rows(contract, Agreement, "careDocumentation", self._read, head.system, paged)

    def _core(self, local: str) -> str:
        return f"{self._namespace}{local}"

    def request(self, ask: Ask, years_back: int) -> etree._Element:
        return self._head.request(ask, since(ask.period, years_back), name=self._period)

    def _read(self, row: etree._Element, page: Page) -> tuple[Agreement, ...]:
        """What a note says under the search words; nothing for a nullified or untagged one."""
        parts = self._head.parts(row)
        header = self._head.read(parts, page)
        if header is None:
            return ()
        note = parts
        for local in self._inside:
            many = ("dissentingOpinion", "dissentintOpinion")
            note = once(note.get(self._core(local)), local, self._namespace, *many)
        tag = self._tag(note, header, page)
        if tag is not None:
            return (_agreement(header, tag, self._whole(note, page), None),)
        found = () if self._text not in note else under_headings(note[self._text], self._wanted)
        agreed = [
            (page.told[heading], told) for heading, said in found if (told := Told.maybe(said))
        ]
        return tuple(
            _agreement(header, heading, told, number if len(agreed) > 1 else None)
            for number, (heading, told) in enumerate(agreed, 1)
        )

    def _tag(self, note: dict[str, etree._Element], header: Header, page: Page) -> Told | None:
        """The search word that the whole note is tagged with."""
        own = page.told[text(note.get(self._title))]
        kinds = (self._types.coded(note.get(kind), page).words for kind in self._kinds)
        tags = chain((own, header.title), kinds)
        return next((told for told in tags if told and self._wanted(told.text)), None)

    def _whole(self, note: dict[str, etree._Element], page: Page) -> Told:
        """The text of a tagged note. One that is only a picture or a sound cannot be shown."""
        said = page.prose(note.get(self._text))
        if said is None:
            where = "multimediaEntry" if self._media in note else "clinicalDocumentNoteText"
            raise BadRow(where, "the note has no text")
        return said


def _agreement(header: Header, heading: Told | None, told: Told, number: int | None) -> Agreement:
    """Who has promised is not told. Several in one note are numbered, alike in both majors."""
    origin = header.origin
    if number is not None:
        origin = replace(origin, record=f"{origin.record}#{number}")
    return Agreement(
        subject=header.subject, origin=origin, text=told, heading=heading, party=Party.UNKNOWN
    )


def _folded(heading: str) -> str:
    return " ".join(heading.split()).rstrip(" :.").casefold()


def _both(words: Iterable[str]) -> tuple[_Notes, _Notes]:
    """Both majors, read with these search words."""
    known = frozenset(map(_folded, words))
    older, newer = CONTRACTS

    def wanted(heading: str) -> bool:
        return _folded(heading) in known

    summary = Summary(older, "careDocumentationHeader", "sourceSystemHSAid")
    inside = ("careDocumentationBody", "clinicalDocumentNote")
    return (
        _Notes(older, summary, inside, "timePeriod", wanted),
        _Notes(newer, Jol(newer, "patientId"), ("body",), "datePeriod", wanted),
    )
