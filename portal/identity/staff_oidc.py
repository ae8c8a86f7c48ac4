"""Logging staff in through an OpenID provider, with what Inera's says in ways of its own.

Claims of one value come as lists, `auth_time` as text and in milliseconds, `sub` is another at
every login, and UserInfo need not be signed. Here those are read as what they mean and then judged
as strictly as a resident's; what a provider of staff may leave out is set for each.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt

from portal.identity.claims import check_id_token, check_userinfo
from portal.identity.oidc import OpenIdProvider, Transaction
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import StaffProviderSettings
from portal.identity.staff import StaffIdentity, staff_identity

_SINGLE: Final = frozenset(
    {"iss", "sub", "azp", "nonce", "acr", "auth_time", "at_hash", "exp", "iat", "nbf"}
    | {"given_name", "family_name"}
)
# In seconds this many digits are the year 5138; in milliseconds they are this century.
_MILLISECOND_DIGITS: Final = 13


class StaffProvider(OpenIdProvider):
    """A provider of employees' logins: what it proves is never a resident."""

    settings: StaffProviderSettings

    def finish(self, transaction: Transaction, params: Mapping[str, str]) -> StaffIdentity:
        """Judge the provider's answer to the login `transaction` began. Raises LoginRefused."""
        metadata, tokens, expected = self._answered(transaction, params)
        token = settled(self._verify(tokens.id_token))
        id_token = check_id_token(token, tokens.access_token, expected)
        claims = token.claims
        if self.settings.userinfo == "signed":
            signed = settled(self._signed_userinfo(metadata, tokens.access_token))
            check_userinfo(signed, id_token.sub, expected)
            claims = claims | signed.claims
        elif self.settings.userinfo == "plain":
            reply = self._userinfo(metadata, tokens.access_token, "application/json")
            plain = {name: _single(name, value) for name, value in reply.json().items()}
            if plain.get("sub") != id_token.sub:
                raise LoginRefused(LoginRefusal.WRONG_SUBJECT)
            claims = claims | plain
        return staff_identity(
            {name: _texts(value) for name, value in claims.items()},
            self.settings.names,
            issuer=id_token.iss,
            level=id_token.acr,
        )

    def _claims_besides(self) -> Mapping[str, object]:
        names = self.settings.names
        needed = (names.hsa_id, names.person)
        return {
            name: {"essential": True} if name in needed else None
            for name in names.model_dump().values()
        }

    def _is_from_here(self, params: Mapping[str, str]) -> bool:
        """Each provider answers at an address of its own, so that one which does not name itself
        cannot be taken for another."""
        if not self.settings.states_issuer and "iss" not in params:
            return True
        return super()._is_from_here(params)


def settled(token: jwt.Token) -> jwt.Token:
    """The token with its standard claims in the types of the standard."""
    claims = {name: _single(name, value) for name, value in token.claims.items()}
    return jwt.Token(token.header, claims)


def _single(name: str, value: Any) -> Any:
    if name not in _SINGLE:
        return value
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    return _seconds(one) if name == "auth_time" else one


def _seconds(value: Any) -> Any:
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        return value
    return int(value) // 1000 if len(value) >= _MILLISECOND_DIGITS else int(value)


def _texts(value: Any) -> tuple[str, ...]:
    """A claim of one value or of several. An object is kept as its JSON; a number is no text."""
    values = value if isinstance(value, list) else [value]
    texts = (json.dumps(each) if isinstance(each, dict) else each for each in values)
    return tuple(each for each in texts if isinstance(each, str))
