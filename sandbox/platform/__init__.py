"""The tjänsteplattform: routing, authorisation, engagement index and aggregation."""

from sandbox.platform.vp import create

__all__ = ["create"]
