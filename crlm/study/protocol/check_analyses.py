"""Checks of the analyses: baseline tables, models and subgroups."""

from __future__ import annotations

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import with_article
from crlm.problems import did_you_mean
from crlm.study.protocol.check_outcomes import check_scope, compared_variable, of_base_unit, warn_of_outcome
from crlm.study.protocol.checking import Checking, quoted
from crlm.study.protocol.model import Baseline, Model, Row, Subgroups

NUMBER_TESTS = ("t", "welch", "anova", "mann-whitney", "kruskal-wallis", "none")
CATEGORY_TESTS = ("fisher", "chi-square", "none")
NUMBER_SUMMARIES = ("mean_sd", "median_iqr", "median_range")
FOR_SEVERAL_GROUPS = {"t": "anova", "welch": "anova", "mann-whitney": "kruskal-wallis"}
"""The test of two groups, and its counterpart for three or more."""

Key = tuple[str | int, ...]


def check_baselines(checking: Checking) -> None:
    """Rows exist, and are summarised and tested in ways that fit them and the number of groups."""
    compared = compared_variable(checking)
    for index, table in enumerate(checking.protocol.baseline):
        check_scope(checking, ("baseline", index), table.unit, table.where, table.group)
        rows = [
            (("baseline", index, "blocks", place, "rows", number), row)
            for place, block in enumerate(table.blocks)
            for number, row in enumerate(block.rows)
        ]
        seen: set[str] = set()
        numbers = 0
        for key, row in rows:
            variable = checking.variable(key, row.variable)
            if row.variable in seen:
                checking.warning(
                    key, "protocol-baseline-twice", f'"{row.variable}" stands in this table before'
                )
            seen.add(row.variable)
            if variable is None:
                continue
            if table.unit != "lesion":
                of_base_unit(checking, key, row.variable)
            numbers += variable.is_numeric and row.test is None
            if compared is not None and variable.name == compared.name:
                given = f'"{variable.name}" makes the groups: its row shows 100 % and 0 %'
                checking.warning(key, "protocol-baseline-comparison", given, "remove the row.")
            _check_row(checking, key, row, variable, compared)
        _check_table(checking, ("baseline", index), table, compared, numbers)


def _check_table(
    checking: Checking, key: Key, table: Baseline, compared: Variable | None, numbers: int
) -> None:
    """The defaults of a table; `numbers` counts the rows that rely on its test of numbers."""
    if checking.protocol.comparison is None:
        for name in ("number_test", "category_test"):
            if name in table.model_fields_set and getattr(table, name) != "none":
                _no_groups(checking, (*key, name), f'the test "{getattr(table, name)}"')
        if table.smd:
            _no_groups(checking, (*key, "smd"), "a standardised mean difference")
    elif compared is not None and numbers:
        _check_groups(checking, (*key, "number_test"), table.number_test, len(compared.levels))


def _no_groups(checking: Checking, key: Key, what: str) -> None:
    given = f"{what} compares groups, and the protocol has no [comparison]"
    checking.error(key, "protocol-test-without-groups", given, None, "add a [comparison], or remove the key.")


def _check_groups(checking: Checking, key: Key, test: str, groups: int) -> None:
    if groups > 2 and test in FOR_SEVERAL_GROUPS:
        given = f'the test "{test}" compares two groups, and there are {groups}'
        better = FOR_SEVERAL_GROUPS[test]
        checking.error(
            key, "protocol-test-groups", given, '"anova", "kruskal-wallis", "none".', f'write "{better}".'
        )


def _check_row(checking: Checking, key: Key, row: Row, variable: Variable, compared: Variable | None) -> None:
    if not (variable.is_numeric or variable.is_categorical):
        given = f'"{variable.name}" is {with_article(variable.type)}, which a table cannot summarise'
        checking.error(
            key,
            "protocol-baseline-type",
            given,
            "a number, an integer, a category or a yes_no.",
            "remove the row.",
        )
        return
    what = "a number" if variable.is_numeric else f"a {variable.type}"
    summaries, tests = (
        (NUMBER_SUMMARIES, NUMBER_TESTS) if variable.is_numeric else (("count",), CATEGORY_TESTS)
    )
    if row.summary is not None and row.summary not in summaries:
        given = f'"{variable.name}" is {what} and cannot be summarised as "{row.summary}"'
        fix = f'write "{summaries[0]}", or remove the key.'
        checking.error((*key, "summary"), "protocol-baseline-summary", given, quoted(summaries), fix)
    if row.test is None:
        return
    if row.test not in tests:
        given = f'"{variable.name}" is {what} and cannot be compared by the test "{row.test}"'
        checking.error(
            (*key, "test"), "protocol-baseline-test", given, quoted(tests), f'write "{tests[-2]}".'
        )
    elif checking.protocol.comparison is None and row.test != "none":
        _no_groups(checking, (*key, "test"), f'the test "{row.test}"')
    elif compared is not None:
        _check_groups(checking, (*key, "test"), row.test, len(compared.levels))


def check_models(checking: Checking) -> None:
    """Endpoints and candidates exist, candidates can be covariates, and the rule speaks of candidates."""
    for index, model in enumerate(checking.protocol.model):
        key = ("model", index)
        checking.endpoint((*key, "endpoint"), model.endpoint)
        candidates = [one.variable for one in model.candidates]
        places = [((*key, "candidates", place), name) for place, name in enumerate(candidates)]
        checking.repeated(places, "candidate")
        for place, name in places:
            _check_candidate(checking, place, model, name)
        for where, given in (("always", model.always), ("keep", model.keep.variables if model.keep else ())):
            for place_, name in enumerate(given):
                if name not in candidates:
                    inner: Key = (
                        (*key, "always", place_) if where == "always" else (*key, "keep", "variables", place_)
                    )
                    fix = did_you_mean(name, candidates)
                    problem = f'"{name}" is not a candidate of the model'
                    checking.error(
                        inner, "protocol-model-not-candidate", problem, "one of its candidates.", fix
                    )
        _check_rule(checking, key, model)


def _check_rule(checking: Checking, key: Key, model: Model) -> None:
    if model.keep is None:
        if model.always:
            given = "`always` has no effect: without `keep` there is no multivariable model"
            checking.warning(
                (*key, "always"), "protocol-model-rule", given, "add `keep`, or remove `always`."
            )
    elif model.keep.strictly_below and model.keep.univariable_p is None:
        given = "`strictly_below` has no effect without `univariable_p`"
        checking.warning((*key, "keep"), "protocol-model-rule", given, "remove it.")


def _check_candidate(checking: Checking, key: Key, model: Model, name: str) -> None:
    variable = checking.variable(key, name)
    if variable is None:
        return
    per = next(one.per for one in model.candidates if one.variable == name)
    if not (variable.is_numeric or variable.is_categorical):
        given = f'"{name}" is {with_article(variable.type)}, which a model cannot use'
        checking.error(
            key, "protocol-model-type", given, "a number, an integer, a category or a yes_no.", "remove it."
        )
    elif per is not None and not variable.is_numeric:
        given = f'"{name}" is {with_article(variable.type)}, and `per` is for numbers'
        checking.error(
            (*key, "per"), "protocol-model-per", given, "`per` with a number or an integer.", "remove `per`."
        )
    own = next((one for one in checking.protocol.endpoint if one.id == model.endpoint), None)
    if own is not None and name in (own.time, own.status):
        given = f'"{name}" is the outcome of the model itself'
        checking.error(
            key, "protocol-model-outcome", given, "what is known at time zero.", "remove it from candidates."
        )
    else:
        warn_of_outcome(checking, key, name, "the model uses")


def check_subgroups(checking: Checking) -> None:
    """Subgroups are levels of categorical variables, and within them two groups are compared."""
    for index, declared in enumerate(checking.protocol.subgroups):
        key = ("subgroups", index)
        checking.endpoint((*key, "endpoint"), declared.endpoint)
        compared = compared_variable(checking)
        if checking.protocol.comparison is None:
            given = "subgroups show a comparison's effect, and the protocol has no [comparison]"
            checking.error(
                key, "protocol-subgroups-comparison", given, None, "add a [comparison], or remove the table."
            )
        elif compared is not None and len(compared.levels) != 2:
            given = f'the comparison "{compared.name}" has {len(compared.levels)} groups'
            fix = "derive a yes_no or a category with two levels, and compare that."
            checking.error(
                key, "protocol-subgroups-groups", given, "two groups, which have one hazard ratio.", fix
            )
        _check_subgroup_variables(checking, key, declared, compared)


def _check_subgroup_variables(
    checking: Checking, key: Key, declared: Subgroups, compared: Variable | None
) -> None:
    places = [((*key, "variables", place), name) for place, name in enumerate(declared.variables)]
    checking.repeated(places, "subgroup variable")
    for place, name in places:
        variable = checking.variable(place, name)
        if variable is None:
            continue
        if not variable.is_categorical:
            given = f'"{name}" is {with_article(variable.type)} and has no levels'
            fix = f"derive a category first: cut({name}, [...], ['low', 'high'], side='right')."
            allowed = "a category or a yes_no."
            checking.error(
                place, "protocol-subgroups-type", given, allowed, fix if variable.is_numeric else "remove it."
            )
        elif compared is not None and name == compared.name:
            given = f'"{name}" makes the groups that are compared, so it cannot make subgroups as well'
            checking.error(place, "protocol-subgroups-type", given, "another variable.", "remove it.")
        else:
            warn_of_outcome(checking, place, name, "the subgroups are made by")
