"""What the inbox is configured with."""

from stodtjanster.sources.kit.local import LocalSettings


class Settings(LocalSettings):
    """Nothing of its own: where the messages are kept is the portal's to say."""
