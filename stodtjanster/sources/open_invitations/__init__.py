"""Öppna kallelser: FindContent 1.0 (engagemangsindex), then GetBookingDetails 1.1."""
