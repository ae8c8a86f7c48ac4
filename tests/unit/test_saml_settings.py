"""What a provider of staff must be configured with, and what may not be."""

from __future__ import annotations

from pathlib import Path

import pytest
import xmlsec
from lxml import etree
from pydantic import ValidationError

from portal.identity.settings import SamlSettings, browser_url
from portal.settings import Settings

KNOWN = {
    "title": "SITHS",
    "entity_id": "https://idp.example/metadata",
    "metadata_url": "https://idp.example/metadata",
    "metadata_signers": ["federation.pem"],
    "site": "https://idp.example",
    "certificate": "portal.pem",
    "private_key": "portal.key",
}
OPENID = {"title": "En", "issuer": "https://op.example", "client_id": "p", "client_key": "k"}


def test_lxml_and_xmlsec_hold_the_same_libxml2() -> None:
    """With another pair of versions the import itself fails, or every signature does."""
    assert xmlsec.get_libxml_version() == etree.LIBXML_VERSION


def test_the_defaults_are_strict() -> None:
    settings = SamlSettings(**KNOWN)
    assert settings.assertion_signed
    assert settings.levels == ("http://id.sambi.se/loa/loa3",)


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata_signers": []},
        {"metadata_url": None},
        {"metadata_file": "idp.xml"},
        {"metadata_url": "http://idp.example/metadata"},
        {"next_certificate": "next.pem"},
        {"next_private_key": "next.key"},
        {"assertion_signed": False},
        {"levels": []},
        {"site": "http://idp.example"},
        {"site": "javascript:alert(1)"},
        {"signature": "optional"},
    ],
)
def test_what_would_be_unsafe_stops_the_start(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SamlSettings(**(KNOWN | changes))


def test_a_file_needs_no_signer() -> None:
    settings = SamlSettings(
        **(KNOWN | {"metadata_url": None, "metadata_file": "idp.xml", "metadata_signers": []})
    )
    assert settings.metadata_file == Path("idp.xml")


@pytest.mark.parametrize("url", ["http://idp.sithis.localhost:9406", "https://idp.example"])
def test_a_browser_may_be_sent_there(url: str) -> None:
    assert browser_url(url) == url


@pytest.mark.parametrize(
    "url", ["http://localhost.evil.example", "ftp://a.localhost", "http://u@a.localhost/", "//x"]
)
def test_a_browser_may_not(url: str) -> None:
    with pytest.raises(ValueError, match="needed"):
        browser_url(url)


@pytest.mark.parametrize(
    "providers",
    [
        {
            "logins": [{**OPENID, "key": "a"}],
            "staff_logins": [{**OPENID, "key": "b"}],
        },
        {
            "logins": [{**OPENID, "issuer": KNOWN["entity_id"], "key": "a"}],
            "staff_saml": [{**KNOWN, "key": "b"}],
        },
        {
            "staff_saml": [{**KNOWN, "key": "a"}],
            "staff_logins": [{**OPENID, "key": "a"}],
        },
        {"staff_saml": [{**KNOWN, "key": "a"}, {**KNOWN, "key": "b"}]},
    ],
    ids=["openid both", "saml both", "one key", "twice"],
)
def test_a_provider_logs_in_residents_or_staff(providers: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**providers)


def test_residents_and_staff_have_providers_of_their_own() -> None:
    settings = Settings(
        logins=[{**OPENID, "key": "a"}],
        staff_saml=[{**KNOWN, "key": "siths"}],
        staff_logins=[{**OPENID, "issuer": "https://inera.example", "key": "inera"}],
    )
    assert settings.staff_idle_minutes < settings.session_idle_minutes
