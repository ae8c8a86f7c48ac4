"""Test-SITHS: a SAML identity provider for staff, where one chooses who to be.

It is pysaml2 in Swedish dress: Redirect in, POST out, the attribute names of Sambi, SITHS levels,
signed metadata with an end. It stands on a host name of its own, so that a browser takes it for
another site than the portal, as the real one is. What it does not have is proof.
"""

import warnings

# pysaml2 imports a cipher that it never uses, and cryptography says that it will be moved.
warnings.filterwarnings("ignore", message="CFB has been moved")

from sandbox.siths.provider import create  # noqa: E402 - not before the warning is stilled

__all__ = ["create"]
