"""IIType and CVType, which every newer contract has in the namespace of its own types."""

from typing import Final, NamedTuple

from lxml import etree

from stodtjanster.model import PersonId, Told
from stodtjanster.sources.kit.rivta import MAX_ID, PERSON_ROOTS, Contract, Page
from stodtjanster.sources.kit.xml import one_text, texts


class Coded(NamedTuple):
    """A CVType: the code, "" for none, of which code system, and in words."""

    code: str
    system: str | None
    words: Told | None

    def of(self, system: str) -> str:
        """The code, "" when it is of another code system than the one expected."""
        return self.code if (self.system or system).strip() == system else ""


_NOTHING: Final = Coded("", None, None)


class Types:
    """How one contract writes identities and codes."""

    def __init__(self, contract: Contract) -> None:
        namespace = f"{{{contract.types}}}"
        self._root = f"{namespace}root"
        self._extension = f"{namespace}extension"
        self._code = f"{namespace}code"
        self._code_system = f"{namespace}codeSystem"
        self._display_name = f"{namespace}displayName"
        self._original_text = f"{namespace}originalText"

    def about(self, content: etree._Element, subject: PersonId, name: str = "patientId") -> None:
        """Say in a request, in the element that the contract has for it, whom it is about."""
        own = etree.QName(content).namespace
        patient = etree.SubElement(content, f"{{{own}}}{name}")
        etree.SubElement(patient, self._root).text = PERSON_ROOTS.get(subject.kind)
        etree.SubElement(patient, self._extension).text = subject.value

    def extension(self, identity: etree._Element | None) -> str | None:
        """The extension of an IIType, unstripped."""
        return one_text(identity, self._extension)

    def local(self, identity: etree._Element | None) -> str | None:
        """The extension, else the root: an identity that is a UUID has only a root."""
        return one_text(identity, self._extension) or one_text(identity, self._root)

    def whole(self, identity: etree._Element | None) -> str | None:
        """Root and extension as one name; None when absent or absurdly long."""
        if identity is None:
            return None
        parts = texts(identity)
        both = ((parts.get(self._root) or "").strip(), (parts.get(self._extension) or "").strip())
        joined = "|".join(part for part in both if part)
        return joined if 0 < len(joined) <= MAX_ID else None

    def coded(self, code: etree._Element | None, page: Page) -> Coded:
        """What a CVType says."""
        if code is None:
            return _NOTHING
        fields = texts(code)
        return Coded(
            (fields.get(self._code) or "").strip(),
            fields.get(self._code_system),
            page.told[fields.get(self._display_name)] or page.told[fields.get(self._original_text)],
        )
