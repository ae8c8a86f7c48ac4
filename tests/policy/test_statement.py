"""The accessibility statement: open, in every language, and one step away from every page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.i18n import KNOWN, LANGUAGES, at
from portal.pages import Pages
from portal.settings import AccessibilitySettings
from portal.statement import ASSESSED, SUPERVISOR_URL
from tests.markup import assert_is_a_page
from tests.policy.conftest import NOW

HTTPS = "https://localhost"
PROVIDER = AccessibilitySettings(
    name="Region Nordmark", phone="0980-319 299", email="t@nordmark.example"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_anybody_may_read_it(visitor: FlaskClient, language: str) -> None:
    answer = visitor.get(f"/{language}/tillganglighet", base_url=HTTPS)
    assert answer.status_code == 200
    assert_is_a_page(answer.text)
    assert SUPERVISOR_URL in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "utloggad", "finns-inte", "mig/", "tillganglighet"])
def test_every_page_leads_to_it(resident: FlaskClient, language: str, path: str) -> None:
    page = resident.get(f"/{language}/{path}", base_url=HTTPS, follow_redirects=True).text
    assert f'href="/{language}/tillganglighet"' in page


def test_it_says_whom_to_turn_to() -> None:
    with at(NOW):
        page = Pages().render(
            "sv",
            "statement.html",
            title="Tillgänglighet",
            provider=PROVIDER,
            assessed=ASSESSED,
            supervisor_url=SUPERVISOR_URL,
        )
    assert_is_a_page(page)
    for said in (PROVIDER.name, "tel:0980319299", f"mailto:{PROVIDER.email}"):
        assert said in page


def test_the_language_of_the_page_is_said_to_the_browser() -> None:
    pages = Pages()
    for code in LANGUAGES:
        page = pages.render(code, "refused.html", title="x")
        assert f'<html lang="{KNOWN[code].tag}" dir="{pages.speaker(code).text_dir}">' in page
