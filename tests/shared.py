"""Files that may lie beside the project and are never part of it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
CLINICAL = SHARED / "data" / "crlm-tcia" / "clinical.csv"


def needs(path: Path):
    """Skip a test when a file beside the project is not there, and say which."""
    reason = f"needs ../{path.relative_to(SHARED.parent)}, which is not here"
    return pytest.mark.skipif(not path.exists(), reason=reason)
