"""`python -m tests.prove.curves [REPEATS]`: draw curves whose patients are known, digitise and reconstruct them.

Writes docs/validation/curves.md; exit code 1 when a promise is broken.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crlm.statistics.cox import cox
from crlm.statistics.curve_readings import at_risk_at, median, survival_at
from crlm.statistics.curve_reconstruction import clean_points, join_landmarks, reconstruct
from crlm.statistics.curve_reconstruction.points import SLIP
from crlm.statistics.survival_curve import kaplan_meier
from tests.data.public import names, public_data
from tests.prove.provenance import made_by

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "curves.md"
REPEATS = 20
SEED = 20120209
WIDTH, HEIGHT = 600, 400
"""Pixels of the drawn axes."""
AFTER = 0.02
"""Survival is compared so much of the axis after a landmark (see the page)."""
FEWEST_PATIENTS, FEWEST_EVENTS = 15, 5


@dataclass(frozen=True)
class Setting:
    """How a figure is read: points clicked (None: every column of pixels), noise in pixels, what is printed beside."""

    title: str
    points: int | None
    noise: float
    at_risk: bool
    events: bool
    slip: float = SLIP
    landmarks: bool = False


SETTINGS = (
    Setting("every pixel, numbers at risk, events", None, 0.0, True, True),
    Setting("100 clicks, numbers at risk, events", 100, 1.0, True, True),
    Setting("100 clicks, numbers at risk", 100, 1.0, True, False),
    Setting("30 clicks, numbers at risk, events", 30, 1.0, True, True),
    Setting("100 clicks, 3 pixels of noise, numbers at risk, events", 100, 3.0, True, True, slip=0.06),
    Setting("100 clicks, number of patients and events only", 100, 1.0, False, True),
    Setting("100 clicks, number of patients only", 100, 1.0, False, False),
    Setting("5 printed values joined, numbers at risk, events", 6, 0.0, True, True, landmarks=True),
    Setting(
        "5 printed values joined, number of patients and events only", 6, 0.0, False, True, landmarks=True
    ),
)
PROMISED = {
    "every pixel, numbers at risk, events": {"survival": 1.5, "log HR": 0.03},
    "100 clicks, numbers at risk, events": {"survival": 2.5, "log HR": 0.06},
}
"""Root mean square error of what comes back: survival in percentage points, log hazard ratios."""


def digitised(curve, axis, setting, random):
    """The points that a person reads off a curve drawn on an axis of this length: whole pixels, shaken by the hand."""
    columns = np.arange(WIDTH + 1) if setting.points is None else np.linspace(0, WIDTH, setting.points)
    last = curve.time[-1] / axis * WIDTH
    columns = np.append(columns[columns < last], last)
    row = np.searchsorted(curve.time, columns / WIDTH * axis, side="right") - 1
    survival = np.where(row >= 0, curve.survival[np.maximum(row, 0)], 1.0)
    x = np.rint(columns + random.normal(0, setting.noise, len(columns)))
    y = np.rint(survival * HEIGHT + random.normal(0, setting.noise, len(columns)))
    # Clicks follow the curve, so a shaken one may stand left of the one before it; nobody clicks beside the axes.
    return x.clip(0, WIDTH) / WIDTH * axis, y.clip(0, HEIGHT) / HEIGHT


def printed(curve, axis):
    """Survival at five times, to a tenth of a per cent, as a text prints it; the last at the end of the curve."""
    last = float(curve.time[-1])
    times = np.append([axis * k / 5 for k in range(1, 5) if axis * k / 5 < last * 0.98], last)
    row = np.searchsorted(curve.time, times, side="right") - 1
    survival = np.where(row >= 0, curve.survival[np.maximum(row, 0)], 1.0)
    return np.append(0.0, times), np.append(1.0, np.round(survival, 3))


def come_back(time, event, axis, setting, random):
    """One arm through the figure and back."""
    truth = kaplan_meier(time, event)
    ticks = [axis * k / 5 for k in range(5) if axis * k / 5 < truth.time[-1] * 0.98]
    numbers = at_risk_at(truth, ticks).tolist()
    given = len(ticks) if setting.at_risk else 1
    if setting.landmarks:
        points = join_landmarks(clean_points(*printed(truth, axis)))
    else:
        points = clean_points(*digitised(truth, axis, setting, random), slip=setting.slip)
    arm = reconstruct(
        points, ticks[:given], numbers[:given], events=truth.n_events if setting.events else None
    )
    recovered = at_risk_at(kaplan_meier(arm.time, arm.event), ticks)
    return truth, arm, np.abs(np.array(numbers[1:]) - recovered[1:])


def hazard_ratio(arms):
    """Log hazard ratio of the second of two arms, with its standard error."""
    time = np.concatenate([one[0] for one in arms])
    event = np.concatenate([one[1] for one in arms])
    second = np.repeat([0.0, 1.0], [len(one[0]) for one in arms])
    one = cox(time, event, second[:, None], ["second"]).coefficients[0]
    return one.value, one.standard_error


def measure(arms, landmarks, setting, random, found):
    """Compare arms with what comes back of them: `found` gets every difference under its name."""
    back = []
    axis = max(float(time.max()) for time, _ in arms)
    for time, event in arms:
        truth, arm, away = come_back(time, event, axis, setting, random)
        back.append((arm.time, arm.event))
        found["at risk"] += away.tolist()
        found["events"].append(100.0 * (arm.events_recovered - truth.n_events) / truth.n)
        curve = kaplan_meier(arm.time, arm.event)
        ours, theirs = median(curve), median(truth)
        if ours.value is not None and theirs.value is not None:
            found["median"].append(100.0 * (ours.value - theirs.value) / axis)
        found["median reached"].append(float((ours.value is None) == (theirs.value is None)))
        after = [one + AFTER * axis for one in landmarks]
        inside = [one for one in after if one < min(truth.time[-1], curve.time[-1])]
        for mine, real in zip(survival_at(curve, inside), survival_at(truth, inside), strict=True):
            found["survival"].append(100.0 * (mine.value - real.value))
    for k in range(1, len(arms)):
        (true, error), (ours, own) = hazard_ratio([arms[0], arms[k]]), hazard_ratio([back[0], back[k]])
        found["log HR"].append(ours - true)
        found["log HR in SE"].append((ours - true) / error)
        found["SE"].append(100.0 * (own / error - 1.0))


def public_arms():
    """The groups of the public data sets without late entry: name, arms (the reference first), landmarks."""
    seen = []
    for name in names(entry=False):
        data = public_data(name)
        source = data.source
        if source.compared is None:
            continue
        label = data.frame[source.compared]
        arms = []
        for level in data.levels[source.compared]:
            own = (label == level).fill_null(False).to_numpy()
            if own.sum() >= FEWEST_PATIENTS and data.event[own].sum() >= FEWEST_EVENTS:
                arms.append((data.time[own], data.event[own].astype(bool)))
        known = [len(time) for time, _ in arms], [float(time.sum()) for time, _ in arms]
        if len(arms) > 1 and known not in seen:  # one set is there under two names
            seen.append(known)
            yield name, arms, source.landmarks


def simulated_arms(size, random):
    """Two arms of a size, hazard ratio 0.7, times in days, half censored evenly over the follow-up."""
    arms = []
    for mean in (30.0, 30.0 / 0.7):
        death, leave = random.exponential(mean, size), random.uniform(6.0, 60.0, size)
        arms.append((np.ceil(np.minimum(death, leave) * 30.44) / 30.44, death <= leave))
    return arms


def run(repeats=REPEATS):
    """All differences: by setting over the public sets, by size over simulated studies, by set in one setting."""
    by_setting, by_set, by_size = {}, {}, {}
    sets = list(public_arms())
    for place, setting in enumerate(SETTINGS):
        found = by_setting[setting.title] = defaultdict(list)
        for number, (name, arms, landmarks) in enumerate(sets):
            random = np.random.default_rng([SEED, place, number])
            own = defaultdict(list)
            for _ in range(repeats if setting.noise else 1):
                measure(arms, landmarks, setting, random, own)
            for key, values in own.items():
                found[key] += values
            if place == 1:
                by_set[name] = (sum(len(one[0]) for one in arms), len(arms), own)
    for size in (30, 100, 300):
        found = by_size[size] = defaultdict(list)
        random = np.random.default_rng([SEED, 99, size])
        for _ in range(5 * repeats):
            measure(simulated_arms(size, random), (12.0, 24.0, 36.0), SETTINGS[1], random, found)
    return by_setting, by_set, by_size


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def cells(found):
    """The row of a table: bias (spread) of each quantity, and the mean and largest difference of numbers at risk."""

    def both(key, decimals):
        values = np.array(found[key])
        if not len(values):
            return "\u2013"
        return f"{values.mean():+.{decimals}f} ({values.std():.{decimals}f})".replace("-", "\u2212")

    risk = np.array(found["at risk"])
    return [
        both("median", 1),
        both("survival", 2),
        both("log HR", 3),
        f"{100 * np.mean(np.abs(found['log HR in SE']) < 0.5):.0f} %",
        both("SE", 1),
        both("events", 1),
        f"{risk.mean():.1f}; {risk.max():.0f}",
    ]


HEAD = (
    "median, % of axis",
    "survival, points",
    "log HR",
    "HR within SE / 2",
    "SE of log HR, %",
    "events, % of n",
    "at risk: mean; most",
)


def table(first, rows):
    """A table in Markdown."""
    lines = [f"| {first} | {' | '.join(HEAD)} |", f"|{'---|' * (len(HEAD) + 1)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(values)} |" for name, values in rows)])


def broken(by_setting):
    """The promises that are not kept."""
    return [
        f"{title}: {key} {rms(by_setting[title][key]):.3f} is more than {most}"
        for title, promises in PROMISED.items()
        for key, most in promises.items()
        if rms(by_setting[title][key]) > most
    ]


def page(repeats):
    """The page, and the promises that are broken."""
    by_setting, by_set, by_size = run(repeats)
    failures = broken(by_setting)
    kept = "All promises are kept." if not failures else "BROKEN: " + "; ".join(failures)
    promises = "\n".join(
        f"- {title}: "
        + ", ".join(
            f"{key} {rms(by_setting[title][key]):.3g} (promised {most:g})" for key, most in promised.items()
        )
        for title, promised in PROMISED.items()
    )
    sets = [(f"{name} ({n}, {arms})", cells(found)) for name, (n, arms, found) in by_set.items()]
    text = f"""# Reconstructed curves: what comes back

Kaplan-Meier curves of patients who are known are drawn on {WIDTH} x {HEIGHT} pixels, read off point by point as a
person does (whole pixels; each click shaken by normal noise, one pixel unless said), and reconstructed with the
numbers at risk at five times and what else is printed. What comes back is compared with the patients themselves.

{made_by("python -m tests.prove.curves")}
Every cell is the mean difference, reconstructed less true, with its standard deviation in brackets. *Median*: in per
cent of the axis, of the arms that reach it. *Survival*: in percentage points, just after the landmarks of the data set
({AFTER:.0%} of the axis: of some sets all events fall on whole years, and a step that is read between two columns comes
one column late). *HR within SE / 2*: how often the log hazard ratio is less than half its standard error from the true
one. *SE*: of the log hazard ratio. *At risk*: absolute difference at the printed times, in patients.

## What is known beside the curve

{len(by_set)} public data sets, {sum(one[1] for one in by_set.values())} arms (the groups that the tests compare, those
with {FEWEST_PATIENTS} patients and {FEWEST_EVENTS} events), {repeats} times each.

{table("read as", [(title, cells(found)) for title, found in by_setting.items()])}

Root mean square errors that are promised:

{promises}

{kept}

Numbers at risk are what the events and the precision depend on. Without them, and without the total of events, nobody
is censored before the end: the events are too many and the standard errors too small. A step read between two columns
comes up to one column late; clicks on the corners of the steps do not have that bias.

The last two lines are the coarse reconstruction from a text: survival at five times, joined at a constant hazard.
`crlm evidence curve` names every assumption with its result.

## Data set by data set

{SETTINGS[1].title}.

{table("data set (patients, arms)", sets)}

## By size

Two simulated arms of so many patients each, hazard ratio 0.7, half of them censored; {5 * repeats} studies;
{SETTINGS[1].title}.

{table("patients per arm", [(str(size), cells(found)) for size, found in by_size.items()])}
"""
    return text, failures


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    text, failures = page(repeats)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}: {'all promises kept' if not failures else '; '.join(failures)}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
