"""What a source of listings is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """No aggregating service asks for listings: each region is asked, at an address of its own."""

    logical_address: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,128}$", description="the region's HSA-id, or its länskod"
    )
