"""What the portal's own log is configured with."""

from stodtjanster.sources.kit.local import LocalSettings


class Settings(LocalSettings):
    """Nothing of its own: where the log is kept is the portal's to say."""
