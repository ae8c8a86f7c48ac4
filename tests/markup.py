"""What every page must be: valid HTML5 with one main heading and no id twice."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"


def parsed(page: str) -> Any:
    """The tree of a page. Fails at the first thing that the HTML standard calls a parse error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return html5lib.HTMLParser(strict=True).parse(page)


def assert_is_a_page(page: str) -> None:
    """Valid, in a known language, with a title, one h1, ids that are unique and links that hold."""
    tree = parsed(page)
    assert tree.attrib["lang"] in ("sv", "en", "fi", "se", "ar")
    assert tree.attrib["dir"] in ("ltr", "rtl")
    for name in ("title", "h1", "main"):
        found = list(tree.iter(HTML + name))
        assert len(found) == 1, f"{len(found)} {name}"
        assert "".join(found[0].itertext()).strip()
    ids = Counter(each.attrib["id"] for each in tree.iter() if "id" in each.attrib)
    twice = [name for name, times in ids.items() if times > 1]
    assert not twice, twice
    for each in tree.iter():
        for reference in ("aria-labelledby", "aria-describedby", "for"):
            for name in each.attrib.get(reference, "").split():
                assert name in ids, f"{reference} names {name}, which is not on the page"
        target = each.attrib.get("href", "")
        if each.tag == HTML + "a" and target.startswith("#"):
            assert target[1:] in ids, f"a link to {target}, which is not on the page"
