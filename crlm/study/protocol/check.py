"""Whether the parts of a protocol fit together: every problem at once, each with its line and its smallest fix."""

from __future__ import annotations

from crlm.dictionary.expressions import Kind, names_of_values, parse
from crlm.dictionary.expressions.hints import RESERVED
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import with_article
from crlm.problems import Problem, did_you_mean
from crlm.study.protocol.check_analyses import check_baselines, check_paired
from crlm.study.protocol.check_models import check_models, check_subgroups
from crlm.study.protocol.check_outcomes import check_comparison, check_endpoints
from crlm.study.protocol.checking import Checking, quoted
from crlm.study.protocol.load import LoadedProtocol
from crlm.study.protocol.model import Derived


def check_protocol(loaded: LoadedProtocol) -> tuple[Problem, ...]:
    """Every error and warning of a loaded protocol, in the order of its lines.

    A protocol with an error cannot be run; a warning says what is probably not meant. Whether a table has the
    columns is for the import of the table.
    """
    checking = Checking(loaded)
    _check_names(checking)
    _check_codes(checking)
    _check_derived(checking)
    _check_expectations(checking)
    _check_criteria(checking)
    check_comparison(checking)
    check_endpoints(checking)
    check_baselines(checking)
    check_paired(checking)
    check_models(checking)
    check_subgroups(checking)
    return tuple(sorted(checking.problems, key=lambda problem: problem.place.line or 0))


def _check_names(checking: Checking) -> None:
    protocol = checking.protocol
    columns = [(("column", index, "name"), one.name) for index, one in enumerate(protocol.column)]
    for index, one in enumerate(protocol.relabel):
        checking.variable(("relabel", index, "name"), one.name, protocol.recorded())
    derived = [(("derived", index, "name"), one.name) for index, one in enumerate(protocol.derived)]
    checking.repeated([*columns, *derived], "variable")
    for key, name in (*columns, *derived):
        if name.casefold() in RESERVED:
            given = f'"{name}" has a meaning in expressions and cannot be the name of a variable'
            header = f' and header = "{name}"' if key[0] == "column" else ""
            checking.error(
                key, "protocol-reserved-name", given, "any other name.", f'write name = "{name}_"{header}.'
            )
    checking.repeated([(("check", i, "id"), one.id) for i, one in enumerate(protocol.check)], "check")
    checking.repeated(
        [(("endpoint", i, "id"), one.id) for i, one in enumerate(protocol.endpoint)], "endpoint"
    )
    files = [
        (key, one.id)
        for section in ("baseline", "paired", "model", "subgroups")
        for index, one in enumerate(getattr(protocol, section))
        for key in [(section, index, "id") if "id" in one.model_fields_set else (section, index)]
    ]
    checking.repeated(files, "id of a table")


def _check_codes(checking: Checking) -> None:
    """A code cannot mean a level and missing at once."""
    everywhere = {str(one.code) for one in checking.protocol.data.missing}
    for index, column in enumerate(checking.protocol.column):
        missing = everywhere | {str(one.code) for one in column.missing}
        for place, level in enumerate(column.levels):
            if str(level.code) in missing:
                given = f'the code {level.code} of "{column.name}" is a level and means missing as well'
                key = ("column", index, "levels", place)
                checking.error(
                    key, "protocol-code-twice", given, "one meaning for each code.", "remove one of the two."
                )


def _check_derived(checking: Checking) -> None:
    protocol = checking.protocol
    known: dict[str, Variable] = protocol.recorded()
    known |= {made.name: made for endpoint in protocol.endpoint for made in endpoint.variables()}
    for index, derived in enumerate(protocol.derived):
        later = [one.name for one in protocol.derived[index:] if one.name not in known]
        kind = checking.expression(("derived", index, "expression"), derived.expression, known, later)
        if kind is not None:
            _check_result(checking, index, derived, kind)
        known[derived.name] = derived.variable()


def _check_result(checking: Checking, index: int, derived: Derived, kind: Kind) -> None:
    """Whether the declared type and levels fit what the expression gives."""
    fitting: tuple[str, ...] = {
        "boolean": ("yes_no",),
        "number": ("integer", "number") if kind.whole else ("number",),
        "category": ("category",),
        "several": ("several",),
        "text": ("text",),
        "date": ("date",),
    }[kind.type]
    if derived.type not in fitting:
        what = "a number that may have a fraction" if fitting == ("number",) else f"a {kind.type}"
        given = f'the expression of "{derived.name}" gives {what}, and its type is "{derived.type}"'
        fix = f'write type = "{fitting[0]}".'
        if kind.type == "category" and derived.type == "yes_no":
            fix = "write the condition itself: it is yes or no."
        checking.error(("derived", index, "type"), "protocol-derived-type", given, quoted(fitting), fix)
    if kind.type != "category" or derived.type != "category":
        return
    declared = derived.variable().level_names
    key = ("derived", index, "levels")
    for level in kind.levels:
        if level not in declared:
            given = f'the expression of "{derived.name}" can give "{level}", which is not one of its levels'
            checking.error(
                key, "protocol-derived-level", given, quoted(declared), did_you_mean(level, declared)
            )
    unreachable = [level for level in declared if level not in kind.levels]
    if unreachable:
        given = f'the expression of "{derived.name}" never gives {quoted(unreachable)[:-1]}'
        checking.warning(
            key, "protocol-derived-level", given, "remove the level, or let the expression give it."
        )


def _check_expectations(checking: Checking) -> None:
    for index, one in enumerate(checking.protocol.check):
        checking.condition(("check", index, "expect"), one.expect, checking.variables)


def _check_first(checking: Checking, key: tuple[str | int, ...], name: str) -> None:
    """One of several records of a patient is chosen by a variable that has an order."""
    variable = checking.variable(key, name)
    if variable is not None and not (variable.is_numeric or variable.type == "date"):
        given = f'"{name}" is {with_article(variable.type)}, and records are put in order by it'
        checking.error(
            key, "protocol-first-by", given, "a number, an integer or a date.", "name another variable."
        )
    if not checking.protocol.data.registry:
        given = "a table has one record per patient, and there is nothing to choose from"
        checking.error(
            key,
            "protocol-first-by",
            given,
            "a registry (registry = true in [data]).",
            "remove the criterion.",
        )


def _check_criteria(checking: Checking) -> None:
    for index, one in enumerate(checking.protocol.population.criteria):
        side = "first_by" if one.first_by else one.kind
        key = ("population", "criteria", index, side)
        if one.first_by:
            _check_first(checking, key, one.first_by)
            continue
        if not checking.condition(key, one.expression, checking.variables):
            continue
        later = sorted(names_of_values(parse(one.expression)) & set(checking.outcomes))
        if later:
            given = (
                f'the criterion "{one.label}" selects by "{later[0]}", which is known only after time zero: '
                "the selected can look better or worse than those whom one will meet"
            )
            checking.warning(
                key, "protocol-selects-by-outcome", given, "select by what is known at time zero."
            )
