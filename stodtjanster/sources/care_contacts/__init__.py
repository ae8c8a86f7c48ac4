"""Vård- och omsorgskontakter: GetCareContacts 2.0, 3.0 (clinicalprocess:logistics:logistics)."""
