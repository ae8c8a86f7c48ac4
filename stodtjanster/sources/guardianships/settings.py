"""What the service that knows of guardians is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.source import Limits, SourceSettings


class Settings(SourceSettings):
    """One service for the country, over mutual TLS."""

    url: str = Field(pattern=r"^https?://\S+$", description="where it is asked")
    limits: Limits = Limits(concurrent=16, queue=64, answer_seconds=5.0, max_bytes=2**18)
