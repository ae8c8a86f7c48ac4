"""Överenskommelser i journalen: GetCareDocumentation 2.1 och 3.0 (healthcond:description)."""
