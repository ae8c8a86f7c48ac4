"""Kommunala insatser: GetCareServices 2.0 (clinicalprocess:logistics:logistics)."""
