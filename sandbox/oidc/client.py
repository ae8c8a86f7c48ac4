"""Who calls the provider: private_key_jwt (RFC 7523) and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from sandbox.oidc.shelf import Shelf

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT_ALG = "ES256"
_LONGEST = 300
_SKEW = 10


class UnknownClient(Exception):  # noqa: N818
    """The caller did not prove to be the registered client."""


class RegisteredClient:
    """The portal, as the provider knows it: an identifier and a key."""

    def __init__(
        self, client_id: str, key: Key, audiences: tuple[str, ...], clock: Callable[[], float]
    ) -> None:
        self.client_id = client_id
        self._key = key
        self._audiences = list(audiences)
        self._clock = clock
        self._used: Shelf[bool] = Shelf(_LONGEST + _SKEW, clock)

    def authenticate(self, form: Mapping[str, str]) -> None:
        """Check the assertion in a request. Raises UnknownClient, also when it was used before."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise UnknownClient
        try:
            token = jwt.decode(form.get("client_assertion", ""), self._key, algorithms=[CLIENT_ALG])
            self._registry().validate(token.claims)
        except (JoseError, ValueError):
            raise UnknownClient from None
        self._use(token.claims)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=_SKEW,
            iss={"essential": True, "value": self.client_id},
            sub={"essential": True, "value": self.client_id},
            aud={"essential": True, "values": self._audiences},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _use(self, claims: dict[str, Any]) -> None:
        too_long = claims["exp"] > self._clock() + _LONGEST + _SKEW
        if too_long or self._used.get(claims["jti"]):
            raise UnknownClient
        self._used.put(claims["jti"], True)
