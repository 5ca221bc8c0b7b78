"""Meta-regression, groups and influence of a table of studies, held against R's numbers; and tables with mistakes."""

import json
import math

import jsonschema
import pytest

from crlm.evidence.pooling import pool_estimates, pooling_document, read_table
from crlm.evidence.pooling.document import pooling_schema
from crlm.evidence.pooling.report import report
from crlm.evidence.pooling.words import in_short
from crlm.problems import ArgumentError, DataError
from tests.evidence.pooling.test_pooling import BCG, TUBERCULOSIS, asked, kinds, study
from tests.golden import golden

REGRESSIONS = golden("meta_analysis")["regressions"]
COLUMNS = "study,year,events,n,events_reference,n_reference,group,latitude\n"


def table(tmp_path, *, latitude=lambda k, value: value):
    """The trials of BCG vaccine with their latitudes."""
    lines = [line.split(",") for line in TUBERCULOSIS.read_text(encoding="utf-8").splitlines()]
    at = {name: k for k, name in enumerate(lines[0])}
    rows = [
        f"{row[0]} {row[1]},{row[1]},{','.join(row[2:6])},{row[at['allocation']]},{latitude(k, row[at['latitude']])}\n"
        for k, row in enumerate(lines[1:])
    ]
    file = tmp_path / "bcg.csv"
    file.write_text(COLUMNS + "".join(rows), encoding="utf-8")
    return file


def pooled(file, *moderators, **options):
    found = read_table(file, measure="RR", more=["latitude"])
    return pool_estimates(found, question="BCG", moderators=moderators, **options)


@pytest.mark.parametrize(("interval", "test"), [("normal", "z"), ("knapp-hartung", "knha")])
@pytest.mark.parametrize("method", ["DL", "REML", "PM"])
@pytest.mark.parametrize(("moderators", "design"), [(("latitude",), "latitude"), (("group",), "allocation")])
def test_numbers_and_categories_are_regressed_on_as_r_does(
    tmp_path, moderators, design, method, interval, test
):
    file = table(tmp_path)
    expected = REGRESSIONS[design]["fits"][method][test]
    found = pooled(file, *moderators, method=method, interval=interval).moderation
    assert [one.value for one in found.model.coefficients] == pytest.approx(expected["b"], rel=1e-7)
    assert [one.p for one in found.model.tests] == pytest.approx(expected["p"], rel=1e-6)
    assert found.model.moderators.p == pytest.approx(expected["moderators"][1], rel=1e-6)
    assert found.without == () and found.moderators[0].is_number is (design == "latitude")
    if design == "allocation":
        assert found.moderators[0].levels == ("random", "alternate", "systematic")
        assert found.model.names[1] == "group: alternate against random"


def test_influence_is_that_of_r(tmp_path):
    expected = BCG["influence"]["REML"]
    found = pooled(table(tmp_path)).influence
    for name, values in expected.items():
        assert [getattr(one, name) for one in found] == pytest.approx(values, rel=1e-6), name


def test_sizes_can_be_moderators(tmp_path):
    found = read_table(table(tmp_path), measure="RR", more=["n", "latitude"])
    answer = pool_estimates(found, question="BCG", moderators=["n"])
    assert answer.moderation.moderators[0].is_number and answer.moderation.model.k == 13
    assert dict(found.estimates[0].more) == {"n": "123", "latitude": "44"}


def test_a_study_without_a_value_is_left_out_and_named(tmp_path):
    file = table(tmp_path, latitude=lambda k, value: "" if k == 3 else value)
    answer = pooled(file, "latitude")
    assert answer.moderation.without == ("Hart and Sutherland 1977",) and answer.moderation.model.k == 12
    assert answer.pooled.k == 13
    assert any(
        "Left out, since a value is not known: Hart and Sutherland 1977" in line for line in in_short(answer)
    )


def test_numbers_beside_words_are_not_taken_for_a_category(tmp_path):
    file = table(tmp_path, latitude=lambda k, value: "unknown" if k == 3 else value)
    with pytest.raises(DataError, match='has numbers, and "unknown" of Hart and Sutherland 1977'):
        pooled(file, "latitude")


def test_a_moderator_that_says_nothing_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="do not differ in latitude"):
        pooled(table(tmp_path, latitude=lambda k, value: "north"), "latitude")
    with pytest.raises(ArgumentError, match='no study has a value of the moderator "latitude"'):
        pooled(table(tmp_path, latitude=lambda k, value: ""), "latitude")
    same = pooled(table(tmp_path, latitude=lambda k, value: "7"), "latitude").moderation
    assert "cannot be told apart" in same.model.reason and same.model.coefficients == ()


def test_groups_of_another_column_and_studies_without_one(tmp_path):
    file = table(tmp_path, latitude=lambda k, value: "far" if float(value) > 40 else "near")
    answer = pool_estimates(read_table(file, measure="RR", more=["latitude"]), question="BCG", by="latitude")
    assert answer.groups.levels == ("far", "near") and answer.groups.test.p < 0.01
    some = table(tmp_path, latitude=lambda k, value: "" if k < 2 else "x" if k % 2 else "y")
    answer = pool_estimates(read_table(some, measure="RR", more=["latitude"]), question="BCG", by="latitude")
    assert answer.groups is None
    assert "nothing is said of the latitude of Aronson 1948, Ferguson and Simes 1949" in " ".join(
        answer.warnings
    )


def test_the_document_fits_its_schema_whatever_is_answered(tmp_path):
    schema = pooling_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    answers = [
        pooled(table(tmp_path), "latitude", "group"),
        pooled(table(tmp_path), "year", method="fixed", interval="knapp-hartung-never-narrower"),
        asked(study("a", 0.2), study("b", 0.2), study("c", 0.2), interval="knapp-hartung"),
        asked(study("a", 0.1), study("b", 0.4)),
        asked(study("a")),
        asked(),
    ]
    for answer in answers:
        document = json.loads(json.dumps(pooling_document(answer), allow_nan=False))
        jsonschema.validate(document, schema)
        assert in_short(answer)[0] == answer.question
    both = pooling_document(answers[0])["meta_regression"]
    assert [one["kind"] for one in both["moderators"]] == ["number", "category"]
    slope = next(one for one in both["terms"] if one["term"] == "latitude")
    assert slope["ratio"]["value"] == pytest.approx(math.exp(slope["log"]["value"]))


def test_the_report_has_the_regression_and_its_picture(tmp_path):
    document = report(pooled(table(tmp_path), "latitude"), "2026-01-01T00:00:00Z")
    assert [one.id for one in document.figures()] == ["forest", "bubbles", "funnel"]
    assert "meta-regression" in [one.id for one in document.tables()]
    bubbles = document.figures()[1].svg
    assert bubbles.count("<circle") == 13 and "Latitude" in bubbles
    both = report(pooled(table(tmp_path), "latitude", "group"), "2026-01-01T00:00:00Z")
    assert [one.id for one in both.figures()] == ["forest", "funnel"]


@pytest.mark.parametrize(
    ("text", "words", "fix"),
    [
        ("study,estimate,lower,upper\nA,0,84,0.5,1.4\n", "5 cells, and the header 4", "in quotes"),
        ("study,estimate,lower,upper\nA,0.8,0.5\n", "3 cells, and the header 4", "in quotes"),
        ("study,estimate,estimate\nA,1,2\n", 'the column "estimate" is there 2 times', "delete"),
        (
            'study,events,n,events_reference,n_reference\nA,4,"1,234",5,60\n',
            '"1,234" is not a whole',
            "empty",
        ),
        ("study,events,n,events_reference,n_reference\nA,4.5,50,5,60\n", '"4.5" is not a whole', "empty"),
        ("study,estimate,latitude\nA,1,44\n", 'there is no column "latitude"', "--moderator latitude"),
        ("study,estimate,lowr,upper\nA,1,44,1\n", 'there is no column "lowr"', 'did you mean "lower"?'),
    ],
)
def test_mistakes_in_a_table_are_named_with_their_fix(tmp_path, text, words, fix):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_table(file, measure="OR")
    first = error.value.problems[0]
    assert words in first.given and fix in first.fix and first.place.file == str(file)


def test_a_column_that_was_asked_for_and_is_not_there(tmp_path):
    with pytest.raises(DataError, match='the column "longitude" is missing'):
        read_table(table(tmp_path), measure="RR", more=["longitude", "latitude"])


def test_what_may_overlap_is_refused_unless_the_reader_knows(tmp_path):
    file = tmp_path / "t.csv"
    rows = "A,0.8,0.5,1.28,Amsterdam UMC\nB,0.9,0.6,1.35,VUmc\nC,0.7,0.5,0.98,Oslo\n"
    file.write_text("study,estimate,lower,upper,cohort\n" + rows, encoding="utf-8")
    found = read_table(file, measure="HR")
    refused = pool_estimates(found, question="?")
    assert kinds(refused) == ["possible-overlap"]
    assert "--keep A or --keep B" in refused.refusals[0].fix and "--apart A" in refused.refusals[0].fix
    known = pool_estimates(found, question="?", apart=["B"])
    assert known.pooled.k == 3 and "taken not to, as asked for" in known.warnings[0]
    assert pool_estimates(found, question="?", keep=["A"]).pooled.k == 2


def test_the_one_that_is_kept_decides_over_all_that_overlap_it(tmp_path):
    """A, B and C share a hospital: what is left out for C cannot overlap anything any more."""
    file = tmp_path / "t.csv"
    rows = "".join(f"{name},0.8,0.5,1.28,{where}\n" for name, where in zip("ABCD", "xxxy", strict=True))
    file.write_text("study,estimate,lower,upper,cohort\n" + rows, encoding="utf-8")
    answer = pool_estimates(read_table(file, measure="HR"), question="?", keep=["C"])
    assert not answer.refusals and [one.id for one in answer.estimates] == ["C", "D"]
    assert len(answer.dropped) == 2
