"""Importing the statistics loads none of the heavy libraries: they come with the first number that needs them."""

import json
import subprocess
import sys
from pathlib import Path

import crlm.statistics

HEAVY = ("scipy.special", "scipy.stats", "scipy.optimize", "scipy.linalg", "numba")


def test_importing_every_module_but_the_batch_loads_no_heavy_library() -> None:
    folder = Path(crlm.statistics.__file__).parent
    modules = sorted(
        ".".join(("crlm.statistics", *path.relative_to(folder).with_suffix("").parts))
        for path in folder.rglob("*.py")
        if path.name != "__init__.py" and "batch" not in path.relative_to(folder).parts
    )
    assert len(modules) > 50
    script = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    assert [name for name in HEAVY if name in loaded] == []
