"""What the provider may be told to do wrong, once: the portal must not let any of it in."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

_ID_TOKEN_CLAIMS = ("iss", "nonce", "acr", "auth_time", "aud", "azp", "exp", "iat", "at_hash")


class Vices(BaseModel):
    """How the next login differs from a right one.

    `response`, `id_token` and `userinfo` replace single members there (null leaves one out);
    the claims of the ID token may also be given at the top level.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    response: dict[str, str | None] = {}
    id_token: dict[str, Any] = {}
    userinfo: dict[str, Any] = {}
    alg: Literal["none", "HS256"] | None = None
    foreign_key: bool = False
    unknown_kid: bool = False
    userinfo_unsigned: bool = False
    userinfo_alg: Literal["none", "HS256"] | None = None
    userinfo_foreign_key: bool = False
    wrong_sub: bool = False
    both_numbers: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gather_claims(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        claims = {name: data[name] for name in _ID_TOKEN_CLAIMS if name in data}
        rest = {name: value for name, value in data.items() if name not in claims}
        return rest | {"id_token": rest.get("id_token", {}) | claims}


def altered(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`members` with `changes`, without those that are changed to None."""
    return {name: value for name, value in (members | changes).items() if value is not None}
