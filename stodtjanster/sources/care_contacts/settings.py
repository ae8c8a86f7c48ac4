"""What a source of care contacts is configured with."""

from typing import Literal

from pydantic import Field

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """Both majors are in use, at addresses of their own; a record in both is shown once."""

    major: Literal[2, 3] = Field(default=3, description="which major the address answers")
