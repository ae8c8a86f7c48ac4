"""The FHIR servers: the municipality's in R4, and Inera's fast kontakt in R5."""

from sandbox.fhir.server import create

__all__ = ["create"]
