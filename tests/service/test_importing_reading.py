"""What comes in as files: every way in which a file can be bad is told with its line and column, in both languages."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.importing import sheets
from service.importing.findings import Finding
from service.importing.reading import SourceFile, read_bytes, read_folder
from service.importing.writing import guard, unguard
from tests.service.tiny_district import FILES, sent

STREETS = FILES["streets.csv"]


def only_finding(files: tuple[SourceFile, ...]) -> Finding:
    findings = [finding for file in files for finding in file.findings]
    assert len(findings) == 1, findings
    assert all(file.table is None for file in files)
    return findings[0]


def workbook(rows: list[list[object]], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        STREETS.encode("utf-8"),
        STREETS.encode("utf-8-sig"),
        STREETS.encode("gb18030"),
        STREETS.replace(",", ";").encode(),
        STREETS.replace(",", "\t").encode(),
        STREETS.replace("\n", "\r\n").encode(),
        STREETS.replace("S1,素社街道", '"S1" ,"素社街道"').replace('"S1" ', '"S1"').encode(),
        ("\n\n" + STREETS + ",,,,\n").encode(),
        STREETS.replace("code,name,lat,lon,crs", "编号,名称,纬度,Longitude,CRS").encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "semicolon", "tab", "crlf", "quoted", "empty lines", "headings"],
)
def test_a_street_reads_the_same_in_every_dialect(content: bytes) -> None:
    [file] = sent("streets.csv", content)
    assert file.findings == ()
    assert file.table is not None
    assert file.table.columns == ("code", "name", "lat", "lon", "crs")
    assert [cells for _, cells in file.table.lines] == [("S1", "素社街道", "23.107", "113.276", "wgs84")]


def test_a_chinese_file_name_tells_the_kind() -> None:
    [file] = sent("街道.csv", STREETS)
    assert file.table is not None
    assert file.table.kind.KIND == "streets"


def test_the_kind_may_be_said_where_the_name_does_not_tell_it() -> None:
    [file] = read_bytes("export (3).csv", STREETS.encode(), kind="streets")
    assert file.table is not None


HEADING = "code,name,lat,lon,crs\n"
BROKEN_FILES = {
    "empty": (b"", None, None, "import.error.empty"),
    "blank": (b" \n\n", None, None, "import.error.empty"),
    "utf-16": (STREETS.encode("utf-16"), 1, None, "import.error.encoding"),
    "not text": (HEADING.encode() + b"S1,\xff\xff\xff,23,113,wgs84\n", 2, None, "import.error.encoding"),
    "broken utf-8": (
        (HEADING + "S1,素社街道素社街道,23,113,wgs84\n").encode() + b"S2,\xe7\xb4,23,113,wgs84\n",
        3,
        None,
        "import.error.encoding",
    ),
    "open quote": ((HEADING + 'S1,"素社,23,113,wgs84\n').encode(), 2, None, "import.error.broken_csv"),
    "text after quote": ((HEADING + 'S1,"素"社,23,113,wgs84\n').encode(), 2, None, "import.error.broken_csv"),
    "huge cell": ((HEADING + "S1," + "x" * 200_000 + ",23,113,wgs84\n").encode(), 2, None, "import.error.broken_csv"),
    "missing column": (b"code,name,lat,lon\nS1,x,23,113\n", 1, "crs", "import.error.missing_column"),
    "unknown column": (b"code,name,lat,lon,crs,colour\n", 1, "colour", "import.error.unknown_column"),
    "doubled column": (b"code,name,lat,lon,crs,Name\n", 1, "name", "import.error.doubled_column"),
    "doubled by its heading": ("code,name,名称,lat,lon,crs\n".encode(), 1, "name", "import.error.doubled_column"),
    "zero byte": (b"code,name,lat,lon,crs\nS1,a\x00b,23,113,wgs84\n", 2, "name", "import.error.control_character"),
    "formula": (HEADING.encode() + b"S1,=1+1,23,113,wgs84\n", 2, None, "import.error.formula"),
}


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_a_broken_file_is_refused_with_its_place(name: str) -> None:
    content, line, column, key = BROKEN_FILES[name]
    finding = only_finding(sent("streets.csv", content))
    assert (finding.line, finding.column, finding.key) == (line, column, key)
    assert finding.whole_file
    assert finding.say("zh") != finding.say("en")
    assert finding.place("en").startswith("streets.csv")


def test_a_line_is_counted_as_an_editor_counts_it() -> None:
    """A cell may go over several lines; the next line's number is not its place in the table."""
    [file] = sent("streets.csv", HEADING + 'S1,"素\n社",23,113,wgs84\nS2,江南,23,113,wgs84\n')
    assert file.table is not None
    assert [line for line, _ in file.table.lines] == [2, 4]


@pytest.mark.parametrize(("name", "key"), [("lists.csv", "kind"), ("streets.xls", "suffix"), ("streets", "suffix")])
def test_a_file_that_is_no_known_table_is_refused(name: str, key: str) -> None:
    assert only_finding(sent(name, STREETS)).key == f"import.error.{key}"


def test_a_file_with_a_million_rows_is_refused() -> None:
    content = HEADING.encode() + b"S1,x,23,113,wgs84\n" * 1_000_000
    finding = only_finding(sent("streets.csv", content))
    assert (finding.key, finding.line) == ("import.error.too_many_rows", sheets.MOST_ROWS + 2)


def test_a_file_with_too_many_bytes_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 1000)
    assert only_finding(sent("streets.csv", HEADING + "x" * 1000)).key == "import.error.too_large"


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 1000)
    assert only_finding(sent("streets.xlsx", workbook([["code"]]))).key == "import.error.too_large"


def test_a_workbook_gives_the_texts_that_a_csv_would_have() -> None:
    rows: list[list[object]] = [
        ["elder_number", "service_day", "meal", "fulfilment", "placed_by", "state", "source", "placed_at", None],
        [
            440105001101,
            datetime.combine(date(2026, 11, 23), time()),
            "lunch",
            "home",
            time(10, 30),
            True,
            2.5,
            date(2026, 11, 1),
            None,
        ],
    ]
    [file] = sent("orders.xlsx", workbook(rows))
    assert file.table is not None
    assert file.table.lines == (
        (2, ("440105001101", "2026-11-23", "lunch", "home", "10:30", "yes", "2.5", "2026-11-01")),
    )


def test_a_workbook_may_hold_several_kinds() -> None:
    book = openpyxl.Workbook()
    book.active.title = "streets"
    book.active.append(["code", "name", "lat", "lon", "crs"])
    book.create_sheet("notes").append(["anything at all"])
    book.create_sheet("菜品").append(["code", "name", "price_fen"])
    out = io.BytesIO()
    book.save(out)
    files = sent("district.xlsx", out.getvalue())
    assert [(file.name, file.table.kind.KIND) for file in files if file.table] == [
        ("district.xlsx#streets", "streets"),
        ("district.xlsx#菜品", "dishes"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "key"),
    [
        (workbook([["code", "name"], ["S1", "=1+1"]]), 2, "import.error.formula"),
        (workbook([]), None, "import.error.empty"),
        (b"PK\x03\x04 not a workbook at all", None, "import.error.broken_xlsx"),
        (STREETS.encode(), None, "import.error.broken_xlsx"),
        (workbook([["code"]])[:-200], None, "import.error.broken_xlsx"),
    ],
    ids=["formula", "empty", "no zip", "a csv", "cut short"],
)
def test_a_broken_workbook_is_refused(content: bytes, line: int | None, key: str) -> None:
    finding = only_finding(sent("streets.xlsx", content))
    assert (finding.line, finding.key) == (line, key)


def test_a_damaged_workbook_never_gets_through_as_an_exception() -> None:
    whole = workbook([["code", "name", "lat", "lon", "crs"], ["S1", "x", 23, 113, "wgs84"]])
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for at in range(0, len(whole), 97):
            [file] = sent("streets.xlsx", whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
            refused += bool(file.findings)
    assert refused


def test_a_folder_gives_its_tables_and_passes_over_the_rest(tmp_path: Path) -> None:
    for name in ("streets.csv", "dishes.csv"):
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    (tmp_path / "README.md").write_text("nothing to import", encoding="utf-8")
    (tmp_path / "~$dishes.xlsx").write_bytes(b"lock")
    assert [file.name for file in read_folder(tmp_path)] == ["dishes.csv", "streets.csv"]


def test_the_second_file_of_a_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_text(STREETS, encoding="utf-8")
    (tmp_path / "街道.csv").write_text(STREETS, encoding="utf-8")
    first, second = read_folder(tmp_path)
    assert first.table is not None
    assert second.findings[0].key == "import.error.kind_twice"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for name in ("streets.csv", "streets.xlsx"):
        [file] = read_bytes(name, content)
        assert (file.table is None) == bool(file.findings)


@given(st.text("'=+-@ 1a\t", max_size=8))
def test_what_guards_a_cell_against_computing_is_taken_away_again(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert not guard(cell).startswith(("=", "@", "\t"))


@pytest.mark.parametrize("cell", ["-5", "+86 199-0001-0001", "3.5"])
def test_numbers_and_telephones_are_not_guarded(cell: str) -> None:
    assert guard(cell) == cell
