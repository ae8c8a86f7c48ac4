"""Personuppgifter: GetPersonsForProfile 5.0 (strategicresourcemanagement:persons:person)."""
