"""One chain of chained equations: the same code for every imputation, whatever runs it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from crlm.statistics.imputation.categories import impute_ordered, impute_unordered
from crlm.statistics.imputation.imputations import level_means
from crlm.statistics.imputation.numbers import impute_by_matching, impute_normal
from crlm.statistics.imputation.predictors import choose_predictors, code_columns
from crlm.statistics.imputation.refusal import CannotImpute
from crlm.statistics.imputation.variables import Column, Variable, labelled, read_column
from crlm.statistics.times import FloatArray

_Left = Counter[tuple[str, str, str]]  # variable, predictor column, reason


@dataclass(frozen=True, eq=False)
class Plan:
    """What every chain does: coded columns, who is imputed from whom, in which order, how often.

    predictors: per variable that is visited, the names it is imputed from; labels: the names of their columns.
    passive: the computed variables, each after those it is computed from.
    """

    columns: tuple[Column, ...]
    predictors: dict[str, tuple[str, ...]]
    labels: dict[str, tuple[str, ...]]
    visit: tuple[str, ...]
    passive: tuple[Variable, ...]
    iterations: int


@dataclass(frozen=True, eq=False)
class Chain:
    """One imputation: coded values per variable, trace per (variable, level), predictors left out."""

    values: dict[str, FloatArray]
    mean: dict[tuple[str, str | None], list[float]]
    sd: dict[tuple[str, str | None], list[float]]
    left_out: _Left


def run_chain(plan: Plan, seed: np.random.SeedSequence) -> Chain:
    """Start from random known values, visit every variable `iterations` times, return the last values.

    Raises `CannotImpute`.
    """
    generator = np.random.default_rng(seed)
    columns = {column.variable.name: column for column in plan.columns}
    values = {name: column.values.copy() for name, column in columns.items()}
    for name in plan.visit:
        missing = columns[name].missing
        known = columns[name].values[~missing]
        values[name][missing] = known[generator.integers(len(known), size=int(missing.sum()))]
    recompute(plan.passive, columns, values)

    place, matrix = _layout(plan, values)
    chain = Chain(values, {}, {}, Counter())
    for _ in range(plan.iterations):
        for name in plan.visit:
            column = columns[name]
            used = [j for predictor in plan.predictors[name] for j in range(*place[predictor])]
            try:
                values[name][column.missing] = _impute(column, plan, name, matrix[:, used], generator, chain)
            except CannotImpute as error:
                raise CannotImpute(f"{name}: {error}") from None
            _refresh(matrix, place, column.variable, values)
            for variable in recompute(plan.passive, columns, values, changed=name):
                _refresh(matrix, place, variable, values)
        for name in plan.visit:
            column = columns[name]
            for level, mean, sd in level_means(column.variable, values[name][column.missing]):
                chain.mean.setdefault((name, level), []).append(mean)
                if sd is not None:
                    chain.sd.setdefault((name, level), []).append(sd)
    return chain


def recompute(
    passive: tuple[Variable, ...],
    columns: dict[str, Column],
    values: dict[str, FloatArray],
    changed: str | None = None,
) -> list[Variable]:
    """Compute the missing values of passive variables again, all or those that `changed` reaches."""
    reached = {changed}
    done = []
    for variable in passive:
        if changed is not None and reached.isdisjoint(variable.of):
            continue
        reached.add(variable.name)
        missing = columns[variable.name].missing
        computed = compute(variable, columns, values)
        if np.any(computed.missing[missing]):
            raise CannotImpute(f"{variable.name}: its function gave a missing value for imputed values")
        values[variable.name][missing] = computed.values[missing]
        done.append(variable)
    return done


def compute(variable: Variable, columns: dict[str, Column], values: dict[str, FloatArray]) -> Column:
    """The column that a passive variable has for these values of the others."""
    if variable.compute is None:
        raise ValueError(f"{variable.name} has nothing to be computed with")
    given = {name: labelled(columns[name].variable, values[name]) for name in variable.of}
    n = len(columns[variable.name].values)
    found = np.asarray(variable.compute(given))
    if found.shape != (n,):
        raise ValueError(f"{variable.name}: compute gave shape {found.shape}; it must give ({n},)")
    if variable.kind == "number":
        found = np.where(np.isfinite(found), found, np.nan)
    return read_column(variable, found.tolist())


def _layout(plan: Plan, values: dict[str, FloatArray]) -> tuple[dict[str, tuple[int, int]], FloatArray]:
    """Where each variable's predictor columns stand, and the matrix of all of them."""
    place: dict[str, tuple[int, int]] = {}
    blocks, at = [], 0
    for column in plan.columns:
        block = code_columns(column.variable, values[column.variable.name])
        place[column.variable.name] = (at, at + block.shape[1])
        at += block.shape[1]
        blocks.append(block)
    return place, np.column_stack(blocks)


def _refresh(
    matrix: FloatArray, place: dict[str, tuple[int, int]], variable: Variable, values: dict[str, FloatArray]
) -> None:
    first, after = place[variable.name]
    matrix[:, first:after] = code_columns(variable, values[variable.name])


def _impute(
    column: Column,
    plan: Plan,
    name: str,
    matrix: FloatArray,
    generator: np.random.Generator,
    chain: Chain,
) -> FloatArray:
    variable, known = column.variable, column.values[~column.missing]
    levels, coded = np.unique(known, return_inverse=True)
    if len(levels) == 1:
        return np.full(int(column.missing.sum()), levels[0])
    predictors = choose_predictors(matrix, column.missing)
    for reason, dropped in (("constant", predictors.constant), ("collinear", predictors.collinear)):
        chain.left_out.update((name, plan.labels[name][j], reason) for j in dropped)
    if variable.kind == "number":
        impute = impute_normal if variable.imputed_by == "normal" else impute_by_matching
        return impute(predictors, known, variable.donors, generator)
    unordered = variable.imputed_by != "proportional-odds" or len(levels) == 2
    draw = impute_unordered if unordered else impute_ordered
    return np.asarray(levels[draw(predictors, coded.astype(float), len(levels), generator).astype(np.intp)])
