"""Dates that are known to the month or the year: what can be decided, worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from crlm.pathway.conditions import Span
from crlm.pathway.filling.dates import (
    When,
    completed_years,
    days_from,
    earlier,
    months,
    newest,
    no_later,
    quotient,
)


def when(text):
    middle = {4: "-07-01", 7: "-15", 10: ""}[len(text)]
    return When.of(date.fromisoformat(text + middle), {4: "year", 7: "month", 10: "day"}[len(text)])


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-05-31", "2019-05-31", "2019-05-31"),
        ("2019-02", "2019-02-01", "2019-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12-01", "2019-12-31"),
        ("2019", "2019-01-01", "2019-12-31"),
    ],
)
def test_the_days_that_a_date_can_be(text, first, last):
    found = when(text)
    assert (str(found.first), str(found.last), str(found)) == (first, last, text)


@pytest.mark.parametrize(
    ("one", "other", "is_no_later", "is_earlier"),
    [
        ("2019-05-31", "2019-05-31", True, False),
        ("2019-05-30", "2019-05-31", True, True),
        ("2019-06-01", "2019-05-31", False, False),
        ("2019-05", "2019-05-31", True, None),
        ("2019-05", "2019-05-30", None, None),
        ("2019-05", "2019-06-01", True, True),
        ("2019-05", "2019-05-01", None, False),
        ("2019-05", "2019-04-30", False, False),
        ("2019", "2019-05", None, None),
        ("2018", "2019-05", True, True),
    ],
)
def test_order(one, other, is_no_later, is_earlier):
    assert no_later(when(one), when(other)) is is_no_later
    assert earlier(when(one), when(other)) is is_earlier


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ([], None),
        (["2019-05-31"], "2019-05-31"),
        (["2019-05-31", "2019-05-01", "2019-05-31"], "2019-05-31"),
        (["2019-05", "2019-06-01"], "2019-06-01"),
        (["2019-05", "2019-05-20"], None),
        (["2019-05", "2019-05-31"], None),
        (["2019-05", "2019-05"], "2019-05"),
        (["2019", "2019-05-20"], None),
    ],
)
def test_the_newest_of_some_dates(dates, last):
    found = newest([when(one) for one in dates])
    assert found == (when(last) if last else None)


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (761, 761, Decimal(25)),  # 25 x 30.44 = 761
        (365, 365, Decimal("11.9908015769")),
        (366, 366, Decimal("12.0236530880")),
        (0, 0, Decimal(0)),
        (-20, -20, Decimal(0)),
        (0, 761, Span(Decimal(0), Decimal(25))),
        (-10, 761, Span(Decimal(0), Decimal(25))),
    ],
)
def test_months_of_30_44_days(least, most, expected):
    assert months(least, most) == expected


def test_a_quotient_never_reaches_a_limit_that_it_is_not_at():
    assert quotient(Decimal(100 * 450), Decimal(1500)) == 30
    assert quotient(100 * Decimal("449.999"), Decimal(1500)) < 30
    assert quotient(100 * Decimal("2999.999"), Decimal("9999.999")) < 30
    assert str(quotient(Decimal(100), Decimal(3))) == "33.3333333333"


def test_days_from_one_date_to_another():
    assert days_from(when("2019-05-01"), when("2019-05-31")) == (30, 30)
    assert days_from(when("2019-05"), when("2019-05-31")) == (0, 30)
    assert days_from(when("2019-05"), when("2019-06")) == (1, 60)
    assert days_from(when("2019-06-10"), when("2019-06-01")) == (-9, -9)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1950-03-15", "2010-03-14", Decimal(59)),
        ("1950-03-15", "2010-03-15", Decimal(60)),
        ("1952-02-29", "2011-02-28", Decimal(58)),
        ("1952-02-29", "2011-03-01", Decimal(59)),
        ("1950-03", "2010-04-01", Decimal(60)),
        ("1950-03", "2010-03-20", Span(Decimal(59), Decimal(60))),
        ("1950", "2010-06-30", Span(Decimal(59), Decimal(60))),
        ("1950", "2010-12-31", Decimal(60)),
    ],
)
def test_completed_years(born, on, age):
    assert completed_years(when(born), date.fromisoformat(on)) == age
