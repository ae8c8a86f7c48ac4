"""Listningar: GetListing 1.0 (crm:carelisting)."""
