"""Specimens of what is refused of digitised curves and of effects whose robustness is asked."""

from pathlib import Path

from crlm.cli import evidence_curve, evidence_robustness
from crlm.evidence import paper
from crlm.evidence.curves import curve_of, read_curve, recover
from crlm.evidence.robustness import effect_of
from crlm.problems import CrlmError

POINTS = "arm,time,survival\na,0,1\na,10,0.5\n"
NUMBERS = "arm,time,at_risk\na,0,20\n"


def said(call):
    """The problems that a call raises; none when it raises nothing."""
    try:
        call()
    except CrlmError as error:
        return error.problems
    return ()


def of_files(points=POINTS, numbers=NUMBERS, **given):
    """What is said of a curve's two tables, and of what is given beside them."""

    def call():
        Path("os.csv").write_text(points, encoding="utf-8")
        if numbers is not None:
            Path("os.at_risk.csv").write_text(numbers, encoding="utf-8")
        recover(read_curve(Path("os.csv"), **given))

    return lambda: said(call)


CURVE_SPECIMENS = {
    "curve-file": lambda: said(lambda: read_curve(Path("os.csv"))),
    "curve-columns": of_files("arm,time\na,0\n"),
    "curve-cell": of_files(POINTS.replace("0.5", "half")),
    "curve-arm-unknown": of_files(events={"b": 3}),
    "curve-without-numbers": of_files(numbers=None),
    "curve-two-numbers": of_files(patients={"a": 21}),
    "curve-refused": of_files(f"{POINTS}a,20,0.7\n"),
    "curve-endpoint": lambda: said(lambda: curve_of(paper("dijkstra-2021"), "PFS")),
    "curve-option": lambda: said(lambda: evidence_curve._counts(["a:3"], "--events")),
    "robustness-row": lambda: said(lambda: effect_of(paper("hellingman-2021"), "E9")),
    "robustness-estimate": lambda: said(lambda: effect_of(paper("dijkstra-2021"), "E0001")),
    "robustness-option": lambda: said(lambda: evidence_robustness._table("12 of 50")),
}
