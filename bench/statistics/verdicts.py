"""What became of a target, and how times are written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """met is None where it could not be judged."""

    what: str
    asked: str
    found: str
    met: bool | None


def milliseconds(seconds: float) -> str:
    """Three digits, and all before the point."""
    value = seconds * 1e3
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
