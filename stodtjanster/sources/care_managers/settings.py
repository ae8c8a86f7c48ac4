"""What a source of fasta kontakter is configured with."""

from stodtjanster.sources.kit.rivta import RivtaSettings


class Settings(RivtaSettings):
    """Nothing beyond what every RIV-TA source needs."""
