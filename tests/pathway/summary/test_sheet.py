"""The board's page: one page whatever the case, what is missing first, and nothing left out without a word."""

import io
import random
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.boxes import REMARK
from crlm.pathway.summary.build import every_factor
from crlm.pathway.summary.sheet import TITLE, origin, sheet, subtitle
from crlm.rendering.html import render_html
from crlm.rendering.pdf import render_pdf
from crlm.rendering.sheet import HEIGHT, head_height, sheet_height
from crlm.rendering.tree import Box

from ..random_cases import changed_case, random_case
from .cases import BASELINE, NAMES, VIGNETTES, given, report, summed_up, vignette

RULES = shipped_rules()
LONGEST = "Which of the many things that could be done is " * 4
CASES = sorted(path.stem for path in VIGNETTES.glob("C*.toml"))


def text_of(html):
    """The words of the sheet in a page of HTML."""
    body = html[html.index("<article") : html.index("</article>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " "))


def first_page(document):
    """The words of the first page of the PDF, with one section behind it."""
    found = PdfReader(io.BytesIO(render_pdf(replace(document, sections=document.sections[:1]))))
    return re.sub(r"\s+", " ", found.pages[0].extract_text())


def height(document):
    """The estimated height of a sheet with its head."""
    return sheet_height(document.sheet) + head_height(document.title, document.subtitle, document.origin)


@pytest.mark.parametrize("name", CASES)
def test_every_vignette_fits(name):
    assert height(report(vignette(name))) <= HEIGHT


@pytest.mark.parametrize("seed", range(30))
def test_every_case_fits_with_the_longest_question(seed):
    rng = random.Random(seed)
    values = random_case(rng, RULES.inputs) if seed % 2 else changed_case(rng, RULES.inputs, BASELINE)
    made = report(values, question=LONGEST[:160], patient_label="x" * 60)
    assert height(made) <= HEIGHT
    if seed < 6:
        assert "decides nothing" in first_page(made), "the last line is on the first page"


@pytest.mark.parametrize("seed", [17, 46, 64, 107])
def test_a_patient_of_a_registry_fits_too(seed):
    """Cases full of contradictions and warnings, each group of values with its records behind it."""
    rng = random.Random(1000 + seed)
    values = random_case(rng, RULES.inputs, unknown=rng.choice([0.05, 0.2, 0.5]))
    _, summary = summed_up(values, question=LONGEST[:160], patient_label="x" * 60, synthetic=True)
    behind = "2011-04-12 to 2011-06-17, primary tumour, liver episode, not dated"
    groups = tuple(one.model_copy(update={"sources": behind}) for one in summary.known)
    records = "as known on 2013-07-01 (registry of the tests, snapshot 0a8f7434)"
    summary = summary.model_copy(update={"known": groups, "records": records})
    head = head_height(TITLE, subtitle(summary), origin(summary) + " \u00b7 created 2026-01-01 00:00 UTC")
    assert head + sheet_height(sheet(summary)) <= HEIGHT


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_page_holds_everything(name):
    said = first_page(report(given(name), question="What now?", synthetic=True))
    assert "SYNTHETIC" in said and "What now?" in said and "Decided by" in said
    assert REMARK.split(".")[0] in said


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_stands_first_and_contradictions_next(name):
    _, summary = summed_up(given(name))
    titles = [one.title for one in sheet(summary) if isinstance(one, Box)]
    assert titles[0].startswith("Missing")
    if summary.contradictions:
        assert titles[1].startswith("Recorded values that cannot")
    assert titles[-1] == "The board's decision"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_out_without_a_word(name):
    """Every option, disagreement and warning is on the page, at least by name."""
    _, summary = summed_up(given(name))
    said = text_of(render_html(report(given(name)))).lower()
    for one in summary.options:
        assert one.title.lower() in said
    named = sum(one.subject.lower() in said for one in summary.disagreements)
    counts = re.findall(r"(\d+)(?: more)? that (?:may )?concern", said)
    assert named + sum(map(int, counts)) >= len(summary.disagreements)
    for one in (
        *summary.warnings,
        *(answer for group in summary.factors for answer in every_factor(group)),
    ):
        assert one.title.lower().replace(">", "&gt;") in said
    shown = sum(one.label.lower() in said for one in summary.missing)
    counted = re.search(r"and (\d+) more \(next pages\)", said)
    assert shown + (int(counted[1]) if counted else 0) >= len(summary.missing)


def test_no_conclusion_stands_beside_not_met():
    """What a rule concludes is printed where it is met, and nowhere else."""
    for name in CASES:
        evaluation, _ = summed_up(vignette(name))
        said = text_of(render_html(report(vignette(name))))
        met = {RULES.rules[id_].conclusion for id_, one in evaluation.results.items() if one.result == "met"}
        for id_, one in evaluation.results.items():
            conclusion = RULES.rules[id_].conclusion
            if one.result in ("not_met", "unknown", "gate_unknown") and conclusion not in met:
                assert conclusion not in said, (name, id_)


def test_unknown_is_said_and_framed():
    html = render_html(report(given("recurrence")))
    assert 'class="sign unknown">unknown ?<' in html and 'class="sign unknown">missing ?<' in html
    assert 'class="sign no">unknown' not in html


def test_synthetic_is_marked_only_when_it_is():
    assert "SYNTHETIC" in render_html(report(given("upfront"), synthetic=True))
    assert "SYNTHETIC" not in render_html(report(given("upfront")))


def in_appendix(made):
    """The words behind the sheet."""
    html = render_html(made)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("</article>") :]))


def spelt_out(said):
    """Every rule that a text names, ranges included."""
    found = set(re.findall(r"\b[A-Z]{3,4}-\d\d\b", said))
    for prefix, first, last in re.findall(r"\b([A-Z]{3,4})-(\d\d) to \1-(\d\d)\b", said):
        found |= {f"{prefix}-{number:02d}" for number in range(int(first), int(last) + 1)}
    return found


@pytest.mark.parametrize("name", [*NAMES, "C01", "C09"])
def test_the_appendix_accounts_for_every_rule(name):
    """Each is named where it is met, or in one of the lists of what was left out, whose counts add up."""
    values = given(name) if name in NAMES else vignette(name)
    evaluation, _ = summed_up(values)
    said = in_appendix(report(values))
    assert set(RULES.rules) <= spelt_out(said)
    words = {"not_met": "Not met", "unknown": "Not known", "gate_unknown": "Not known whether they apply"}
    words |= {"show": "Evidence and lists, with nothing to decide", "na": "Do not apply to this patient"}
    total = 0
    for result, called in words.items():
        ids = {id_ for id_ in RULES.rules if evaluation.result(id_) == result}
        total += len(ids)
        if ids:
            listed = re.search(rf"{called} \({len(ids)}\): ([^.]+)\.", said)
            assert listed and spelt_out(listed[1]) == ids
    assert f"{total} of {len(RULES.rules)} rules" in said


@pytest.mark.parametrize("name", CASES)
def test_the_pages_behind_are_few(name):
    made = report(vignette(name))
    assert len(PdfReader(io.BytesIO(render_pdf(made))).pages) <= 5


def test_what_is_met_has_room_before_what_is_not():
    """A checkpoint inhibitor, whose condition is met, is not put behind options of which nothing is known."""
    values = {
        "age_years": 36, "primary_site": "caecum", "presentation": "synchronous", "mmr_status": "dMMR_MSIH",
        "immunotherapy_candidate": "yes", "n_crlm": 6, "distribution": "bilobar", "prior_chemo": "no",
        "r0_expected": "no", "systemic_therapy_considered": "yes", "recurrence": "no", "flr_pct": 19,
    }  # fmt: skip
    said = text_of(render_html(report(values)))
    further = said.partition("Further options")[2].partition("Not known whether")[0]
    assert "Checkpoint inhibitor" in said and "checkpoint inhibitor" not in further
    assert "dMMR, MSI-high" in said and "DMMR" not in said


def test_a_mark_is_explained_where_it_stands():
    """What is not in the deck has a dagger, and the last line says what that means."""
    for name in NAMES:
        said = text_of(render_html(report(given(name))))
        assert ("\u2020 =" in said) == (said.count("\u2020") > 0)
        assert "applies ? = not known whether" in said


def test_an_impossible_value_is_called_by_its_name():
    said = text_of(render_html(report({"flr_pct": 140})))
    assert "Future liver remnant is 140 %: 0 to 100 % is possible. Not used: it counts as unknown." in said
    assert "flr_pct" not in said
