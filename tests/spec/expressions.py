"""The expression language by example: these tables are its tests and, through `document.py`, its manual."""

from datetime import date

from tests.spec.tables import Example, Section

YES, NO, UNKNOWN = True, False, None

SECTIONS = (
    Section(
        "Comparing numbers",
        "`==` equal, `!=` not equal, `<` below, `<=` at most, `>` above, `>=` at least. Comparisons can be chained. "
        "A comparison with an unknown value is unknown.",
        (
            Example(
                """
                patient | age
                1       | 69
                2       | 70
                3       |
                """,
                {
                    "age >= 70": {1: NO, 2: YES, 3: UNKNOWN},
                    "age != 70": {1: YES, 2: NO, 3: UNKNOWN},
                    "18 <= age < 70": {1: YES, 2: NO, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "Comparing categories",
        "A level is written by its name, in quotes. Only the declared levels are allowed. `<` and `>` work when the "
        "variable is declared `ordered = true`; here `stage` is, from t1 to t4.",
        (
            Example(
                """
                patient | side   | stage
                1       | left   | t2
                2       | rectum | t4
                3       |        |
                """,
                {
                    "side == 'left'": {1: YES, 2: NO, 3: UNKNOWN},
                    "side != 'left'": {1: NO, 2: YES, 3: UNKNOWN},
                    "stage >= 't3'": {1: NO, 2: YES, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "One of several values",
        "`in` and `not in` are followed by a list in square brackets.",
        (
            Example(
                """
                patient | side   | metastases
                1       | left   | 0
                2       | rectum | 3
                3       | right  |
                4       |        | 1
                """,
                {
                    "side in ['left', 'rectum']": {1: YES, 2: YES, 3: NO, 4: UNKNOWN},
                    "side not in ['left', 'rectum']": {1: NO, 2: NO, 3: YES, 4: UNKNOWN},
                    "metastases in [0, 1]": {1: YES, 2: NO, 3: UNKNOWN, 4: YES},
                },
            ),
        ),
    ),
    Section(
        "Several levels at once",
        "A variable of type `several` holds any number of its levels. `includes(x, 'a')` asks whether a level is among "
        "them, `includes(x, 'a', 'b')` whether at least one of those is. An empty list (here `none`) has been recorded "
        "and includes nothing; an unknown list is unknown.",
        (
            Example(
                """
                patient | sites
                1       | liver;lung
                2       | lymph_node
                3       | none
                4       |
                """,
                {
                    "includes(sites, 'lung')": {1: YES, 2: NO, 3: NO, 4: UNKNOWN},
                    "includes(sites, 'lung', 'lymph_node')": {1: YES, 2: YES, 3: NO, 4: UNKNOWN},
                    "not includes(sites, 'liver')": {1: NO, 2: YES, 3: YES, 4: UNKNOWN},
                    "known(sites)": {1: YES, 2: YES, 3: YES, 4: NO},
                },
            ),
        ),
    ),
    Section(
        "Yes and no",
        "A yes/no variable is a condition by itself; it can also be compared with 'yes' and 'no', or with another "
        "condition.",
        (
            Example(
                """
                patient | bilobar | metastases
                1       | yes     | 2
                2       | no      | 1
                3       |         | 4
                """,
                {
                    "bilobar": {1: YES, 2: NO, 3: UNKNOWN},
                    "not bilobar": {1: NO, 2: YES, 3: UNKNOWN},
                    "bilobar == 'no'": {1: NO, 2: YES, 3: UNKNOWN},
                    "bilobar == (metastases > 1)": {1: YES, 2: YES, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "And, or, not, with unknown values",
        "Unknown is neither yes nor no. `and` is no as soon as one side is no, whatever the other; `or` is yes as soon "
        "as one side is yes. Otherwise an unknown side makes the whole unknown. `not` binds closest, then `and`, then "
        "`or`; parentheses make it clear.",
        (
            Example(
                """
                patient | bilobar | smoker
                1       | yes     | yes
                2       | yes     | no
                3       | yes     |
                4       | no      | yes
                5       | no      | no
                6       | no      |
                7       |         | yes
                8       |         | no
                9       |         |
                """,
                {
                    "bilobar and smoker": {
                        1: YES, 2: NO, 3: UNKNOWN, 4: NO, 5: NO, 6: NO, 7: UNKNOWN, 8: NO, 9: UNKNOWN,
                    },
                    "bilobar or smoker": {
                        1: YES, 2: YES, 3: YES, 4: YES, 5: NO, 6: UNKNOWN, 7: YES, 8: UNKNOWN, 9: UNKNOWN,
                    },
                    "not bilobar": {
                        1: NO, 2: NO, 3: NO, 4: YES, 5: YES, 6: YES, 7: UNKNOWN, 8: UNKNOWN, 9: UNKNOWN,
                    },
                },
            ),
        ),
    ),
    Section(
        "Known and missing",
        "The only two questions that are never unknown.",
        (
            Example(
                """
                patient | cea | bilobar
                1       | 5   | no
                2       |     | yes
                3       |     |
                """,
                {
                    "known(cea)": {1: YES, 2: NO, 3: NO},
                    "missing(cea)": {1: NO, 2: YES, 3: YES},
                    "missing(cea) and not bilobar": {1: NO, 2: NO, 3: UNKNOWN},
                    "known(cea > 200 or bilobar)": {1: YES, 2: YES, 3: NO},
                },
            ),
        ),
    ),
    Section(
        "Arithmetic",
        "`+`, `-`, `*`, `/` and a minus sign. An unknown part makes the result unknown, and so does a division by "
        "zero: a result is never infinite.",
        (
            Example(
                """
                patient | size | metastases
                1       | 5    | 2
                2       | 5    | 0
                3       | 5    |
                """,
                {
                    "size + metastases": {1: 7.0, 2: 5.0, 3: UNKNOWN},
                    "size / metastases": {1: 2.5, 2: UNKNOWN, 3: UNKNOWN},
                    "2 * (size - 1) > 7": {1: YES, 2: YES, 3: YES},
                    "-metastases": {1: -2, 2: 0, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "Points",
        "`points(condition)` is 1 when the condition holds and 0 when it does not; a score is a sum of points. A score "
        "with an unknown part is unknown: an unknown part is not counted as 0.",
        (
            Example(
                """
                patient | cea | size | bilobar
                1       | 300 | 6    | no
                2       | 300 | 2    | no
                3       |     | 6    | yes
                """,
                {
                    "points(cea > 200)": {1: 1, 2: 1, 3: UNKNOWN},
                    "points(cea > 200) + points(size > 5) + points(bilobar)": {1: 2, 2: 1, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "One value or another",
        "`when(condition, value, otherwise)`. An unknown condition gives an unknown result. It can be nested. "
        "Without `otherwise` the result is unknown where the condition does not hold: for what cannot have the value.",
        (
            Example(
                """
                patient | age | bilobar | size
                1       | 50  | yes     | 4
                2       | 80  | no      |
                3       |     | no      | 9
                """,
                {
                    "when(bilobar, 0, size)": {1: 0.0, 2: UNKNOWN, 3: 9.0},
                    "when(age >= 70, 'old', 'young')": {1: "young", 2: "old", 3: UNKNOWN},
                    "when(not bilobar, size)": {1: UNKNOWN, 2: UNKNOWN, 3: 9.0},
                    "when(age >= 70, 'old')": {1: UNKNOWN, 2: "old", 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "Classes of a number",
        "`cut(x, [cut-points], [labels], side=...)` puts a number into classes, one more than there are cut-points. "
        "`side` says where a value goes that equals a cut-point: with `side='right'` a class includes its upper "
        "cut-point, with `side='left'` its lower one. It must be said.",
        (
            Example(
                """
                patient | size
                1       | 2.9
                2       | 3
                3       | 5.5
                4       |
                """,
                {
                    "cut(size, [3, 5], ['small', 'middle', 'large'], side='right')": {
                        1: "small", 2: "small", 3: "large", 4: UNKNOWN,
                    },
                    "cut(size, [3, 5], ['small', 'middle', 'large'], side='left')": {
                        1: "small", 2: "middle", 3: "large", 4: UNKNOWN,
                    },
                },
            ),
        ),
    ),
    Section(
        "Between, smallest, largest, size without sign",
        "`between(x, low, high)` includes both limits. `min` and `max` take two values or more, and are unknown when "
        "one of them is. `abs(x)` leaves out the sign.",
        (
            Example(
                """
                patient | metastases | lesions
                1       | 1          | 3
                2       | 4          | 2
                3       |            | 2
                """,
                {
                    "between(lesions, 2, 3)": {1: YES, 2: YES, 3: YES},
                    "max(metastases, lesions)": {1: 3, 2: 4, 3: UNKNOWN},
                    "min(metastases, lesions)": {1: 1, 2: 2, 3: UNKNOWN},
                    "abs(metastases - lesions)": {1: 2, 2: 2, 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "Dates",
        "A date is compared with another date, or with a text 'YYYY-MM-DD'. A date minus a date is a number of days.",
        (
            Example(
                """
                patient | diagnosed  | operated
                1       | 2020-02-28 | 2020-03-01
                2       | 2019-06-01 | 2019-06-01
                3       |            | 2021-01-01
                """,
                {
                    "operated >= '2020-01-01'": {1: YES, 2: NO, 3: YES},
                    "operated - diagnosed": {1: 2, 2: 0, 3: UNKNOWN},
                    "max(diagnosed, operated)": {1: date(2020, 3, 1), 2: date(2019, 6, 1), 3: UNKNOWN},
                },
            ),
        ),
    ),
    Section(
        "What is refused, and what is answered",
        "Spellings of other programmes are recognised and answered with the one that works here. Every answer shows "
        "the expression, the character, what is allowed and the smallest change.",
        mistakes=(
            ("age = 70", "write `==`."),
            ("age >= 70 && bilobar", "write `and`."),
            ("bilobar & smoker", "write `and`."),
            ("bilobar | smoker", "write `or`."),
            ("bilobar OR smoker", "write `or`."),
            ("!bilobar", "write `not`."),
            ("age <> 70", "write `!=`."),
            ("age ≥ 70", "write `>=`."),
            ("cea is null", "write missing(name)."),
            ("cea is not null", "write known(name)."),
            ("cea == None", "write missing(name) or known(name)."),
            ("sex is 'male'", "write `==`"),
            ("sex == ‘male’", "write plain quotes: 'text'."),
            ("sex == 'male", "close the text with '."),
            ("(age > 70", "add `)`."),
            ("age > 70)", "remove it, or add `(` before it."),
            ("size > 3,5", "write decimals with a point: 1.5"),
            ("size > 3 cm", "write the number alone; the unit belongs to the variable."),
            ("largest size > 3", "write a blank in a name as `_`"),
            ("age >", "say what comes after the last word."),
            ("agee > 70", 'did you mean "age"?'),
            ("sex == male", "put it in quotes, 'male'."),
            ("sex == 'mal'", 'did you mean "male"?'),
            ("sex == 1", "write 'male'."),
            ("bilobar == 1", "write `bilobar` alone."),
            ("bilobar == 0", "write `not bilobar`."),
            ("age == '70'", "write it without quotes: 70."),
            ("side > 'left'", "declare ordered = true for the variable."),
            ("sites == 'lung'", "write includes(sites, 'lung')."),
            ("includes(sites, 'bone')", "use one of"),
            ("includes(side, 'left')", "use in ['...', '...'] for levels."),
            ("age and bilobar", "compare it: age > 0."),
            ("bilobar + smoker", "points(condition) makes 1 of yes and 0 of no."),
            ("if(age > 70, 1, 0)", "write when(condition, value, otherwise)."),
            ("isnull(age)", "write missing(x)."),
            ("sqrt(age)", "use one of"),
            ("size ** 2", "multiply: x * x."),
            ("cut(size, [3], ['small', 'large'])", "side='right'"),
            ("operated > '1-3-2020'", "write it as 'YYYY-MM-DD'"),
        ),
    ),
)  # fmt: skip
