"""Logging in: what each identity provider must prove before anyone is let in."""

from portal.identity.oidc import Beginning, Identity, Provider, Transaction
from portal.identity.paths import safe_next
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import ProviderSettings

__all__ = [
    "Beginning",
    "Identity",
    "LoginRefusal",
    "LoginRefused",
    "Provider",
    "ProviderSettings",
    "Transaction",
    "safe_next",
]
