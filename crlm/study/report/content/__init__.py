"""From the results document to the report's tree: every sentence, table and figure, finished."""

from __future__ import annotations

from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import Document, Section
from crlm.study.report.content import (
    appendix,
    characteristics,
    front,
    models,
    population,
    subgroups,
    survival,
)
from crlm.study.results import Results


def build_document(results: Results) -> Document:
    """The whole report as a tree; the same results always give the same tree, and nothing is computed.

    Ids of the sections, to which the checklist and other pages may point: summary, background, methods, population,
    baseline, outcomes (with endpoint-ID), models (with model-ID), subgroups, discussion, other-information, data,
    strobe, protocol, provenance. Those for which there is nothing to say are absent.
    """
    banner = front.banner(results)
    numbering = Numbering()
    made = [
        front.summary(results, numbering),
        front.background(results, numbering),
        front.methods(results, numbering),
        population.section(results, numbering, banner),
        characteristics.section(results, numbering),
        survival.section(results, numbering, banner),
        models.section(results, numbering, banner),
        subgroups.section(results, numbering, banner),
        front.discussion(results, numbering),
        front.other_information(results, numbering),
        appendix.data_report(results, numbering),
    ]
    sections: list[Section] = [section for section in made if section is not None]
    sections.append(appendix.strobe(results, sections, numbering))
    sections.append(appendix.protocol(results, numbering))
    sections.append(appendix.provenance(results, numbering))
    study = results.study
    return Document(
        id=study.id,
        title=study.title,
        subtitle=study.design or "",
        authors=study.authors,
        banner=banner,
        data=front.data_words(results),
        created=results.provenance.created,
        sections=tuple(sections),
    )
