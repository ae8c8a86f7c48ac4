"""Remisser: GetRequestActivities 1.0 och 2.0 (crm:requeststatus)."""
