"""Multiple imputation by chained equations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.imputation.chains import Chain, Plan, compute, run_chain
from crlm.statistics.imputation.imputations import (
    CompletedData,
    Imputations,
    LeftOut,
    Trace,
    VariableReport,
)
from crlm.statistics.imputation.predictors import column_names
from crlm.statistics.imputation.refusal import CannotImpute
from crlm.statistics.imputation.variables import Column, Variable, read_column

Visit = Literal["as-given", "fewest-missing-first"]


def impute(
    data: Mapping[str, Sequence[object] | NDArray[Any]],
    variables: Sequence[Variable],
    *,
    m: int,
    seed: int,
    iterations: int = 10,
    visit: Visit | Sequence[str] = "as-given",
    workers: int = 1,
) -> Imputations:
    """Complete a table m times, drawing each missing value from a model of its variable given the others.

    data: one column of n values per variable; None and NaN are missing. variables: what each is and how it is
    imputed (`Variable`); exactly the columns of `data`. Survival outcomes enter by `survival_outcome`. visit:
    the order within an iteration, "as-given", "fewest-missing-first" or names. workers: processes; the
    result does not depend on how many, because each imputation has random numbers of its own, spawned from
    `seed` (numpy `SeedSequence`).

    Known values are never changed. Predictors that are constant or collinear are left out and reported. What
    cannot be imputed (no value known, more predictors than known values) is a result without data sets and
    with a `reason`. `ValueError` for data and variables that do not fit each other, for infinite numbers,
    unknown levels, and missing values in a "complete" variable.

    The imputations are valid when values are missing at random given the other variables in the table.
    Sources: van Buuren & Groothuis-Oudshoorn 2011 (J Stat Softw 45(3)); White, Royston & Wood 2011 (Stat Med
    30:377). Checked against: the formulas of each method in R (tests/golden/imputation.json), and by
    simulation (tests/prove/imputation.py).
    """
    if m < 1 or iterations < 1 or workers < 1:
        raise ValueError(
            f"m, iterations and workers are 1 or more; they were {m}, {iterations} and {workers}"
        )
    columns = _read(data, variables)
    plan = _plan(columns, visit, iterations)
    n = len(columns[0].values)
    empty = Imputations(tuple(variables), n, m, iterations, seed, plan.visit, (), (), ())
    try:
        chains = _run(plan, np.random.SeedSequence(seed).spawn(m), workers)
    except CannotImpute as error:
        return replace(empty, reason=str(error))
    return replace(
        empty,
        data_sets=tuple(_completed(plan.columns, chain) for chain in chains),
        report=tuple(_report(column, plan, chains) for column in plan.columns if column.missing.any()),
        traces=_traces(plan, chains),
    )


def _read(
    data: Mapping[str, Sequence[object] | NDArray[Any]], variables: Sequence[Variable]
) -> tuple[Column, ...]:
    names = [variable.name for variable in variables]
    if len(set(names)) != len(names) or set(names) != set(data):
        raise ValueError(f"variables must be the columns of the data, each once: {sorted(data)}, not {names}")
    lengths = {name: len(data[name]) for name in names}
    if len(set(lengths.values())) != 1 or not min(lengths.values()):
        raise ValueError(f"all columns have the same number of rows, one or more; they have {lengths}")
    for variable in variables:
        for other in (*variable.of, *(variable.predictors or ())):
            if other not in lengths:
                raise ValueError(f"{variable.name} names {other!r}, which is not one of the variables")
    return tuple(read_column(variable, data[variable.name]) for variable in variables)


def _plan(columns: tuple[Column, ...], visit: Visit | Sequence[str], iterations: int) -> Plan:
    passive = _in_order([column.variable for column in columns if column.variable.imputed_by == "passive"])
    columns = _filled(columns, passive)
    imputed = {
        column.variable.name: int(column.missing.sum())
        for column in columns
        if column.missing.any() and column.variable.imputed_by != "passive"
    }
    order = list(imputed)
    if visit == "fewest-missing-first":
        order.sort(key=lambda name: imputed[name])
    elif visit != "as-given":
        order = list(visit)
        if sorted(order) != sorted(imputed):
            raise ValueError(f"visit must name each variable to impute once: {sorted(imputed)}, not {order}")
    variable = {column.variable.name: column.variable for column in columns}
    predictors = {name: _predictors(variable[name], columns, passive) for name in order}
    labels = {
        name: tuple(label for one in used for label in column_names(variable[one]))
        for name, used in predictors.items()
    }
    return Plan(columns, predictors, labels, tuple(order), passive, iterations)


def _in_order(passive: list[Variable]) -> tuple[Variable, ...]:
    """Passive variables, each after those it is computed from."""
    names, done, left = {one.name for one in passive}, list[Variable](), passive
    while left:
        ready = [one for one in left if not names & set(one.of)]
        if not ready:
            raise ValueError(f"passive variables are computed from each other: {sorted(names)}")
        done += ready
        names -= {one.name for one in ready}
        left = [one for one in left if one.name in names]
    return tuple(done)


def _filled(columns: tuple[Column, ...], passive: tuple[Variable, ...]) -> tuple[Column, ...]:
    """Fill in passive values whose inputs are known, and refuse known ones that contradict their inputs."""
    found = {column.variable.name: column for column in columns}
    for variable in passive:
        column = found[variable.name]
        known = ~np.any([found[name].missing for name in variable.of], axis=0)
        if not known.any():
            continue
        part = {
            name: replace(found[name], values=found[name].values[known], missing=found[name].missing[known])
            for name in (*variable.of, variable.name)
        }
        computed = compute(variable, part, {name: one.values for name, one in part.items()})
        _agree(variable, column, known, computed)
        values, missing = column.values.copy(), column.missing.copy()
        to_fill = np.flatnonzero(known)[column.missing[known] & ~computed.missing]
        values[to_fill] = computed.values[column.missing[known] & ~computed.missing]
        missing[to_fill] = False
        found[variable.name] = replace(column, values=values, missing=missing)
    return tuple(found.values())


def _agree(variable: Variable, column: Column, known: NDArray[np.bool_], computed: Column) -> None:
    ours, theirs = column.values[known], computed.values
    differ = np.abs(ours - theirs) > 1e-9 * np.maximum(np.abs(ours), np.abs(theirs))
    differ &= ~column.missing[known] & ~computed.missing
    if differ.any():
        at = np.flatnonzero(differ)[0]
        row = int(np.flatnonzero(known)[at])
        raise ValueError(
            f"{variable.name}[{row}] is {ours[at]:g}, and computed from {', '.join(variable.of)} {theirs[at]:g}"
        )


def _predictors(
    variable: Variable, columns: tuple[Column, ...], passive: tuple[Variable, ...]
) -> tuple[str, ...]:
    """Those named; else all but the variable itself and what is computed from it, which would feed it back."""
    if variable.predictors is not None:
        return variable.predictors
    computed_from_it = {variable.name}
    for one in passive:
        if computed_from_it & set(one.of):
            computed_from_it.add(one.name)
    return tuple(c.variable.name for c in columns if c.variable.name not in computed_from_it)


def _run(plan: Plan, seeds: list[np.random.SeedSequence], workers: int) -> list[Chain]:
    for column in plan.columns:
        if column.missing.all() and column.variable.imputed_by != "passive":
            raise CannotImpute(f"{column.variable.name}: no value is known")
    if workers == 1 or len(seeds) == 1 or not plan.visit:
        return [run_chain(plan, seed) for seed in seeds]
    import pickle
    from concurrent.futures import ProcessPoolExecutor

    try:
        pickle.dumps(plan)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"with several workers the functions of passive variables must stand in a module: {error}"
        ) from None
    with ProcessPoolExecutor(min(workers, len(seeds))) as pool:
        return list(pool.map(run_chain, repeat(plan), seeds))


def _completed(columns: tuple[Column, ...], chain: Chain) -> CompletedData:
    """The columns with the chain's values; those without missing values are shared by all imputations."""
    return CompletedData(
        tuple(
            replace(one, values=chain.values[one.variable.name]) if one.missing.any() else one
            for one in columns
        )
    )


def _traces(plan: Plan, chains: list[Chain]) -> tuple[Trace, ...]:
    if not plan.visit:
        return ()
    return tuple(
        Trace(
            name,
            level,
            np.array([chain.mean[name, level] for chain in chains]).T,
            np.array([chain.sd[name, level] for chain in chains]).T
            if (name, level) in chains[0].sd
            else None,
        )
        for name, level in chains[0].mean
    )


def _report(column: Column, plan: Plan, chains: list[Chain]) -> VariableReport:
    variable, visits = column.variable, plan.iterations * len(chains)
    total: Counter[tuple[str, str, str]] = Counter()
    for chain in chains:
        total.update(chain.left_out)
    known = column.values[~column.missing]
    return VariableReport(
        name=variable.name,
        kind=variable.kind,
        method=variable.imputed_by,
        n_known=len(known),
        n_missing=int(column.missing.sum()),
        predictors=variable.of if variable.imputed_by == "passive" else plan.predictors[variable.name],
        left_out=tuple(
            LeftOut(label, reason, count, visits)
            for (name, label, reason), count in sorted(total.items())
            if name == variable.name
        ),
        notes=_notes(column),
    )


def _notes(column: Column) -> tuple[str, ...]:
    variable, known = column.variable, column.values[~column.missing]
    if variable.imputed_by == "passive":
        return ()
    if len(np.unique(known)) == 1:
        return ("all known values are the same, and so are the imputed ones",)
    unseen = [
        f"{level}: not among the known values, so never imputed"
        for code, level in enumerate(variable.all_levels)
        if code not in known
    ]
    if variable.imputed_by == "predictive-mean-matching" and len(known) < 2 * variable.donors:
        unseen.append(f"{len(known)} known values for {variable.donors} donors: too few to choose among")
    return tuple(unseen)
