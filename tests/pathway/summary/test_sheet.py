"""The board's page: one page whatever the case, what is missing first, and nothing left out without a word."""

import io
import random
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.build import every_factor
from crlm.pathway.summary.sheet import REMARK, sheet
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
    for one in summary.disagreements:
        assert one.id.lower() in said
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


def test_the_appendix_has_every_rule():
    made = report(given("bilobar"))
    html = render_html(made)
    for id_ in RULES.rules:
        assert id_ in html, id_
