"""Läkemedel: GetMedicationHistory 2.0 och 2.1 (activityprescription:actoutcome)."""
