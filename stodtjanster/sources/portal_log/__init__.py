"""What the portal's own audit log says of who has read."""
