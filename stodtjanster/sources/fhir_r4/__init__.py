"""A municipality (or anyone else) that speaks FHIR R4."""
