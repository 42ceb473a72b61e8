"""How fast a district's people come in: made-up files of elders and what is noted about them, read, previewed, applied.

python -m benchmarks.people [--elders 10000] [--xlsx]

Works on an empty SQLite database in a temporary folder that is removed afterwards. Prints rows and seconds for the list
of elders alone, then for phones, contacts, places, classes and cards together, for a second import of the same list
that changes every hundredth row, for the list of look-alikes, and for the undo. One elder in a hundred is on the list
twice under two numbers, so that the look-alikes have something to find.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from service.clock import StoppedClock
from service.db import Database, open_database
from service.importing.applying import apply
from service.importing.formats import KIND_BY_NAME, columns
from service.importing.previewing import preview
from service.importing.reading import read_bytes
from service.importing.undoing import undo
from service.importing.writing import write_csv, write_xlsx
from service.migrations.run import migrate
from service.people import list_alike

Row = Mapping[str, Any]
Files = dict[str, list[Row]]
DOUBLES_EACH = 100
SURNAMES = "陈李黄张梁林王吴刘何"
SINCE = date(2020, 1, 1)
HOME = {"city": "广州市", "district": "海珠区", "street": "赤岗街道", "dwelling": "at_home", "from_day": SINCE}


def main() -> None:
    parser = argparse.ArgumentParser(description="Import many made-up people and say how long it took.")
    parser.add_argument("--elders", type=int, default=10_000)
    parser.add_argument("--xlsx", action="store_true", help="as workbooks instead of CSV")
    asked = parser.parse_args()
    clock = StoppedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    write = write_xlsx if asked.xlsx else write_csv
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(database)
        elders = _elders(asked.elders)
        _bring(database, clock, _written(write, {"elders": elders}, Path(folder)), "elders")
        others = _others(asked.elders)
        noted = _written(write, others, Path(folder))
        number = _bring(database, clock, noted, "phones, contacts, places, classes, cards")
        changed = [{**row, "door_note": "再敲一次"} if i % DOUBLES_EACH == 0 else row for i, row in enumerate(elders)]
        _bring(database, clock, _written(write, {"elders": changed}, Path(folder)), "elders again, 1 in 100 changed")
        with _timed("look-alikes"), database.read() as session:
            alike = list_alike(session)
        print(f"  {len(alike)} pairs")
        with _timed("undo of what is noted about people"):
            undo(database, number, actor="bench", clock=clock)
        database.engine.dispose()


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began, began_cpu = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    print(f"{what}: {seconds:.1f} s ({cpu:.1f} s of processor)", flush=True)


def _bring(database: Database, clock: StoppedClock, paths: list[Path], what: str) -> int:
    """Read, preview and apply files, and return the number of the import."""
    with _timed(f"{what}: read and preview"):
        found = preview(database, [file for path in paths for file in read_bytes(path.name, path.read_bytes())])
    with _timed(f"{what}: apply"):
        number = apply(database, found, actor="bench", clock=clock)
    print(f"  added {sum(found.added.values())}, changed {sum(found.changed.values())}, refused {len(found.refused)}")
    return number


def _written(write: Callable[..., Path], files: Files, folder: Path) -> list[Path]:
    return [write(KIND_BY_NAME[kind], rows, folder) for kind, rows in files.items()]


def _elders(count: int) -> list[Row]:
    blank = dict.fromkeys(_columns("elders"))
    return [
        {
            **blank,
            "number": f"B{i:06d}",
            "name": f"{SURNAMES[_person(i) % 10]}例{_person(i) % 997}",
            "birth_year": _born(i).year,
            "birth_date": _born(i),
            "phone": f"199-{i // 10_000:04d}-{i % 10_000:04d}",
            "state": "active",
            "address": f"样例区例{i % 500}路{i % 90}号{i}房",
            "floor": 1 + i % 9,
            "has_lift": i % 2 == 0,
            "lat": 23.05 + (i % 1000) / 10_000,
            "lon": 113.25 + (i % 1300) / 10_000,
            "given_crs": "wgs84",
            "position_verified": False,
            "texture": "regular",
            "contact_roles": "family",
        }
        for i in range(count)
    ]


def _person(i: int) -> int:
    """Return who the `i`-th row is about: each hundredth row repeats the one before it."""
    return i - 1 if i % DOUBLES_EACH == DOUBLES_EACH - 1 else i


def _born(i: int) -> date:
    return date(1930, 1, 1) + timedelta(days=_person(i) % 12_000)


def _columns(kind: str) -> list[str]:
    return [column.table_column for column in columns(KIND_BY_NAME[kind]).values()]


def _others(count: int) -> Files:
    numbers = [f"B{i:06d}" for i in range(count)]
    return {
        "phones": [_row("phones", n, phone=f"020-{n[1:]}") for n in numbers[::3]],
        "contacts": [
            _row("contacts", n, name=f"例安{n}（女儿）", phone=f"199-{n[1:]}", roles="family", call_order=2)
            for n in numbers[::2]
        ],
        "elder_places": [_row("elder_places", n, kind="hukou", **HOME) for n in numbers],
        "status_classes": [_row("status_classes", n, status_class="dibao", from_day=SINCE) for n in numbers[::10]],
        "cards": [_row("cards", n, kind="social_security", card_number=f"BENCH-{n}", state="in_use") for n in numbers],
    }


def _row(format_name: str, number: str, **values: object) -> Row:
    return {**dict.fromkeys(_columns(format_name)), "elder_number": number, **values}


if __name__ == "__main__":
    main()
