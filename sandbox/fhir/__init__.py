"""The municipality's FHIR R4 server."""

from sandbox.fhir.server import create

__all__ = ["create"]
