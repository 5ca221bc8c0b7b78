"""Harrell's C from every pair of patients: a double loop."""

from collections.abc import Hashable, Sequence
from fractions import Fraction


def pairs_of(
    time: Sequence[float],
    event: Sequence[int],
    risk: Sequence[float],
    stratum: Sequence[int],
    weights: Sequence[int],
    entry: Sequence[float] | None = None,
) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Per patient the weight of the concordant, discordant and risk-tied pairs the patient is in.

    At the event of i, j must be at risk: already there, and neither gone nor having the event too.
    """
    n = len(time)
    concordant, discordant, tied = ([Fraction(0)] * n for _ in range(3))
    for i in range(n):
        for j in range(n):
            first = event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j]))
            seen = entry is None or entry[j] < time[i]
            if not first or not seen or stratum[i] != stratum[j]:
                continue
            count = concordant if risk[i] > risk[j] else discordant if risk[i] < risk[j] else tied
            count[i] += weights[j]
            count[j] += weights[i]
    return concordant, discordant, tied


def harrell(
    time: Sequence[float],
    event: Sequence[int],
    risk: Sequence[float],
    stratum: Sequence[int],
    weights: Sequence[int],
    entry: Sequence[float] | None = None,
    cluster: Sequence[Hashable] | None = None,
) -> tuple[Fraction, Fraction] | None:
    """C and its variance: the change of C with the weight of each patient (or cluster), squared and summed."""
    concordant, discordant, tied = pairs_of(time, event, risk, stratum, weights, entry)
    agree = sum(w * (c + t / 2) for w, c, t in zip(weights, concordant, tied, strict=True)) / 2
    pairs = sum(w * (c + d + t) for w, c, d, t in zip(weights, concordant, discordant, tied, strict=True)) / 2
    if not pairs:
        return None
    c_index = agree / pairs
    changes: dict[Hashable, Fraction] = {}
    for i, w in enumerate(weights):
        own = concordant[i] + discordant[i] + tied[i]
        slope = (concordant[i] + tied[i] / 2 - c_index * own) / pairs
        label = i if cluster is None else cluster[i]
        changes[label] = changes.get(label, Fraction(0)) + w * slope
    return c_index, sum((one**2 for one in changes.values()), Fraction(0))
