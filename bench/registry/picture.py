"""Seconds against patients as one SVG with both axes logarithmic, and a line that grows as the patients do."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 340, 62, 130, 20, 46
STYLES = {"study": ("#0072B2", ""), "import": ("#D55E00", "6 3")}
INK, MUTED, GRID = "#1a1a1a", "#595959", "#e3e3e3"


def draw(lines: dict[str, list[tuple[int, float]]]) -> str:
    """The picture as text; the same times make the same text."""
    points = [point for line in lines.values() for point in line]
    across = _decades(n for n, _ in points)
    up = _decades(seconds for _, seconds in points)

    def place(n: float, seconds: float) -> tuple[float, float]:
        x = (math.log10(n) - across[0]) / (across[1] - across[0])
        y = (math.log10(seconds) - up[0]) / (up[1] - up[0])
        return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="{INK}" role="img" aria-label="Seconds against patients">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(across[0], across[1] + 1):
        x, bottom = place(10**power, 10 ** up[0])
        parts.append(_line([(x, bottom), place(10**power, 10 ** up[1])], GRID))
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{10**power:,}</text>')
    for power in range(up[0], up[1] + 1):
        left, y = place(10 ** across[0], 10**power)
        parts.append(_line([(left, y), place(10 ** across[1], 10**power)], GRID))
        parts.append(f'<text x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    parts.append(f'<text x="{LEFT}" y="13">seconds</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">patients</text>')
    for name, line in lines.items():
        colour, dash = STYLES[name]
        placed = [place(*point) for point in line]
        parts.append(_line(placed, colour, dash, 2))
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        x, y = placed[-1]
        parts.append(f'<text x="{x + 9:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append(_linear(lines["study"], up, place))
    return "\n".join([*parts, "</svg>\n"])


def _linear(line, up, place) -> str:
    """A dotted line through the last point along which the seconds grow as the patients do."""
    last, seconds = line[-1]
    first = max(line[0][0], last * 10 ** up[0] / seconds)
    return _line([place(first, seconds * first / last), place(last, seconds)], MUTED, "1.5 3")


def _line(points, colour: str, dash: str = "", width: float = 1) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'


def _decades(values) -> tuple[int, int]:
    """The powers of ten around some values, at least one apart."""
    found = [math.log10(one) for one in values]
    low, high = math.floor(min(found)), math.ceil(max(found))
    return low, max(high, low + 1)
