"""What the register of blocks is configured with."""

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """One service for the country, which no aggregating service stands before."""
