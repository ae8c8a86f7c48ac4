"""Collect the texts of the screen and bring the catalogues up to date with them.

Swedish is the source text. Run by `make translations`; a test fails when it is forgotten. It says
what each language lacks, and writes docs/translations.md: the texts that a translator must read.
With `--missing CODE` it lists what one language lacks, and writes nothing.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal.i18n import KNOWN, SOURCE_LANGUAGE, is_complete, is_translated

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "translations"
REVIEW = ROOT / "docs" / "translations.md"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}

# Babel knows two numbers of Northern Sámi, and the language has three.
_HEADER: Final = 'msgid ""\nmsgstr ""\n"Plural-Forms: {}\\n"\n\n'
PLURALS: Final = {"se": "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);"}

# What a translator has written above a text in a catalogue, when in doubt: "# Granska: why".
DOUBT: Final = "Granska:"
# A text is read for the first of these reasons that has a word of it, whatever its case.
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "Somebody's life may depend on it": ("112",),
    "It has a meaning in law": (
        *("lagen", "(SoL)", "(HSL)", "(LSS)", "ombud", "vårdnadshavare", "samtyck", "spärr"),
        *("fullmakt", "folkbokför", "tvångsvård", "rätt att", "får inte visa", "tillåter"),
        *("13–15", "under 13", "beslut", "insats", "skyddade", "överklag", "tillsyn"),
    ),
    "It is the name of a service, a role or a plan": (
        *("sammanhållen", "vårdkontakt", "läkarkontakt", "omsorgskontakt", "vårdval", "1177"),
        *("sip", "vårdplan", "genomförandeplan", "habilitering", "kallelse", "överenskommelse"),
    ),
    "It says that there is nothing, or that nobody knows": (
        *("hos dem som svarade", "vet inte", "som svarade", "framgår inte", "saknas"),
        *("kan ha ändrats", "inte syns", "äldre kopia", "har inte svarat", "svarade bara delvis"),
    ),
    "Somebody acts on it, and it may be hard to undo": (
        *("avbok", "boka om", "inte hemma", "ta bort", "dela", "skicka", "kom fram", "ångra"),
    ),
}


def collect() -> Catalog:
    """Every text of the screen, without places: a moved line is no changed text."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for room in ("portal", "views"):
        for _file, _line, message, comments, context in extract_from_dir(
            ROOT / room, METHODS, OPTIONS, KEYWORDS
        ):
            found.add(message, None, auto_comments=comments, context=context)
    return found


def path_of(code: str) -> Path:
    return CATALOGUES / code / "LC_MESSAGES" / "messages.po"


def read(code: str) -> Catalog:
    with path_of(code).open("rb") as source:
        return read_po(source, locale=KNOWN[code].tag)


def update(code: str, found: Catalog) -> Catalog:
    """A catalogue with exactly the texts of today; what is known stays translated."""
    catalogue = read(code)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def write(code: str, catalogue: Catalog) -> None:
    with path_of(code).open("wb") as target:
        if code in PLURALS:
            target.write(_HEADER.format(PLURALS[code]).encode())
        write_po(target, catalogue, sort_output=True, omit_header=True, width=100)


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Without the header, which has no text."""
    return (message for message in catalogue if message.id)


def missing(catalogue: Catalog) -> list[Message]:
    return [one for one in texts(catalogue) if one.fuzzy or not is_translated(one.string)]


def source_text(message: Message) -> str:
    """The Swedish; of a text with a number in it, the one for many."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def reason(message: Message) -> str | None:
    """Why a translator must read a text in whatever language it is."""
    said = source_text(message).lower()
    return next(
        (why for why, words in REASONS.items() if any(word.lower() in said for word in words)),
        None,
    )


def review(found: Catalog, catalogues: dict[str, Catalog]) -> str:
    """docs/translations.md."""
    parts = [_INTRODUCTION]
    for why in REASONS:
        rows = sorted(source_text(one) for one in texts(found) if reason(one) == why)
        parts += [f"## {why}\n", *(f"- {_shown(row)}" for row in rows), ""]
    for code, catalogue in catalogues.items():
        doubts = sorted(
            f"- {_shown(source_text(one))} → {_shown(_last(one))}: {_doubt(comment)}"
            for one in texts(catalogue)
            for comment in one.user_comments
            if comment.startswith(DOUBT)
        )
        if doubts:
            parts += [f"## Doubts in {KNOWN[code].name} (`{code}`)\n", *doubts, ""]
    return "\n".join(parts)


_INTRODUCTION: Final = """# Texts that a translator must read

Written by `make translations` from the texts of the screen and the catalogues; change those.

No catalogue has been read by a translator yet. All of each should be. Whoever has little time
begins here: these texts do harm when they are nearly right. The words that each language has
chosen stand in `docs/glossary.md`. A translator who is in doubt writes `# Granska:` and why above
the text in the catalogue, and it is listed here.

- **Northern Sámi** is to be read by a translator from the Swedish side, with Sametinget's list of
  words for care. The dates and weekdays are ours (`portal/i18n.py`): Babel has the month only in
  the nominative.
- **Arabic** is to be read aloud by somebody who reads it on a phone: names, times and telephone
  numbers are written the other way.
- **Finnish** is to be read by somebody who knows the words of Sweden's Finns.
- **Lättläst** is to be tried with the people that it is for. It is not a shorter Swedish.
"""


def _shown(text: str) -> str:
    return f"`{text}`"


def _last(message: Message) -> str:
    string = message.string or ""
    return string if isinstance(string, str) else string[-1]


def _doubt(comment: str) -> str:
    return comment.removeprefix(DOUBT).strip()


def main(arguments: list[str]) -> None:
    found = collect()
    catalogues = {code: update(code, found) for code in KNOWN if code != SOURCE_LANGUAGE}
    if arguments[:1] == ["--missing"]:
        for one in missing(catalogues[arguments[1]]):
            sys.stdout.write(f"{source_text(one)}\n")
        return
    for code, catalogue in catalogues.items():
        write(code, catalogue)
        lacks = len(missing(catalogue))
        state = "offered" if is_complete(catalogue) else "NOT OFFERED"
        sys.stdout.write(f"{code}: {lacks} of {len(catalogue)} missing, {state}\n")
    REVIEW.write_text(review(found, catalogues), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
