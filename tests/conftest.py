"""What every test may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of national schemas and real messages, read in place."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: the national schemas and samples are not here")
    return SHARED
