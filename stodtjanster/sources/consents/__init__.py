"""Who may read by consent (informationsecurity:authorization:consent)."""
