"""Rows and files that no centre would send on purpose: each is made from a seed, and made again from the same."""

import io
import random
import sqlite3
import zipfile

import openpyxl
import polars as pl

from tests.registry.small_registry import TABLES

CELLS = (
    "",
    " ",
    "\t",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "-0",
    "1,5",
    "1.234,5",
    "1 000",
    "0x1F",
    "1_000",
    "٣",
    "½",
    "5 mm",
    "<5",
    ">= 3",
    "NULL",
    "None",
    "N/A",
    "#N/A",
    "#REF!",
    "TRUE",
    "yes;no",
    ";",
    "|;|",
    "a;b;c",
    "5;5;5",
    "unknown;5",
    "-999",
    "99999999999999999999",
    "2019-02-30",
    "2019-13-01",
    "31-12-2019",
    "12/31/2019",
    "2019-1-1",
    "0000-00-00",
    "9999-12-31",
    "1850-01-01",
    "43586",
    "43586.5",
    "5-Jan",
    "Jan-05",
    "2019-05-31T25:00",
    "20190531",
    "2019-W05",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1",
    "-1",
    "'5",
    "<script>alert(1)</script>",
    "'; DROP TABLE patient; --",
    "../../etc/passwd",
    "%s%n",
    "{patient_id}",
    "\u202eP1",
    "P1\u200b",
    "\ufeffP1",
    "e\u0301",
    "\u00e9",
    "P\u0001",
    "\u2028",
    "\x85",
    "\xa0",
    "\U0001f4a9",
    "ﬁ",
    "Ⅷ",
    "P1" * 400,
    "x" * 5_000,
    "P9",
    "p1",
    "P01",
    " P1",
)
"""Cells; none holds what would need quoting to be one cell."""


def malformed_registry(seed, rows):
    """The small registry with that many malformed rows added: copies in which one to three cells are hostile."""
    chance = random.Random(seed)
    lines = {name: text.splitlines() for name, text in TABLES.items()}
    for _ in range(rows):
        table = chance.choice(list(lines))
        cells = chance.choice(lines[table][1 : 1 + TABLES[table].count("\n") - 1]).split(",")
        for _ in range(chance.randint(1, 3)):
            cells[chance.randrange(len(cells))] = chance.choice(CELLS)
        lines[table].append(",".join(cells))
    return {name: "\n".join(one).encode("utf-8", "surrogatepass") for name, one in lines.items()}


def _text(chance):
    name = chance.choice(list(TABLES))
    return name, bytearray(TABLES[name].encode())


def flipped(chance):
    name, data = _text(chance)
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return f"{name}.csv", bytes(data)


def truncated(chance):
    name, data = _text(chance)
    return f"{name}.csv", bytes(data[: chance.randrange(len(data))])


def inserted(chance):
    pieces = (
        b"\0",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b'"',
        b'""',
        b"\r",
        b"\n\n",
        b"\xc3",
        b"\xe2\x80\xae",
        b"\x1a",
        b",",
        b"\t;",
        b"sep=;\n",
    )
    name, data = _text(chance)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        data[place:place] = chance.choice(pieces)
    return f"{name}.csv", bytes(data)


def recoded(chance):
    name, data = _text(chance)
    text = data.decode() + "\nP\u00e9\u2019,\u0416\n"
    coding = chance.choice(
        ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "cp1252", "latin-1", "cp500", "utf-7", "shift-jis"]
    )
    return f"{name}.csv", text.encode(coding, "replace")


def repeated(chance):
    name, data = _text(chance)
    lines = data.decode().splitlines()
    lines += chance.choices(lines, k=chance.randint(1, 4))
    chance.shuffle(lines)
    return f"{name}.csv", "\n".join(lines).encode()


def foreign(chance):
    name = chance.choice(list(TABLES))
    content = chance.choice(
        [
            b"",
            b"\n",
            b"PK\x03\x04",
            b"%PDF-1.7",
            b"SQLite format 3\0" + bytes(100),
            b"{}",
            b"<html></html>",
            bytes(chance.randbytes(300)),
        ]
    )
    return f"{name}{chance.choice(['.csv', '.xlsx', '.sav', '.dta', '.parquet', '.tsv'])}", content


def parquet(chance):
    name, data = _text(chance)
    header, *rows = (line.split(",") for line in data.decode().splitlines())
    frame = pl.DataFrame(rows, schema=header, orient="row")
    column = chance.choice(header)
    odd = chance.choice([[b"x"], [[1, 2]], [{"a": 1}], [1.5], [True], [10**18], [float("nan")]])
    frame = frame.with_columns(pl.Series(column, odd * frame.height))
    whole = io.BytesIO()
    frame.write_parquet(whole)
    found = bytearray(whole.getvalue())
    if chance.random() < 0.5:
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return f"{name}.parquet", bytes(found)


def workbook(chance):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in TABLES.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
        place = sheet.cell(chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column))
        place.value = chance.choice(["=1/0", "=A1", 43586, 1.5, True, "#N/A", None, "\u202e", "x" * 1000])
        if chance.random() < 0.3:
            sheet.merge_cells("A1:B2")
    whole = io.BytesIO()
    book.save(whole)
    data = bytearray(whole.getvalue())
    match chance.randrange(4):
        case 0:
            data = data[: chance.randrange(len(data))]
        case 1:
            for _ in range(5):
                data[chance.randrange(len(data))] ^= 255
        case 2:
            data = _without_a_part(bytes(data), chance)
        case _:
            pass
    return "registry.xlsx", bytes(data)


def _without_a_part(data, chance):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as copy:
        parts = archive.infolist()
        gone = chance.choice(parts).filename
        for one in parts:
            if one.filename != gone:
                copy.writestr(one, archive.read(one)[: None if chance.random() < 0.8 else 40])
    return bytearray(out.getvalue())


def database(chance):
    connection = sqlite3.connect(":memory:")
    for name, text in TABLES.items():
        header, *rows = (line.split(",") for line in text.splitlines())
        connection.execute(f"CREATE TABLE {name} ({', '.join(header)})")
        for row in rows:
            odd = [
                chance.choice([b"\xff\0", 10**15, 1.5, None, "\ud7ff", one]) if chance.random() < 0.1 else one
                for one in row
            ]
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(odd))})", odd)
    data = bytearray(connection.serialize())
    if chance.random() < 0.7:
        for _ in range(chance.randint(1, 200)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return "registry.sqlite", bytes(data)


KINDS = (flipped, truncated, inserted, recoded, repeated, foreign, parquet, workbook, database)


def broken_file(seed):
    """The name and bytes of a broken file, and what was done to it."""
    chance = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    return *kind(chance), kind.__name__
