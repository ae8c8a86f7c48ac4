"""What the national log is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """One service for the country, which no aggregating service stands before."""

    logical_address: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,128}$", description="the HSA-id of the log service"
    )
