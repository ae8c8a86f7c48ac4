"""A provider that could be listened to is refused before anyone logs in there."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from portal.identity import ProviderSettings


def settings(issuer: str, **more: object) -> ProviderSettings:
    return ProviderSettings(
        title="BankID", issuer=issuer, client_id="portalen", client_key=Path("key"), **more
    )


@pytest.mark.parametrize(
    "issuer", ["https://idp.example/oidc", "http://127.0.0.1:9400", "http://localhost:1"]
)
def test_protected_issuers(issuer: str) -> None:
    assert settings(issuer).issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "http://idp.example",
        "http://127.0.0.1.evil.example",
        "https://user@idp.example",
        "https://idp.example/?a=b",
        "https://idp.example/#a",
        "idp.example",
        "ftp://127.0.0.1",
    ],
)
def test_unprotected_issuers(issuer: str) -> None:
    with pytest.raises(ValidationError):
        settings(issuer)


def test_some_level_must_be_asked_for() -> None:
    with pytest.raises(ValidationError):
        settings("https://idp.example", acr_values=())


def test_a_misspelt_setting_is_an_error() -> None:
    with pytest.raises(ValidationError):
        settings("https://idp.example", acr_value=("loa3",))
