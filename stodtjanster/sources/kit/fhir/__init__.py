"""FHIR R4 (and the cheap differences of R5) -> our items, without I/O."""

from stodtjanster.sources.kit.fhir.messages import read

__all__ = ["read"]
