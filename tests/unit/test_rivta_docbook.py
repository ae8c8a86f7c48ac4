"""Running text: plain, DocBook once or twice escaped, CDATA, and what only looks like it."""

from html import escape

import pytest
from lxml import etree

from stodtjanster.sources.kit.docbook import MAX_TEXT, plain_text

ARTICLE = (
    '<article xmlns="http://docbook.org/ns/docbook"><info><title>Kallelse</title></info>'
    "<para>Kom <emphasis>fastande</emphasis> till\n  labbet.</para>"
    "<section><title>Ta med</title><para>Läkemedelslista</para></section></article>"
)
LINES = "Kallelse\nKom fastande till labbet.\nTa med\nLäkemedelslista"


def purpose(content: str) -> etree._Element:
    return etree.fromstring(f"<purpose>{content}</purpose>")


@pytest.mark.parametrize(
    "content",
    [escape(ARTICLE), f"<![CDATA[{ARTICLE}]]>", escape(escape(ARTICLE)), ARTICLE],
    ids=["escaped", "cdata", "escaped twice", "not escaped"],
)
def test_docbook_becomes_a_line_for_each_block(content: str) -> None:
    assert plain_text(purpose(content)) == LINES


@pytest.mark.parametrize(
    "written",
    [
        "Kom fastande",
        "<3 alla",
        "<article><para>aldrig stängt",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article>&x;</article>',
    ],
)
def test_what_is_no_docbook_is_shown_as_it_stands(written: str) -> None:
    assert plain_text(purpose(escape(written))) == written


def test_text_after_the_element_is_not_its_own() -> None:
    row = etree.fromstring("<row><purpose>Hej <b>du</b></purpose>annat</row>")
    assert plain_text(row[0]) == "Hej du"


def test_absurdly_long_text_is_cut_visibly() -> None:
    cut = plain_text(purpose("a" * (MAX_TEXT + 1)))
    assert len(cut) == MAX_TEXT
    assert cut.endswith("…")


def test_blank_text_is_empty() -> None:
    assert plain_text(purpose("")) == ""
