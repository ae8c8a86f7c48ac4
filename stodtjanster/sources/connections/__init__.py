"""Who is connected: GetLogicalAddresseesByServiceContract 2.0 (the country's address catalogue)."""
