"""Vård- och omsorgsplaner: GetCarePlans 2.0 (clinicalprocess:logistics:logistics)."""
