"""Whoever speaks FHIR, R4 or R5."""
