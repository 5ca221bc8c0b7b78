"""The figures as geometry: what is drawn stands where the numbers say, and nothing leaves the page."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from crlm.rendering.figures.axis import Axis, ratio_axis
from crlm.rendering.figures.forest import ForestRow, forest_figure, pages_of
from crlm.rendering.tree import Document, Figure
from crlm.rendering.typeface import text_width
from crlm.study.report import build_document
from crlm.study.report.figures.kaplan_meier import kaplan_meier_figure
from crlm.study.results import Curve, EndpointResult, Interval, RiskRow, RiskTable

from .sample import sample_results

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = r"-?\d+(?:\.\d+)?"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def path_points(steps: str) -> list[tuple[float, float]]:
    """Every corner of a path of M, L, H, V, relative v and Z, in order."""
    points: list[tuple[float, float]] = []
    x = y = 0.0
    for command, given in re.findall(r"([MLHVvZ])\s*((?:" + _NUMBER + r"\s*)*)", steps):
        values = [float(one) for one in given.split()]
        if command in "ML":
            x, y = values
        elif command == "H":
            (x,) = values
        elif command == "V":
            (y,) = values
        elif command == "v":
            y += values[0]
        points.append((x, y))
    return points


def extents(element: ET.Element) -> list[tuple[float, float]]:
    """Corners of what an element covers, text measured with the shipped font."""
    get = lambda name: float(element.get(name, "0"))  # noqa: E731
    tag = element.tag.removeprefix(SVG)
    if tag == "line":
        return [(get("x1"), get("y1")), (get("x2"), get("y2"))]
    if tag == "rect":
        return [(get("x"), get("y")), (get("x") + get("width"), get("y") + get("height"))]
    if tag == "path":
        return path_points(element.get("d", ""))
    if tag == "text":
        size = get("font-size")
        width = text_width(element.text or "", size, bold=element.get("font-weight") == "bold")
        left = {"start": 0.0, "middle": -width / 2, "end": -width}[element.get("text-anchor", "start")]
        x, y = get("x"), get("y")
        if element.get("transform"):
            return [(x - size * 0.75, y - left - width), (x + size * 0.25, y - left)]
        return [(x + left, y - size * 0.75), (x + left + width, y + size * 0.25)]
    return []


def test_every_figure_is_well_formed_and_described(document: Document) -> None:
    assert document.figures()
    for figure in document.figures():
        root = parsed(figure.svg)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None and title.text
        assert description is not None and description.text == figure.alt
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert root.get("font-family", "").startswith("Liberation Sans, Arial")
        assert (
            "href" not in figure.svg
            and "url(" not in figure.svg
            and "http" not in figure.svg.split(">", 1)[1]
        )


@pytest.fixture(scope="module")
def many_groups() -> Document:
    return build_document(sample_results(groups=12, small=True))


def test_many_groups_stay_apart_and_on_the_page(many_groups: Document) -> None:
    test_nothing_leaves_the_page(many_groups)
    test_texts_do_not_run_into_each_other(many_groups)


def test_nothing_leaves_the_page(document: Document) -> None:
    for figure in document.figures():
        for element in parsed(figure.svg).iter():
            for x, y in extents(element):
                assert -0.5 <= x <= figure.width + 0.5, (figure.id, element.tag, element.text, x)
                assert -0.5 <= y <= figure.height + 0.5, (figure.id, element.tag, element.text, y)


def test_texts_do_not_run_into_each_other(document: Document) -> None:
    for figure in document.figures():
        boxes = []
        for element in parsed(figure.svg).iter(f"{SVG}text"):
            (left, top), (right, bottom) = extents(element)
            boxes.append((left, top + 1.5, right, bottom - 1.5, element.text))
        for k, (left, top, right, bottom, words) in enumerate(boxes):
            for other in boxes[k + 1 :]:
                apart = (
                    right <= other[0] + 0.3 or other[2] <= left + 0.3 or bottom <= other[1] or other[3] <= top
                )
                assert apart, (figure.id, words, other[4])


def test_numbers_at_risk_stand_under_their_ticks(document: Document) -> None:
    for figure in document.figures():
        if not figure.id.startswith("km-"):
            continue
        root = parsed(figure.svg)
        ticks = [float(one.get("x1", "nan")) for one in root.iter(f"{SVG}line") if one.get("class") == "tick"]
        risk = [one for one in root.iter(f"{SVG}text") if one.get("class") == "at-risk"]
        assert len(ticks) >= 2 and risk and len(risk) % len(ticks) == 0
        assert [float(one.get("x", "nan")) for one in risk] == ticks * (len(risk) // len(ticks))
        assert all(one.get("text-anchor") == "middle" for one in risk)


def test_synthetic_data_are_marked_in_every_figure(document: Document) -> None:
    assert all("SYNTHETIC DATA" in figure.svg for figure in document.figures())


def hand_made() -> EndpointResult:
    """Four patients: events at 2 and 6, one censored at 4, one at 8 (after the end of the axis, which is 7)."""
    curve = Curve(
        group=None,
        label="All",
        n=4,
        events=2,
        time=(2.0, 4.0, 6.0, 8.0),
        at_risk=(4, 3, 2, 1),
        events_at=(1, 0, 1, 0),
        censored_at=(0, 1, 0, 1),
        survival=(0.75, 0.75, 0.375, 0.375),
        lower=(0.13, 0.13, None, None),
        upper=(0.96, 0.96, None, None),
        median=Interval(value=6.0, lower=None, upper=None, level=0.95, reason="too few events"),
        landmarks=(),
        follow_up=Interval(value=8.0, lower=None, upper=None, level=0.95, reason="too few"),
        last_time=8.0,
    )
    row = RiskRow(group=None, label="All", at_risk=(4, 3), events=(0, 1), censored=(0, 0))
    return EndpointResult(
        id="os",
        label="Overall survival",
        time_unit="months",
        time_zero=None,
        definition=None,
        n=4,
        events=2,
        censored=2,
        competing=0,
        excluded=(),
        horizon=None,
        interval="log-log",
        axis_until=7.0,
        overall=curve,
        groups=(),
        log_rank=None,
        risk_table=RiskTable(times=(0.0, 3.5), overall=row, groups=()),
    )


def test_a_curve_is_drawn_where_its_numbers_are() -> None:
    drawing = kaplan_meier_figure(
        hand_made(), by_group=False, identifier="km", title="t", alt="a", banner=None
    )
    root = parsed(drawing.svg)
    ticks = [float(one.get("x1", "nan")) for one in root.iter(f"{SVG}line") if one.get("class") == "tick"]
    month = (ticks[1] - ticks[0]) / 3.5
    stroked = [one for one in root.iter(f"{SVG}path") if one.get("stroke")]
    curve, censored = (path_points(one.get("d", "")) for one in stroked)
    top = curve[0][1]
    labels = {one.text: float(one.get("y", "nan")) for one in root.iter(f"{SVG}text")}
    height = labels["0%"] - labels["100%"]
    seen = [((x - ticks[0]) / month, 1 - (y - top) / height) for x, y in curve]
    expected = [(0, 1), (2, 1), (2, 0.75), (6, 0.75), (6, 0.375), (7, 0.375)]  # cut at the end of the axis
    assert _close(seen, expected)
    assert _close(
        [((x - ticks[0]) / month, 0) for x, _ in censored[::2]], [(4, 0)]
    )  # the one at 8 is beyond the axis


def test_a_band_is_drawn_only_where_the_interval_exists() -> None:
    drawing = kaplan_meier_figure(
        hand_made(), by_group=False, identifier="km", title="t", alt="a", banner=None
    )
    root = parsed(drawing.svg)
    bands = [path_points(one.get("d", "")) for one in root.iter(f"{SVG}path") if one.get("fill-opacity")]
    assert len(bands) == 1
    ticks = [float(one.get("x1", "nan")) for one in root.iter(f"{SVG}line") if one.get("class") == "tick"]
    month = (ticks[1] - ticks[0]) / 3.5
    months = [round((x - ticks[0]) / month, 2) for x, _ in bands[0]]
    assert (min(months), max(months)) == (2.0, 6.0)


def _close(seen: list[tuple[float, float]], expected: list[tuple[float, float]]) -> bool:
    return len(seen) == len(expected) and all(
        math.isclose(a, b, abs_tol=0.01)
        for one, other in zip(seen, expected, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def ratio(value: float | None, lower: float | None = None, upper: float | None = None) -> Interval:
    return Interval(value=value, lower=lower, upper=upper, level=0.95, reason="because")


def test_a_ratio_axis_is_symmetric_on_the_logarithm_and_holds_one() -> None:
    axis, ticks = ratio_axis([ratio(2.0, 0.6, 6.0), ratio(0.5, 0.2, 1.1)], 0.0, 100.0)
    assert axis(2.0) - axis(1.0) == pytest.approx(axis(1.0) - axis(0.5))
    assert 1.0 in ticks
    assert (axis.low, axis.high) == (0.2, 10.0)


@pytest.mark.parametrize(
    "intervals",
    [
        [],
        [ratio(None)],
        [ratio(1.0, 1.0, 1.0)],
        [ratio(1.0004, 1.0001, 1.0007)],
        [ratio(3.0, 1e-9, 1e12)],
        [ratio(1e5, 10.0, 1e9)],
        [ratio(1e-6, None, None)],
    ],
)
def test_an_axis_exists_whatever_the_estimates(intervals: list[Interval]) -> None:
    axis, ticks = ratio_axis(intervals, 10.0, 110.0)
    assert axis.low < 1.0 < axis.high or 1.0 in (axis.low, axis.high)
    assert axis.low < axis.high
    assert 2 <= len(ticks) <= 9
    assert all(10.0 - 1e-9 <= axis(tick) <= 110.0 + 1e-9 for tick in ticks)


def test_an_interval_beyond_the_axis_has_an_arrow_and_keeps_its_number() -> None:
    rows = [
        ForestRow(
            "Wide",
            columns=("10", "3"),
            ratio="3.00 (0.00 to 900)",
            interval=ratio(3.0, 0.001, 900.0),
            p="0.5",
        )
    ]
    drawing = forest_figure(
        rows,
        everything=rows,
        identifier="f",
        title="t",
        alt="a",
        heads=("Row", "n", "Events", "HR", "p"),
        favours=("l", "r"),
        banner=None,
    )
    root = parsed(drawing.svg)
    assert len(list(root.iter(f"{SVG}path"))) == 2  # two arrow heads
    assert "3.00 (0.00 to 900)" in drawing.svg


def test_an_estimate_stands_on_the_axis_where_it_belongs() -> None:
    rows = [
        ForestRow("A", columns=("10", "3"), ratio="2", interval=ratio(2.0, 1.0, 4.0), p="0.5"),
        ForestRow("B", columns=("10", "3"), ratio="1/2", interval=ratio(0.5, 0.25, 1.0), p="0.5"),
        ForestRow("C", columns=("10", "3"), ratio="not estimable", interval=ratio(None), p="\u2013"),
    ]
    drawing = forest_figure(
        rows,
        everything=rows,
        identifier="f",
        title="t",
        alt="a",
        heads=("Row", "n", "Events", "HR", "p"),
        favours=("l", "r"),
        banner=None,
    )
    root = parsed(drawing.svg)
    squares = [one for one in root.iter(f"{SVG}rect") if one.get("width") == one.get("height")]
    centres = [float(one.get("x", "nan")) + float(one.get("width", "nan")) / 2 for one in squares]
    one = next(
        float(line.get("x1", "nan")) for line in root.iter(f"{SVG}line") if line.get("stroke-dasharray")
    )
    assert len(centres) == 2
    assert centres[0] - one == pytest.approx(one - centres[1], abs=0.02)
    intervals = [line for line in root.iter(f"{SVG}line") if line.get("stroke-width") == "1.1"]
    assert float(intervals[0].get("x1", "nan")) == pytest.approx(one, abs=0.02)
    assert float(intervals[1].get("x2", "nan")) == pytest.approx(one, abs=0.02)


def test_long_forests_are_cut_between_variables() -> None:
    rows = [
        row
        for k in range(30)
        for row in (ForestRow(f"V{k}"), *(ForestRow(f"L{j}", indent=1) for j in range(3)))
    ]
    pages = pages_of(rows)
    assert [row for page in pages for row in page] == rows
    assert len(pages) == 3
    assert all(page[0].indent == 0 for page in pages)


def test_the_flow_chart_shows_every_count() -> None:
    from crlm.study.report.figures.flow_chart import flow_chart

    flow = sample_results(groups=2).flow
    drawing = flow_chart(flow, identifier="flow", title="t", alt="a", banner=None)
    words = [one.text or "" for one in parsed(drawing.svg).iter(f"{SVG}text")]
    text = " ".join(words)
    assert words.count("n = 203") == 1 and words.count("n = 194") == 1
    assert "Left out, n = 0" in words  # a criterion by which nobody left is shown
    assert "does not hold: 0; unknown: 1, kept" in text
    assert "holds: 4; unknown: 2, left out" in text
    assert "Rows that could not be used, n = 3" in text
    assert [f"n = {group.n}" in words for group in flow.groups] == [True, True]


@pytest.mark.parametrize("steps", [0, 1, 6, 7, 20])
def test_a_flow_of_any_length_shows_every_step(steps: int) -> None:
    from crlm.study.report.figures.flow_chart import flow_chart

    flow = sample_results(groups=3).flow
    longer = flow.model_copy(update={"steps": (flow.steps[0],) * steps})
    drawing = flow_chart(longer, identifier="flow", title="t", alt="a", banner=None)
    words = [one.text or "" for one in parsed(drawing.svg).iter(f"{SVG}text")]
    assert len([one for one in words if one.startswith("Left out, n = ")]) == steps
    assert words.count("n = 200") + words.count("n = 194") == 2 + max(
        0, steps - 1
    )  # first, final, and between
    for element in parsed(drawing.svg).iter():
        assert all(-0.5 <= x <= 482.5 and -0.5 <= y <= drawing.height + 0.5 for x, y in extents(element))
    assert drawing.height < 1000


def test_long_words_stay_on_the_page() -> None:
    endpoint = hand_made()
    long = endpoint.model_copy(
        update={
            "label": "Survival without local progression, intrahepatic or extrahepatic recurrence or death "
            * 2,
            "time_zero": "the first day of the first treatment with curative intent of the first recurrence "
            * 2,
        }
    )
    drawing = kaplan_meier_figure(long, by_group=False, identifier="km", title="t", alt="a", banner="X")
    for element in parsed(drawing.svg).iter():
        assert all(-0.5 <= x <= 482.5 and -0.5 <= y <= drawing.height + 0.5 for x, y in extents(element)), (
            element.text
        )


def test_no_two_groups_look_alike() -> None:
    from crlm.rendering.figures.svg import series

    assert len({series(k) for k in range(36)}) == 36


def test_too_many_ticks_are_labelled_every_so_often() -> None:
    from crlm.rendering.figures.axis import every

    axis = Axis(0.0, 60.0, 0.0, 300.0)
    assert every([float(k) for k in range(61)], axis, 16.0) == 4  # 5 points apart, 20 needed
    assert every([0.0, 12.0, 24.0], axis, 16.0) == 1
    assert every([0.0], axis, 16.0) == 1


def test_figures_have_stable_names(two_groups: Document) -> None:
    names = [figure.id for figure in two_groups.figures()]
    assert len(names) == len(set(names))
    assert names[:3] == ["flow-chart", "km-all-os", "km-groups-os"]
    numbers = [figure.number for figure in two_groups.figures()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(isinstance(figure, Figure) for figure in two_groups.figures())
