"""Time against patients and against covariates, as one SVG with both axes logarithmic."""

from pathlib import Path

INK, MUTED, GRID = "#1a1a1a", "#595959", "#e3e3e3"
STYLES = {
    "cox": ("Cox, numpy", "#0072B2", "-", "o"),
    "large_cox": ("Cox, compiled", "#D55E00", "-", "s"),
    "curves": ("curves, numpy", "#009E73", "--", "^"),
    "large_curves": ("curves, compiled", "#AA4499", "--", "D"),
}


def draw(scaling: dict, target: Path) -> None:
    """Write the picture; text stays text, and the same times make the same file."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "crlm",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],
            "font.size": 9,
            "text.color": INK,
            "axes.edgecolor": MUTED,
            "axes.labelcolor": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
        }
    )
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(
        1, 2, figsize=(9.2, 3.9), width_ratios=(1.5, 1), layout="constrained"
    )
    for axis, along in ((left, "patients"), (right, "covariates")):
        for one in scaling["lines"]:
            if one["along"] == along:
                _line(axis, one)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.grid(which="major", color=GRID, linewidth=0.8)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_ylabel("milliseconds")
        _milliseconds(axis)
    _reference_n(left, scaling)
    _reference_p(right, scaling)
    left.set_xlabel("patients")
    left.set_title(f"{scaling['covariates']} covariates, 3 groups", loc="left", fontsize=9)
    right.set_xlabel("covariates")
    right.set_title(f"{scaling['patients']:,} patients", loc="left", fontsize=9)
    widths = [point["size"] for point in scaling["lines"][-1]["points"]]
    right.set_xticks(widths, [str(one) for one in widths])
    right.minorticks_off()
    left.legend(frameon=False, loc="upper left", fontsize=8.5, handlelength=2.6)
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    pyplot.close(figure)


def _line(axis, one):
    label, colour, dash, mark = STYLES[one["what"]]
    x = [point["size"] for point in one["points"]]
    y = [point["median"] * 1e3 for point in one["points"]]
    axis.plot(x, y, color=colour, linestyle=dash, marker=mark, markersize=4.5, linewidth=1.6, label=label)


def _milliseconds(axis):
    from matplotlib.ticker import FuncFormatter, LogLocator

    axis.yaxis.set_major_locator(LogLocator(10))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.tick_params(which="minor", length=0)


def _points(scaling, along, what):
    chosen = next(one for one in scaling["lines"] if one["along"] == along and one["what"] == what)
    return chosen["points"]


def _reference_n(axis, scaling):
    """n log n below the lines."""
    import numpy as np
    from matplotlib.ticker import FuncFormatter, LogLocator

    end = _points(scaling, "patients", "large_curves")[-1]
    n = np.geomspace(end["size"] / 1_000, end["size"], 40)
    scale = 0.4 * end["median"] * 1e3 / (end["size"] * np.log(end["size"]))
    _dotted(axis, n, scale * n * np.log(n), "n log n")
    axis.xaxis.set_major_locator(LogLocator(10))
    axis.xaxis.set_major_formatter(FuncFormatter(_short))


def _reference_p(axis, scaling):
    """p squared below the lines."""
    import numpy as np

    end = _points(scaling, "covariates", "large_cox")[-1]
    p = np.geomspace(end["size"] / 4, end["size"], 20)
    _dotted(axis, p, 0.5 * end["median"] * 1e3 * (p / end["size"]) ** 2, "p²")


def _dotted(axis, x, y, label):
    axis.plot(x, y, color=MUTED, linestyle=":", linewidth=1.3)
    at = len(x) * 2 // 3
    axis.annotate(
        label, (x[at], y[at]), xytext=(7, -9), textcoords="offset points", color=MUTED, fontsize=8.5
    )


def _short(value, _):
    exponent = len(f"{value:.0f}") - 1
    return f"{value:,.0f}" if exponent < 5 else "10" + "⁰¹²³⁴⁵⁶⁷⁸⁹"[exponent]
