"""Why a login ended without a session: a code for the page and the security log, never data."""

from enum import StrEnum


class LoginRefusal(StrEnum):
    CANCELLED = "cancelled"
    """The person said no at the provider."""
    LEVEL_TOO_LOW = "level-too-low"
    """The provider could not reach, or did not state, an accepted level of assurance."""
    PROVIDER_UNREACHABLE = "provider-unreachable"
    """No answer, or the provider says that it is out of order."""
    PROVIDER_REFUSED = "provider-refused"
    """The provider did not accept our request or the code (used, expired, not ours)."""
    UNKNOWN_LOGIN = "unknown-login"
    """The answer does not belong to a login that this browser began."""
    TOO_LATE = "too-late"
    """The login was begun too long ago."""
    MALFORMED = "malformed"
    """A message that does not have the shape the standard gives it."""
    BAD_SIGNATURE = "bad-signature"
    """Unsigned, signed with a key or an algorithm that is not accepted, or changed."""
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_NONCE = "wrong-nonce"
    WRONG_SUBJECT = "wrong-subject"
    WRONG_ACCESS_TOKEN = "wrong-access-token"  # noqa: S105 - a reason, not a secret
    NOT_IN_FORCE = "not-in-force"
    """A token that has expired or is not valid yet."""
    STALE_LOGIN = "stale-login"
    """The person was not authenticated for this login, or the provider does not say when."""
    BAD_NUMBER = "bad-number"
    """Not exactly one person number or HSA-id, or one that cannot be right."""
    REPLAYED = "replayed"
    """An assertion that has been used before."""
    UNTRUSTED_METADATA = "untrusted-metadata"
    """What a provider publishes about itself is not signed by whom we trust, or not in force."""


class LoginRefused(Exception):  # noqa: N818 - a refusal is an outcome, not an error
    """A login that must not become a session. `reason` is all it knows, on purpose."""

    def __init__(self, reason: LoginRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
