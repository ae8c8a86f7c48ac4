"""What becomes of the public messages: read, read without some rows, or refused, and why.

    python tools/sample_table.py [--shared DIR]

Reads every answer and fault of RIV-TA and every FHIR resource below DIR (`../shared`) as
`portal parse` would, and writes docs/samples.md. A test fails when the page is not what is read
today. Files and counts only: nothing that a message says is written down.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from lxml import etree

from portal.reading import contracts_of
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.fhir.messages import KINDS
from stodtjanster.sources.kit.fhir.messages import read as read_fhir
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Heard, SourceFailed

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "samples.md"
SHARED = ROOT.parent / "shared"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""The samples are read at this time, so that the table does not change with the days."""
R5 = "se-inera-careteam-r5"
FAULTS = "soap-fault"
VERDICTS = ("read", "rows refused", "refused")

_HEAD: Final = """# What becomes of the public messages

Made by `python tools/sample_table.py`; a test compares it with what is read today. The messages
are public (see `PROVENANCE.md` beside them) and are read in place, as `portal parse` reads them:
nobody in particular was asked about.

- **read**: everything in the message was made something of, or left out by rule
- **rows refused**: some rows were shown or left out by rule, others were refused, and counted
- **refused**: nothing in the message can be shown, and the whole answer or each row says why
"""
_RIVTA: Final = """
## RIV-TA: answers and faults

A message of a contract that no source asks for is refused by every reader; those are summed up
in the last table. An answer that is read without items says that there is nothing, or holds only
what is not shown (notes without an agreement, ended treatments). The one item of an answer to a
write is its outcome. A fault is nobody's rows.
"""
_FHIR: Final = """
## FHIR: resources of the kinds that are shown

By resource type and folder. Rows of a Bundle are counted one by one. A row that its own words
say is not to be shown (its status, its intent, what kind it is) is refused with that reason.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message: `items` made of it, and why the rest was refused."""

    items: int
    whys: tuple[str, ...] = ()
    whole: bool = True

    @property
    def verdict(self) -> str:
        if not self.whole or (self.whys and not self.items):
            return "refused"
        return "rows refused" if self.whys else "read"


Read = Callable[[bytes], Result]


def result_of(read: Read, body: bytes) -> Result:
    """Raises nothing but what is a bug of an adapter."""
    try:
        return read(body)
    except SourceFailed as failed:
        return Result(0, (f"{failed.cause}: {failed.detail}",), whole=False)


def made_of(heard: Heard) -> Result:
    """What a reader made of a message, without what the message says."""
    return Result(len(heard.items), tuple(_why(one.where, one.why) for one in heard.rejected))


def _why(where: str, why: str) -> str:
    """Without the row and the numbers of elements: the reason is the same for each."""
    _, _, place = re.sub(r"\[\d+\]", "", where).partition("/")
    return f"{place}: {why}" if place else why


def readers() -> dict[str, tuple[Contract, Read]]:
    """By namespace of a contract: how an answer of it is read."""
    found: dict[str, tuple[Contract, Read]] = {}
    for kind in kinds():
        adapter = import_module(f"stodtjanster.sources.{kind}.adapter")
        writes = {contract.operation for contract in getattr(adapter, "WRITES", ())}
        for contract in contracts_of(adapter):
            read = _outcome(adapter) if contract.operation in writes else _answer(adapter)
            found[contract.namespace] = (contract, read)
    return found


def _answer(adapter: Any) -> Read:
    return lambda body: made_of(adapter.read(body, reading=Reading("fil", AT)))


def _outcome(adapter: Any) -> Read:
    """The one item of an answer to a write is its outcome."""

    def read(body: bytes) -> Result:
        adapter.read_outcome(body)
        return Result(1)

    return read


def namespace_of(body: bytes) -> str:
    """The namespace of the payload, "" for what cannot be parsed."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ""
    (content,) = root.findall("{*}Body/*")[:1] or [root]
    return etree.QName(content).namespace or ""


def rivta_lines(samples: Path) -> Iterator[str]:
    """A line for each contract, then one for each message, then the contracts of others."""
    known = readers()
    (_, anybody), *_ = known.values()
    contracts: dict[str, dict[str, Result]] = {}
    others: Counter[tuple[str, str]] = Counter()
    for path in sorted([*samples.glob("*/response-*.xml"), *samples.glob(f"{FAULTS}/*.xml")]):
        body = path.read_bytes()
        contract = _short(path.parent.name)
        own = known.get(namespace_of(body))
        if own is not None or contract == FAULTS:
            _, read = own or (None, anybody)
            contracts.setdefault(contract, {})[_number(path)] = result_of(read, body)
        else:
            (verdict,) = {result_of(read, body).verdict for _, read in known.values()}
            others[contract, verdict] += 1
    unheard = {f"{contract.operation}.{contract.major}" for contract, _ in known.values()}
    yield from ("| contract | messages | read | rows refused | refused |", "|---|---|---|---|---|")
    for contract, results in sorted(contracts.items()):
        yield f"| {contract} | {len(results)} | {_counted(results.values())} |"
    for contract in sorted(unheard - contracts.keys()):
        yield f"| {contract} | 0, none is public | | | |"
    yield from ("", "| message | result | items | why refused |", "|---|---|---|---|")
    for contract, results in sorted(contracts.items()):
        for number, result in results.items():
            whys = _summed(result.whys)
            yield f"| {contract}/{number} | {result.verdict} | {result.items} | {whys} |"
    yield from ("", "| contract that no source asks for | messages | result |", "|---|---|---|")
    for (contract, verdict), count in sorted(others.items()):
        yield f"| {contract} | {count} | {verdict} |"


def _counted(results: Iterable[Result]) -> str:
    verdicts = Counter(one.verdict for one in results)
    return " | ".join(str(verdicts[name]) for name in VERDICTS)


def _short(folder: str) -> str:
    """Operation and major."""
    return ".".join(folder.split(".")[-2:])


def _number(path: Path) -> str:
    return "-".join(path.stem.split("-")[:2])


def _summed(whys: Iterable[str]) -> str:
    """The commonest reason first, each with how often."""
    counted = sorted(Counter(whys).items(), key=lambda one: (-one[1], one[0]))
    return "; ".join(why if count == 1 else f"{why} ({count})" for why, count in counted)


def fhir_lines(samples: Path) -> Iterator[str]:
    """One line for each resource type and folder."""
    yield "| resource type | folder | rows | read | rows refused | refused | why refused |"
    yield "|---|---|---|---|---|---|---|"
    found: dict[tuple[str, str], list[Result]] = {}
    others: Counter[str] = Counter()
    for path in sorted(samples.glob("*/*.json")):
        folder = path.parent.name
        read = _fhir("R5" if folder == R5 else "R4")
        for row in _resources(orjson.loads(path.read_bytes())):
            kind = row["resourceType"]
            if kind in KINDS:
                result = result_of(read, orjson.dumps(row))
                found.setdefault((kind, folder), []).append(result)
            else:
                others[kind] += 1
    for (kind, folder), results in sorted(found.items()):
        whys = _summed(why for one in results for why in one.whys)
        yield f"| {kind} | {folder} | {len(results)} | {_counted(results)} | {whys} |"
    yield ""
    yield "Other resource types stand beside the rows (names, units, goals) or are not asked for:"
    yield ", ".join(f"{kind} {count}" for kind, count in sorted(others.items())) + "."


def _fhir(release: Literal["R4", "R5"]) -> Read:
    return lambda body: made_of(read_fhir(body, reading=Reading("fil", AT), release=release))


def _resources(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A resource itself, or each that a Bundle holds."""
    if whole.get("resourceType") != "Bundle":
        yield whole
        return
    for entry in whole.get("entry", ()):
        resource = entry.get("resource")
        if resource:
            yield resource


def page(shared: Path) -> str:
    """The whole of docs/samples.md, from the samples below `shared`."""
    rivta = "\n".join(rivta_lines(shared / "rivta" / "samples"))
    fhir = "\n".join(fhir_lines(shared / "fhir" / "samples"))
    return f"{_HEAD}{_RIVTA}\n{rivta}\n{_FHIR}\n{fhir}\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    PAGE.write_text(page(parser.parse_args().shared), encoding="utf-8")


if __name__ == "__main__":
    main()
