"""Bokningar: details, free times, cancelling, moving and making (crm:scheduling 1.1)."""
