"""Units of the national catalogue: GetHealthCareUnit 2.0 and GetUnit 5.0 (HSA)."""
