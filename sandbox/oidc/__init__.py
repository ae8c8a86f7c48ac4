"""Test-BankID and Test-Freja: an OpenID provider where one chooses who to be.

It follows the Swedish OpenID Connect Profile 1.0 as a real provider would: code flow with
PKCE, pushed requests (RFC 9126), private_key_jwt only, signed UserInfo, the issuer in the
response (RFC 9207). What it does not have is proof: everybody is let in as anybody.
"""

from sandbox.oidc.provider import create

__all__ = ["create"]
