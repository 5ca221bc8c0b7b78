"""Where and when a page was made."""

import os
import platform
import subprocess
from datetime import UTC, datetime


def made_by(command: str) -> str:
    """One sentence: command, date, commit, machine and Python."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return (
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip()}, on {os.cpu_count()} "
        f"cores\n({platform.machine()}), Python {platform.python_version()}.\n"
    )
