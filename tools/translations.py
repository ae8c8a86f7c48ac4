"""Collect the texts of the screen and bring the catalogues up to date with them.

Swedish is the source text. Run by `make translations`; a test fails when it is forgotten.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "translations"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


def collect() -> Catalog:
    """Every text of the screen, without places: a moved line is no changed text."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for room in ("portal", "views"):
        for _file, _line, message, comments, context in extract_from_dir(
            ROOT / room, METHODS, OPTIONS, KEYWORDS
        ):
            found.add(message, None, auto_comments=comments, context=context)
    return found


def update(path: Path, found: Catalog) -> Catalog:
    """The catalogue at `path` with exactly the texts of today; what is known stays translated."""
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def main() -> None:
    found = collect()
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        catalogue = update(path, found)
        with path.open("wb") as target:
            write_po(target, catalogue, sort_output=True, omit_header=True, width=100)
        missing = [m.id for m in catalogue if m.id and not m.string]
        sys.stdout.write(f"{path.parent.parent.name}: {len(missing)} of {len(catalogue)} missing\n")


if __name__ == "__main__":
    main()
