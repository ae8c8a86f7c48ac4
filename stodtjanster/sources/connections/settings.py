"""What the country's catalogue of addresses is configured with."""

from stodtjanster.sources.kit.rivta import RivtaSettings
from stodtjanster.sources.kit.source import Limits


class Settings(RivtaSettings):
    """One catalogue for the country. `limits.fresh_seconds` is how often it is asked again."""

    limits: Limits = Limits(fresh_seconds=6 * 3600.0)
