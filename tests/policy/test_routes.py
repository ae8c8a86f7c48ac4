"""Every address is either open on purpose or needs a session; every page is a valid one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from portal.i18n import LANGUAGES
from portal.security import SESSION_COOKIE
from stodtjanster.model import ActorKind
from tests.markup import assert_is_a_page

HTTPS = "https://localhost"
# What anybody may open, and why. A new address stands here or is closed.
OPEN = {
    "static": "files without content about anybody",
    "calendar_feed.subscription": "for calendars, which send no login: the address is the key",
    "statement.statement": "the accessibility statement, which the law wants open",
    "finding.find": "names, numbers and hours of units, which are public",
    "login.root": "sends the browser to the start page",
    "login.start": "the start page",
    "login.begin": "the way to a login provider",
    "login.finish": "the way back from it, guarded by the login cookie",
    "login.logged_out": "says that one is logged out",
    "staff_login.start": "where staff log in",
    "staff_login.begin": "the way to a login provider of staff",
    "staff_login.oidc_answer": "the way back from it, guarded by the cookie of the login",
    "staff_login.saml_metadata": "what a login provider must know of us",
    "staff_login.saml_logout": "messages that a login provider has signed",
    "staff_login.logged_out": "says that one is logged out",
    "ops.alive": "for those who run the portal",
    "ops.ready": "for those who run the portal",
    "ops.sources": "from the machine itself only",
}
# What changes something: by POST, never otherwise.
CHANGING = {
    *(f"actions.send_{act}" for act in ("cancellation", "absence", "taking")),
    *(f"calendar_feed.{act}" for act in ("give", "end")),
    *(f"ombud.{act}" for act in ("write", "rewrite", "prove", "give", "answer", "end")),
    *(f"own.{act}" for act in ("put_in", "rewrite", "remove")),
    *(f"recollection.{act}" for act in ("mark_seen", "forget")),
    *(f"sharing.{act}" for act in ("prove", "seal", "unseal", "lock")),
    "login.logout",
    *(f"patient_gates.{act}" for act in ("attest", "answer", "lift")),
    *(f"patient_gates.{act}" for act in ("open_in_emergency", "end_emergency")),
    "patient_search.search",
    "staff_assignment.take",
    *(f"staff_log.{act}" for act in ("search", "draw", "judge")),
    "staff_login.logout",
    "staff_login.saml_answer",
}
WAYS_IN = tuple(f"/{language}/{door}?till=" for language in LANGUAGES for door in ("", "personal/"))
SAFE = {"GET", "HEAD", "OPTIONS"}
SAMPLES = {
    "language": list(LANGUAGES),
    "path": ["", "del/plans", "finns-inte"],
    "handle": ["k7q2"],
    "provider": ["test"],
    "filename": ["portal.css"],
    "item": ["0123456789abcdef01234567"],
    "nth": ["1"],
    "way": ["boka", "boka-om"],
    "day": ["2026-11-24"],
    "time": ["0123456789abcdef01234567"],
    "once": ["x" * 22],
    "secret": ["x" * 43],
}


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def addresses(app: Flask, rule: Rule) -> Iterator[str]:
    """The rule with every sample in its places."""
    filled: list[dict[str, str]] = [{}]
    for name in rule.arguments:
        filled = [values | {name: each} for values in filled for each in SAMPLES[name] if each]
    adapter = app.url_map.bind("localhost", url_scheme="https")
    for values in filled:
        yield adapter.build(rule.endpoint, values)


def test_every_address_is_listed_or_guarded(app: Flask, visitor: FlaskClient) -> None:
    for rule in rules(app):
        if rule.endpoint in OPEN or rule.endpoint in CHANGING:
            continue
        for address in addresses(app, rule):
            answer = visitor.get(HTTPS + address)
            assert answer.status_code in (302, 401, 404), (rule.endpoint, address)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(WAYS_IN)


def test_nothing_is_listed_that_is_not_there(app: Flask) -> None:
    assert OPEN.keys() | CHANGING <= {rule.endpoint for rule in rules(app)}


def test_what_changes_something_cannot_be_had_by_reading(app: Flask) -> None:
    for rule in rules(app):
        methods = rule.methods or set()
        assert methods <= SAFE or rule.endpoint in CHANGING, rule.endpoint
        if rule.endpoint in CHANGING:
            assert not methods & {"GET", "HEAD"}


def test_no_address_holds_a_person(app: Flask) -> None:
    for rule in rules(app):
        assert not rule.arguments & {"person", "person_id", "pnr", "number", "subject"}
        assert rule.arguments <= SAMPLES.keys(), "give the new argument a sample"


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/{language}/", 200),
        ("/{language}/utloggad", 200),
        ("/{language}/logga-in/finns-inte", 404),
        ("/{language}/finns-inte", 404),
        ("/logga-in/klar", 403),
    ],
)
def test_open_pages_are_valid(visitor: FlaskClient, language: str, path: str, status: int) -> None:
    answer = visitor.get(HTTPS + path.format(language=language))
    assert answer.status_code == status
    assert_is_a_page(answer.text)


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_own_pages_are_valid(app: Flask, resident: FlaskClient, language: str) -> None:
    house = app.extensions["house"]
    own = (view for view in house.views.values() if ActorKind.CITIZEN in view.audience)
    for view in own:
        base = f"/{language}/mig/" + (f"{view.path}/" if view.path else "")
        slots = [f"del/{section.slot}" for section in view.sections]
        for path in ("", *slots):
            answer = resident.get(f"{HTTPS}{base}{path}")
            assert answer.status_code == 200, base + path
            assert_is_a_page(answer.text)
            assert f'lang="{LANGUAGES[language].tag}"' in answer.text
    assert resident.get(f"{HTTPS}/{language}/mig/finns-inte").status_code == 404


def test_the_page_of_one_who_may_not_see_is_valid(teenager: FlaskClient) -> None:
    answer = teenager.get(f"{HTTPS}/sv/mig/")
    assert answer.status_code == 403
    assert_is_a_page(answer.text)


def test_the_page_of_one_who_was_logged_out_is_valid(visitor: FlaskClient) -> None:
    visitor.set_cookie(SESSION_COOKIE, "x", domain="localhost", secure=True)
    answer = visitor.get(f"{HTTPS}/sv/mig/")
    assert answer.status_code == 401
    assert_is_a_page(answer.text)


def test_without_any_source_nobody_is_said_to_have_nothing(resident: FlaskClient) -> None:
    page = resident.get(f"{HTTPS}/sv/mig/").text
    assert "hos dem som svarade" not in page
    assert "ingen delar" in page
