"""Marks on a page: the few SVG elements that the figures are made of, in points, as text.

Text stays text. Colours are from Okabe and Ito's palette, which people with any colour vision can tell apart, and every
series has a dash pattern too, so that colour is never the only difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crlm.rendering.escaping import escape
from crlm.rendering.typeface import FAMILY

INK = "#1a1a1a"
MUTED = "#595959"
RULE = "#8c8c8c"
GRID = "#e3e3e3"
STRIPE = "#f4f6f8"
ALERT = "#a30000"
PAGE_WIDTH = 482.0
"""Points: the text width of an A4 page with margins of 20 mm."""
SMALL, NORMAL = 7.5, 8.5
"""Font sizes in points."""
SERIES = (
    ("#0072B2", ""),
    ("#D55E00", "6 2.5"),
    ("#009E73", "2 2"),
    ("#AA4499", "8 2.5 2 2.5"),
    ("#B47700", "4 1.5 1.5 1.5 1.5 1.5"),
    ("#1a1a1a", "1.2 2.4"),
)
"""Colour and dash pattern of the first, second ... group."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing and its size in points."""

    svg: str
    width: float
    height: float


def series(index: int) -> tuple[str, str]:
    """Colour and dash pattern of a group; no two of the first 36 have both in common."""
    turn, place = divmod(index, len(SERIES))
    return SERIES[place][0], SERIES[(place + turn) % len(SERIES)][1]


def number(value: float) -> str:
    """A coordinate: two decimals at most, no negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(name: str, content: str = "", /, **attributes: str | float | None) -> str:
    """An element; attributes that are None are left out, numbers are coordinates, `_` in a name stands for `-`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, (int, float)) else escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = NORMAL,
    anchor: str = "start",
    bold: bool = False,
    fill: str = INK,
    turned: bool = False,
    role: str | None = None,
) -> str:
    """One line of text with its baseline at y; `turned` reads upwards, `role` becomes the class."""
    return element(
        "text",
        escape(content),
        class_=role,
        x=x,
        y=y,
        font_size=size,
        text_anchor=None if anchor == "start" else anchor,
        font_weight="bold" if bold else None,
        fill=None if fill == INK else fill,
        transform=f"rotate(-90 {number(x)} {number(y)})" if turned else None,
    )


def lines_of_text(
    x: float,
    y: float,
    lines: Sequence[str],
    step: float,
    *,
    size: float = NORMAL,
    bold: bool = False,
    anchor: str = "start",
    fill: str = INK,
) -> list[str]:
    """Lines of text under one another, the first with its baseline at y."""
    return [
        text(x, y + k * step, words, size=size, bold=bold, anchor=anchor, fill=fill)
        for k, words in enumerate(lines)
    ]


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    stroke: str = INK,
    width: float = 0.8,
    dash: str = "",
    role: str | None = None,
) -> str:
    """A straight line."""
    dashes = dash or None
    return element(
        "line",
        class_=role,
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dashes,
    )


def rectangle(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str,
    stroke: str | None = None,
    radius: float | None = None,
) -> str:
    """A rectangle."""
    line_width = None if stroke is None else 0.8
    return element(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        rx=radius,
        fill=fill,
        stroke=stroke,
        stroke_width=line_width,
    )


def path(
    steps: str,
    *,
    fill: str = "none",
    stroke: str | None = None,
    width: float = 0.8,
    dash: str = "",
    opacity: float | None = None,
) -> str:
    """A path."""
    return element(
        "path",
        d=steps,
        fill=fill,
        fill_opacity=opacity,
        stroke=stroke,
        stroke_width=None if stroke is None else width,
        stroke_dasharray=dash or None,
    )


def polygon(points: Iterable[tuple[float, float]], *, fill: str = INK) -> str:
    """A filled polygon: arrow heads, diamonds."""
    corners = " L".join(f"{number(x)} {number(y)}" for x, y in points)
    return path(f"M{corners} Z", fill=fill)


def drawing(
    identifier: str, title: str, description: str, width: float, height: float, parts: Iterable[str]
) -> Drawing:
    """The whole drawing on white, with words for those who cannot see it; it refers to nothing outside."""
    inside = [
        element("title", escape(title), id=f"{identifier}-title"),
        element("desc", escape(description), id=f"{identifier}-desc"),
        rectangle(0, 0, width, height, fill="#ffffff"),
        *parts,
    ]
    whole = element(
        "svg",
        "\n".join(["", *inside, ""]),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=f"{number(width)}pt",
        height=f"{number(height)}pt",
        font_family=FAMILY,
        fill=INK,
        role="img",
        aria_labelledby=f"{identifier}-title {identifier}-desc",
    )
    return Drawing(f"{whole}\n", width, height)


def banner_line(banner: str | None, width: float) -> tuple[list[str], float]:
    """The line that marks a drawing of synthetic data, and the height it takes."""
    if banner is None:
        return [], 0.0
    words = banner.split(":")[0]
    return [text(width - 2, 9, words, size=SMALL, anchor="end", bold=True, fill=ALERT)], 12.0
