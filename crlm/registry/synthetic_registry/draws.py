"""Random numbers by name: each quantity of a synthetic registry has a stream of its own.

A stream is read from its beginning and in row order, so that the first rows of a longer registry are those of a shorter
one with the same seed, and a quantity that is added later changes no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Column = np.ndarray


class Draws:
    """Streams of uniform numbers turned into the distributions of a model; each name is used once."""

    def __init__(self, study: str, seed: int) -> None:
        self._study = study
        self._seed = seed
        self._used: set[str] = set()

    def uniform(self, name: str, size: int) -> Floats:
        """`size` numbers in (0, 1), the stream of this name from its beginning."""
        if name in self._used:
            raise ValueError(f"the stream {name} was already used")
        self._used.add(name)
        stream = np.random.SeedSequence([self._seed, zlib.crc32(f"{self._study}/{name}".encode())])
        drawn: Floats = np.random.Generator(np.random.PCG64(stream)).random(size)
        return np.clip(drawn, 2.0**-54, 1 - 2.0**-53, out=drawn)

    def between(self, name: str, low: Floats | float, high: Floats | float, size: int) -> Floats:
        """Uniform between two numbers, or between those of each row."""
        return np.asarray(low + (np.asarray(high) - low) * self.uniform(name, size))

    def normal(self, name: str, size: int) -> Floats:
        """Standard normal."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(name, size)))

    def lognormal(self, name: str, median: float, quartile_ratio: float, size: int) -> Floats:
        """A log-normal quantity of this median; `quartile_ratio` is the upper quartile divided by the lower."""
        return np.asarray(median * np.exp(np.log(quartile_ratio) / 1.3489795 * self.normal(name, size)))

    def exponential(self, name: str, size: int) -> Floats:
        """Exponential of mean 1."""
        return np.asarray(-np.log1p(-self.uniform(name, size)))

    def yes(self, name: str, probability: Floats | float, size: int) -> Booleans:
        """Yes with this probability, or with that of each row."""
        return np.asarray(self.uniform(name, size) < probability)

    def level(self, name: str, probabilities: Sequence[float], size: int) -> Integers:
        """The index of a level, drawn with these probabilities; they are shares of their sum."""
        bounds = np.cumsum(probabilities)
        return np.searchsorted(bounds[:-1] / bounds[-1], self.uniform(name, size), side="right").astype(
            np.int64
        )
