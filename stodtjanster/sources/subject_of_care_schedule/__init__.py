"""Bokade tider: GetSubjectOfCareSchedule 1.1 (crm:scheduling)."""
