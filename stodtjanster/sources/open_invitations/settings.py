"""What a source of open invitations is configured with."""

from stodtjanster.sources.kit.engagements import IndexSettings


class Settings(IndexSettings):
    """Nothing beyond what every source that asks the index needs."""
