"""What a register of consents is configured with."""

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """The contract asks of one provider at a time, at that provider's own address."""

    logical_address: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,32}$", description="the HSA-id of the provider that may read"
    )
