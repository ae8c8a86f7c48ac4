"""The tjänsteplattform: routing, authorisation, engagement index and aggregation."""

from sandbox.platform.vp import create, outside_tls

__all__ = ["create", "outside_tls"]
