"""Numbers computed by R, stored with the scripts that computed them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def golden(name: str) -> Any:
    """The content of a JSON file: one object for all who ask, so do not change it."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
