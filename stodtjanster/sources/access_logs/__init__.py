"""Who has read in other systems: the citizen's own log (ehr:log:querying)."""
