"""The table of docs/pathway/filling.md, written from the code by `python -m crlm.pathway.filling.page`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from crlm.pathway.filling.answers import FILLINGS
from crlm.pathway.filling.fill import case_from_registry  # noqa: F401  (the functions register)
from crlm.pathway.filling.known import NEEDS_NO_DATE, ROWS, VALUES, Moment
from crlm.pathway.filling.sources import Copy, sources
from crlm.pathway.load import shipped_rules
from crlm.pathway.model import Input

PAGE = Path(__file__).parents[3] / "docs" / "pathway" / "filling.md"
BEGIN, END = "<!-- written by `python -m crlm.pathway.filling.page` -->", "<!-- end of what is written -->"


def generated() -> str:
    """The part of the page that is written from the code: every input, then when records are known."""
    return "\n".join([*_inputs(), "", *_times()])


def _inputs() -> Iterator[str]:
    inputs = list(shipped_rules().inputs.values())
    counts = {
        "copied": sum(one.name in sources().copies for one in inputs),
        "worked out from records": sum(one.name in FILLINGS for one in inputs),
        "judgements that are asked": sum(one.judgement for one in inputs),
        "not filled": sum(one.name in sources().not_filled for one in inputs),
    }
    listed = ", ".join(f"{count} {words}" for words, count in counts.items())
    yield f"{len(inputs)} inputs: {listed}."
    for topic, group in groupby(inputs, key=lambda one: one.topic):
        yield f"\n### {topic.capitalize()}\n"
        yield "| input | from | how |"
        yield "|---|---|---|"
        yield from (f"| `{one.name}` | {_reads(one)} | {_how(one)} |" for one in group)


def _reads(one: Input) -> str:
    copy = sources().copies.get(one.name)
    if copy is not None:
        return f"`{copy.table}.{copy.variable}`"
    if one.name in FILLINGS:
        return ", ".join(f"`{name}`" for name in FILLINGS[one.name].reads)
    return "–"


def _how(one: Input) -> str:
    if one.judgement:
        noted = [f"`{table}.{variable}`" for table, variable in sources().noted.get(one.name, ())]
        beside = f" Shown beside the question: {', '.join(noted)}." if noted else ""
        return f"**asked**: {one.question}{beside}"
    if one.name in sources().copies:
        return _copied(sources().copies[one.name])
    if one.name in FILLINGS:
        filling = FILLINGS[one.name]
        absence = f" *No without a record:* {filling.absence}." if filling.absence else ""
        return f"{filling.words}{absence}"
    return f"**not filled**: {sources().not_filled[one.name]}"


def _copied(copy: Copy) -> str:
    levels = [f"{given} → {value}" for given, value in (copy.levels or {}).items() if given != value]
    changed = f"copied: {', '.join(levels)}." if levels else "copied."
    return f"{changed} Not used: {copy.left}" if copy.left else changed


def _times() -> Iterator[str]:
    yield "## When a record is known\n"
    yield "| table | known |"
    yield "|---|---|"
    for table, moments in ROWS.items():
        own: dict[str, list[str]] = {}
        for (home, name), moment in VALUES.items():
            if home == table:
                own.setdefault(_moment(moment), []).append(f"`{name}`")
        values = [f"{', '.join(names)} {when}" for when, names in own.items()]
        rows = "; without it, ".join(_moment(one) for one in moments) or "no date needed for the row"
        others = f"; {'; '.join(values)}" if values else ""
        yield f"| `{table}` | {rows}{others} |"
    yield ""
    yield "These values have no date of their own and are used all the same; each time it is said for which inputs:\n"
    yield "| value | why |"
    yield "|---|---|"
    yield from (f"| `{table}.{name}` | {why} |" for (table, name), why in NEEDS_NO_DATE.items())


def _moment(one: Moment) -> str:
    day = "from the day after" if one.done else "from the day of"
    where = f" of its {one.table}" if one.table else ""
    return f"{day} `{one.date}`{where}" + ("" if one.required else ", where that is recorded")


def page_with(table: str, page: str) -> str:
    """The page with the generated part in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with(generated(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
