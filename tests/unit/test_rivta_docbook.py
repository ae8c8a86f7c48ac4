"""Running text: plain, DocBook once or twice escaped, CDATA, and what only looks like it."""

from html import escape

import pytest
from lxml import etree

from stodtjanster.sources.kit.docbook import MAX_TEXT, plain_text, under_headings

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


def is_tag(heading: str) -> bool:
    return heading.rstrip(":").casefold() in ("överenskommelse", "målsättning")


SECTIONS = (
    "<article><info><title>Besök</title></info>"
    "<section><title>Bedömning</title><para>Annat</para></section>"
    "<section><info><title>Över<emphasis>ens</emphasis>kommelse</title></info>"
    "<para>Röntgen <emphasis>i januari</emphasis></para>"
    "<section><title>Målsättning</title><para>Gå själv</para></section></section>"
    "<section><title>Målsättning</title></section></article>"
)


@pytest.mark.parametrize(
    "content",
    [escape(SECTIONS), f"<![CDATA[{SECTIONS}]]>", escape(escape(SECTIONS)), SECTIONS],
    ids=["escaped", "cdata", "escaped twice", "not escaped"],
)
def test_a_section_under_a_wanted_title_is_taken_whole_and_alone(content: str) -> None:
    found = under_headings(purpose(content), is_tag)
    assert found == (("Överenskommelse", "Röntgen i januari\nMålsättning\nGå själv"),)


def test_an_article_with_a_wanted_title_is_all_of_it() -> None:
    article = "<article><info><title>Målsättning</title></info><para>Gå själv</para></article>"
    assert under_headings(purpose(article), is_tag) == (("Målsättning", "Gå själv"),)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Överenskommelse: Lena ringer", [("Överenskommelse", "Lena ringer")]),
        (
            "Status: bra\nÖverenskommelse: Lena ringer\nvarannan vecka\nPlan: annat",
            [("Överenskommelse", "Lena ringer\nvarannan vecka")],
        ),
        (
            "Överenskommelse\n\nLena ringer\nTid: fredagar\n\nAnnat",
            [("Överenskommelse", "Lena ringer\nTid: fredagar")],
        ),
        (
            "ÖVERENSKOMMELSE:\nLena ringer\nMålsättning: Gå själv",
            [("ÖVERENSKOMMELSE", "Lena ringer"), ("Målsättning", "Gå själv")],
        ),
        ("Målsättning:\nGå själv\nBedömning:\nAnnat", [("Målsättning", "Gå själv")]),
        ("Överenskommelse:", []),
        ("Överenskommelse\nMålsättning", []),
        ("Vi har en överenskommelse: Lena ringer", []),
        ("Överenskommelser: Lena ringer", []),
        ("", []),
        (" \n: \n::", []),
    ],
)
def test_a_plain_text_has_headings_too(written: str, found: list[tuple[str, str]]) -> None:
    assert under_headings(purpose(escape(written)), is_tag) == tuple(found)


def test_what_stands_under_a_heading_is_cut_visibly() -> None:
    ((_, said),) = under_headings(purpose(f"Målsättning: {'x' * MAX_TEXT}y"), is_tag)
    assert (len(said), said[-1]) == (MAX_TEXT, "…")
