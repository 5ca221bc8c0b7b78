# ruff: noqa: E501 - a table with one slip per line
"""Whether the parts of a protocol fit together: each slip is one problem, with its line and its fix."""

import pytest

from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.load import shipped_protocols
from crlm.study.protocol.reference import SMALLEST
from tests.protocol.samples import changed, line_of, loaded

THREE_GROUPS = (
    ('expression = "size > 5"', "expression = \"cut(size, [3, 5], ['small', 'middle', 'huge'], side='left')\""),
    ('label = "Largest tumour above 5 cm"\ntype = "yes_no"', 'label = "Size"\ntype = "category"\nlevels = ["small", "middle", "huge"]'),
    ('reference = "no"', 'reference = "small"'),
)  # fmt: skip
NO_GROUPS = (('[comparison]\nvariable = "large"\nreference = "no"\nunknown = "exclude"\n', ""),)

SLIPS = [
    # changes, code, severity, words of what was given, words of the fix or of what is allowed
    ([('name = "bilobar"', 'name = "sex"')], "protocol-duplicate", "error", '"sex" is given twice', "rename"),
    ([('name = "large"', 'name = "size"')], "protocol-duplicate", "error", '"size" is given twice', "rename"),
    ([('name = "age_class"', 'name = "class"')], "protocol-reserved-name", "error", '"class" has a meaning', '"class_"'),
    ([('[[check]]\n', '[[check]]\nid = "size-positive"\nexpect = "age > 0"\nsentence = "x"\n[[check]]\n')], "protocol-duplicate", "error", 'the check "size-positive"', "rename"),
    ([("code = 1, name", "code = -999, name")], "protocol-code-twice", "error", "-999", "remove one of the two."),
    ([("size > 5", "siez > 5")], "expression-name", "error", 'no variable "siez"', 'did you mean "size"?'),
    ([("size > 5", "size = 5")], "expression-syntax", "error", "a single `=`", "write `==`."),
    ([("size > 5", "size + 5")], "protocol-derived-type", "error", "a number that may have", 'type = "number"'),
    ([('"size > 5"', '"when(size > 5, \'yes\', \'no\')"')], "protocol-derived-type", "error", "gives a category", "write the condition itself"),
    ([("size > 5", "age_class == 'from_60'")], "protocol-derived-order", "error", "is not derived yet", "before this one"),
    ([("size > 5", "not large")], "protocol-derived-order", "error", '"large", which is not derived yet', ""),
    ([("['under_60', 'from_60']", "['under_60', 'from_6']")], "protocol-derived-level", "error", 'can give "from_6"', '"from_60"?'),
    ([("size > 5", "1 > 0")], "protocol-constant", "warning", "the same for everyone", ""),
    ([('expect = "size > 0"', 'expect = "size"')], "protocol-condition", "error", "gives a number", "compare it"),
    ([("size >= 20", "sex == 'Male'")], "expression-level", "error", "'Male' is not a level", "write 'male'."),
    ([("size >= 20", "months < 3")], "protocol-selects-by-outcome", "warning", '"months", which is known only', ""),
    ([('variable = "large"\nref', 'variable = "lareg"\nref')], "protocol-unknown-variable", "error", '"lareg"', '"large"?'),
    ([('variable = "large"\nreference = "no"', 'variable = "age"')], "protocol-comparison", "error", '"age" is a number', "cut(age"),
    ([('reference = "no"', 'reference = "nope"')], "protocol-unknown-level", "error", '"nope" is not a level', '"no"?'),
    ([('time = "months"', 'time = "month"')], "protocol-unknown-variable", "error", '"month"', 'did you mean "months"?'),
    ([('time = "months"', 'time = "sex"')], "protocol-endpoint-time", "error", '"sex" is a category', "a number"),
    ([('status = "status"', 'status = "age"')], "protocol-endpoint-status", "error", '"age" is a number', "levels"),
    ([('event = ["dead"]', 'event = ["died"]')], "protocol-unknown-level", "error", '"died" is not a level', "dead"),
    ([("[12, 36, 60]", "[12, 36, 60]\nhorizon = 48")], "protocol-endpoint-landmark", "error", "60 lies beyond the horizon 48", "at most 48."),
    ([("[12, 36, 60]", "[36, 12, 60]")], "protocol-endpoint-landmark", "warning", "not in order", "early to late"),
    ([("[12, 36, 60]", "[12]\naxis_until = 6\naxis_step = 12")], "protocol-endpoint-axis", "error", "ends at 6", ""),
    ([('event = ["dead"]\ncensor = ["alive"]', 'event = ["alive"]\ncensor = ["dead"]')], "protocol-endpoint-reversed", "warning", '"alive", which usually means censoring', "wrong way round"),
    ([('unit = "months"\n', "")], "protocol-endpoint-unit", "warning", '"months" has no unit', 'unit = "months"'),
    ([('rows = ["bilobar"]', 'rows = ["bilobr"]')], "protocol-unknown-variable", "error", '"bilobr"', '"bilobar"?'),
    ([('rows = ["bilobar"]', 'rows = ["sex"]')], "protocol-baseline-twice", "warning", '"sex" stands in this table', ""),
    ([('rows = ["bilobar"]', 'rows = ["large"]')], "protocol-baseline-comparison", "warning", "makes the groups", ""),
    ([('test = "t"', 'test = "fisher"')], "protocol-baseline-test", "error", '"age" is a number', '"welch"'),
    ([('rows = ["bilobar"]', 'rows = [{variable = "bilobar", test = "t"}]')], "protocol-baseline-test", "error", "is a yes_no", '"chi-square"'),
    ([('rows = ["bilobar"]', 'rows = [{variable = "bilobar", summary = "mean_sd"}]')], "protocol-baseline-summary", "error", "is a yes_no", '"count"'),
    ([('summary = "mean_sd"', 'summary = "count"')], "protocol-baseline-summary", "error", '"age" is a number', "mean_sd"),
    ([('endpoint = "os"\ncand', 'endpoint = "so"\ncand')], "protocol-unknown-endpoint", "error", '"so"', 'use one of "os".'),
    ([('"sex", "bilobar", "large"]', '"sex", "bilobr", "large"]')], "protocol-unknown-variable", "error", "bilobr", "bilobar"),
    ([('"sex", "bilobar", "large"]', '"sex", "sex", "large"]')], "protocol-duplicate", "error", '"sex" is given twice', ""),
    ([('"sex", "bilobar", "large"]', '"sex", "months", "large"]')], "protocol-model-outcome", "error", "the outcome of the model itself", ""),
    ([('always = ["large"]', 'always = ["larg"]')], "protocol-model-not-candidate", "error", '"larg"', '"large"?'),
    ([("univariable_p = 0.10", 'variables = ["sexx"]')], "protocol-model-not-candidate", "error", '"sexx"', '"sex"?'),
    ([("keep = { univariable_p = 0.10 }", "")], "protocol-model-rule", "warning", "`always` has no effect", "add `keep`"),
    ([("univariable_p = 0.10", "all = true, strictly_below = true")], "protocol-model-rule", "warning", "`strictly_below`", ""),
    ([('"age", per = 10', '"sex", per = 10'), ('"sex", "bilobar", "large"]', '"bilobar", "large"]')], "protocol-model-per", "error", "`per` is for numbers", "remove `per`."),
    ([('variables = ["sex", "bil', 'variables = ["age", "bil')], "protocol-subgroups-type", "error", '"age" is a number', "cut(age"),
    ([('variables = ["sex", "bil', 'variables = ["large", "bil')], "protocol-subgroups-type", "error", '"large" makes the groups', ""),
    ([('variables = ["sex", "bil', 'variables = ["status", "bil')], "protocol-outcome-as-exposure", "warning", '"status"', "time zero"),
    ([('[[subgroups]]\n', '[[subgroups]]\nid = "cox-os"\n')], "protocol-duplicate", "error", '"cox-os" is given twice', ""),
]  # fmt: skip


def found(tmp_path, *changes):
    return check_protocol(loaded(tmp_path, changed(*changes)))


@pytest.mark.parametrize(
    ("changes", "code", "severity", "given", "fix"), SLIPS, ids=[f"{one[1]}-{one[3][:24]}" for one in SLIPS]
)
def test_a_slip_is_found_and_explained(tmp_path, changes, code, severity, given, fix):
    problems = found(tmp_path, *changes)
    match = [problem for problem in problems if problem.code == code and given in problem.given]
    assert len(match) == 1, [str(problem) for problem in problems]
    assert match[0].severity == severity
    assert fix in f"{match[0].allowed} {match[0].fix}"
    assert match[0].place.line is not None
    assert match[0].place.key


def test_a_protocol_without_slips_has_no_problems(tmp_path):
    assert found(tmp_path) == ()
    assert check_protocol(loaded(tmp_path, SMALLEST)) == ()


@pytest.mark.parametrize("shipped", shipped_protocols(), ids=lambda one: one.name)
def test_shipped_protocols_have_no_problems(shipped):
    assert check_protocol(shipped) == ()


def test_every_problem_names_the_line_of_its_key(tmp_path):
    text = changed(("size > 5", "siez > 5"), ('rows = ["bilobar"]', 'rows = [\n  "bilobr",\n]'))
    text = text.replace("[12, 36, 60]", "[12,\n  36,\n  999]\nhorizon = 60")
    problems = check_protocol(loaded(tmp_path, text))
    assert [problem.place.line for problem in problems] == [
        line_of(text, "siez > 5"),
        line_of(text, "  999]"),
        line_of(text, '  "bilobr"'),
    ]


def test_a_status_level_without_a_meaning_is_an_error(tmp_path):
    three = (
        '{ code = 1, name = "dead", label = "Dead" }]',
        '{ code = 1, name = "dead" }, { code = 2, name = "lost" }]',
    )
    (problem,) = found(tmp_path, three)
    assert problem.code == "protocol-endpoint-levels"
    assert '"lost"' in problem.given
    assert found(tmp_path, three, ('censor = ["alive"]', 'censor = ["alive"]\ncompeting = ["lost"]')) == ()


def test_three_groups_need_tests_for_three_groups(tmp_path):
    problems = found(tmp_path, *THREE_GROUPS)
    assert [(problem.code, problem.fix) for problem in problems] == [
        ("protocol-test-groups", 'write "anova".'),
        ("protocol-subgroups-groups", "derive a yes_no or a category with two levels, and compare that."),
    ]


def test_the_default_test_of_a_table_counts_when_a_row_relies_on_it(tmp_path):
    relying = ('rows = ["bilobar"]', 'rows = ["size"]')
    problems = found(tmp_path, *THREE_GROUPS, relying)
    assert 'write "kruskal-wallis".' in [problem.fix for problem in problems]
    chosen = ('category_test = "fisher"', 'category_test = "fisher"\nnumber_test = "kruskal-wallis"')
    assert 'write "kruskal-wallis".' not in [
        problem.fix for problem in found(tmp_path, *THREE_GROUPS, relying, chosen)
    ]


def test_without_groups_nothing_can_be_compared(tmp_path):
    problems = found(tmp_path, *NO_GROUPS, ('title = "Char', 'smd = true\ntitle = "Char'))
    assert [problem.code for problem in problems] == [
        "protocol-test-without-groups",
        "protocol-test-without-groups",
        "protocol-test-without-groups",
        "protocol-subgroups-comparison",
    ]
    text = changed(*NO_GROUPS, (', test = "t"', ""), ('category_test = "fisher"\n', ""))
    text = text[: text.index("[[subgroups]]")]
    assert check_protocol(loaded(tmp_path, text)) == ()


@pytest.mark.parametrize("kind", ["text", "date"])
def test_a_text_or_a_date_is_no_row_and_no_covariate(tmp_path, kind):
    changes = [
        (
            'header = "bilobar_disease"\nlabel = "Bilobar disease"\ntype = "yes_no"',
            f'label = "B"\ntype = "{kind}"',
        ),
    ]
    codes = {problem.code for problem in found(tmp_path, *changes)}
    assert codes == {"protocol-baseline-type", "protocol-model-type", "protocol-subgroups-type"}


def test_what_is_derived_from_an_outcome_is_an_outcome(tmp_path):
    problems = found(tmp_path, ("size > 5", "months > 12"))
    assert {problem.code for problem in problems} == {"protocol-outcome-as-exposure"}
    assert {problem.place.key.split(".")[0] for problem in problems} == {"comparison", "model"}
