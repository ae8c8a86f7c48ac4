"""What the register of persons is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """One register for the country, which no aggregating service stands before."""

    logical_address: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,128}$", description="the HSA-id of the register's service"
    )
    profile: str = Field(
        default="P2",
        pattern=r"^P[1-5]$",
        description="how much is asked for; P1 does not promise who has died",
    )
