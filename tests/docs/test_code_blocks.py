"""Every code block in the documentation runs, in the order of its page, in a copy of the page's folder.

- ```python blocks of a page share one namespace; each line of an ```output block must stand in what they printed;
- ```toml, ```csv and ```json blocks with file=NAME are written to NAME; toml and json blocks must be TOML and JSON;
- ```console blocks run each line that begins with "$ "; each other line must stand in what was printed (a line may end
  early: the rest of the printed line does not matter);
- ```sh blocks are shown only: they clone and install;
- other languages, and blocks without one, are not code.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
KNOWN = {"python", "output", "toml", "console", "json", "sh", "text", "r", "html", "csv"}


def blocks(page):
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        language, options, code = found.groups()
        yield language.lower(), dict(re.findall(r"(\w+)=(\S+)", options)), code


WITH_CODE = [page for page in PAGES if any(True for _ in blocks(page))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks(page, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "page"
    if page.parent == ROOT or page.parent == ROOT / "docs":
        folder.mkdir()
    else:
        shutil.copytree(page.parent, folder)
    monkeypatch.chdir(folder)
    namespace = {"__name__": "__docs__"}
    printed = ""
    for language, options, code in blocks(page):
        assert language in KNOWN, f"{page.name} has a block in {language!r}, which nobody runs"
        if language == "python":
            exec(compile(code, str(page), "exec"), namespace)
            printed += capsys.readouterr().out
        elif language == "output":
            for line in code.splitlines():
                assert line.rstrip(" .") in printed, (
                    f"{line!r} is not in what the examples printed:\n{printed}"
                )
        elif language == "toml":
            tomllib.loads(code)
            written(folder, options, code)
        elif language == "csv":
            written(folder, options, code)
        elif language == "json":
            json.loads(code)
            written(folder, options, code)
        elif language == "console":
            run_session(code, folder)


def written(folder, options, code):
    """Write a block to the file that it names, if it names one."""
    if "file" in options:
        path = folder / options["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")


def run_session(code, folder):
    """Run the commands of a console block and look for the lines that it promises."""
    printed = ""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "200",
    }
    for line in code.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                line[2:],
                shell=True,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            printed = done.stdout + done.stderr
            assert "Traceback" not in printed, printed
        elif line.strip() and line.strip() != "...":
            assert line.rstrip(" .") in printed, f"{line!r} is not in what the command printed:\n{printed}"
