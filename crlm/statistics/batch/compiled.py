"""The decorators of kernels. Only modules named `*_kernel` import them, and only when numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])

# Sums may be reordered and multiplications fused, both fixed when compiled; infinities and NaN keep their meaning.
FAST = {"reassoc", "contract", "nsz"}


def compiled(function: Function) -> Function:
    """Compile at the first call, keep the result on disk, and run without Python's lock."""
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")(function))


def compiled_in_order(function: Function) -> Function:
    """The same, for arithmetic whose rounding is meant as written."""
    return cast(
        Function, numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")(function)
    )
