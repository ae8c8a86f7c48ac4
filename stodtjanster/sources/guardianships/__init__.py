"""Whose guardian somebody is, over a protocol of our own (docs/guardianship.md)."""
