"""The national security services: what the rules must know of a reader, and where it is logged.

Conversations without I/O, as the sources have them, but no sources: nothing of what they say is
shown to anybody (ADR 25).
"""
