"""`nuanfan doctor`: is everything here that a day needs, and if not, what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import typer

from api.cli.console import Installation, open_installation, output
from service.clock import Clock, local_day
from service.db import Database
from service.errors import NuanfanError
from service.migrations.run import current, newest
from service.printing.fonts import missing_fonts
from service.settings import Settings, TravelChoice
from service.stations import dishes_without_station
from service.texts import text
from service.travelling import travel_times

LEAST_FREE_BYTES = 500_000_000
CLOCK_MAY_BE_BEHIND = timedelta(minutes=5)
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: well or not, and the sentence that says what was found and what to do."""

    name: str
    is_well: bool
    key: str
    values: dict[str, object]


def doctor_command() -> None:
    """Check settings, database, disk, fonts, clock, travel times and port; end with 1 if anything is wrong."""
    here = open_installation()
    findings = list(examine(here))
    for finding in findings:
        mark = text("zh", "cli.well" if finding.is_well else "cli.unwell")
        style = "green" if finding.is_well else "bold red"
        for language in ("zh", "en"):
            output.print(f"{mark} {text(language, finding.key, **finding.values)}", style=style, markup=False)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def examine(here: Installation) -> Iterator[Finding]:
    """Look at each thing in turn."""
    yield database_finding(here.database)
    yield disk_finding(here.settings.home)
    yield fonts_finding()
    yield clock_finding(here.settings, here.clock)
    yield travel_finding(here.settings)
    yield from stations_findings(here)
    yield port_finding(here.settings.host, here.settings.port)


def database_finding(database: Database) -> Finding:
    """Whether the database answers and stands at this version's tables."""
    try:
        with database.read():
            stands_at = current(database)
    except NuanfanError as error:
        return Finding("database", is_well=False, key=error.key, values=error.values)
    values: dict[str, object] = {"stands_at": stands_at or "-", "newest": newest()}
    is_well = stands_at == newest()
    return Finding(
        "database", is_well=is_well, key="doctor.database_well" if is_well else "doctor.database_old", values=values
    )


def disk_finding(home: Path) -> Finding:
    """Whether the disk has room for a year of days."""
    free = shutil.disk_usage(home).free
    is_well = free >= LEAST_FREE_BYTES
    values: dict[str, object] = {"free_mb": free // 1_000_000, "least_mb": LEAST_FREE_BYTES // 1_000_000}
    return Finding("disk", is_well=is_well, key="doctor.disk_well" if is_well else "doctor.disk_full", values=values)


def fonts_finding() -> Finding:
    """Whether the print fonts are here and whole."""
    lost = missing_fonts()
    key = "doctor.fonts_missing" if lost else "doctor.fonts_well"
    return Finding("fonts", is_well=not lost, key=key, values={"lost": lost})


def clock_finding(settings: Settings, clock: Clock) -> Finding:
    """Whether the machine's clock is not behind the newest thing that was written."""
    database_file = settings.home / "nuanfan.db"
    now = clock.now()
    written = database_file.stat().st_mtime if database_file.exists() else now.timestamp()
    is_well = written - now.timestamp() < CLOCK_MAY_BE_BEHIND.total_seconds()
    key = "doctor.clock_well" if is_well else "doctor.clock_behind"
    return Finding("clock", is_well=is_well, key=key, values={"now": f"{now:%Y-%m-%d %H:%M} UTC"})


def travel_finding(settings: Settings) -> Finding:
    """Whether the chosen source of travel times can be used at all."""
    try:
        travel_times(settings)
    except NuanfanError as error:
        return Finding("travel", is_well=False, key=error.key, values=error.values)
    estimated = settings.travel == TravelChoice.ESTIMATE
    return Finding(
        "travel", is_well=True, key="doctor.travel_estimate" if estimated else "doctor.travel_well", values={}
    )


def stations_findings(here: Installation) -> Iterator[Finding]:
    """Whether every dish that kitchens offer in the next two weeks can be cooked on one of their stations."""
    try:
        with here.database.read() as session:
            lost = dishes_without_station(session, local_day(here.clock.now()))
    except NuanfanError:
        return  # The database has been found unwell already.
    shown = [f"{kitchen} {dish} ({kind})" for kitchen, dish, kind in lost[:MOST_SHOWN]]
    key = "doctor.stations_missing" if lost else "doctor.stations_well"
    yield Finding("stations", is_well=not lost, key=key, values={"found": len(lost), "dishes": shown})


def port_finding(host: str, port: int) -> Finding:
    """Whether the port is free, or answers already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            values: dict[str, object] = {"host": host, "port": port, "detail": error.strerror or ""}
            return Finding("port", is_well=False, key="doctor.port_taken", values=values)
    return Finding("port", is_well=True, key="doctor.port_well", values={"host": host, "port": port})
