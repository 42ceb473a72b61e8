"""`nuanfan import`, `undo` and `export`: a district in and out as CSV or XLSX files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.console import Installation, open_installation, output, parse_day, problems
from service import audit
from service.address_search import geocoder_of, look_up_addresses
from service.clock import local_day
from service.errors import InvalidError
from service.importing.applying import apply
from service.importing.exporting import export
from service.importing.previewing import Preview, preview
from service.importing.reading import read_file, read_folder
from service.importing.undoing import undo
from service.menus.cycles import lay_ahead
from service.migrations.run import migrate
from service.texts import text

ACTOR = "console"
MOST_SHOWN = 50


def import_command(
    source: Annotated[Path, typer.Argument(help="A folder of files, or one file.")],
    apply_it: Annotated[bool, typer.Option("--apply", help="Write it; without this only a preview is shown.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave refused lines out, take the others.")] = False,
    menu_from: Annotated[str, typer.Option(help="First day of the menu cycles, YYYY-MM-DD; today if not given.")] = "",
    menu_days: Annotated[int, typer.Option(help="Days that the menu cycles are laid out for.")] = 56,
) -> None:
    """Show what an import would do and what is wrong with it, line by line; with --apply, do it."""
    here = open_installation()
    migrate(here.database)
    if not source.exists():
        raise InvalidError("error.no_such_file", path=source)
    files = read_folder(source) if source.is_dir() else read_file(source)
    first = parse_day(menu_from) if menu_from else local_day(here.clock.now())
    found = preview(here.database, files, from_day=first, days=menu_days)
    show_findings(here, found)
    language = here.settings.language
    if not apply_it:
        output.print(text(language, "cli.previewed", **sums(found)), markup=False)
        if found.refused:
            raise typer.Exit(1)
        return
    number = apply(here.database, found, actor=ACTOR, clock=here.clock, skip_bad=skip_bad)
    if {"cycles", "cycle_entries"} & (found.added.keys() | found.changed.keys()):
        lay_ahead(here.database, here.clock)
    output.print(text(language, "cli.imported", number=number, **sums(found)), markup=False)


def undo_command(number: Annotated[int, typer.Argument(help="Number of the import.", min=1, max=2**31 - 1)]) -> None:
    """Take an import back: every row as it was before."""
    here = open_installation()
    undo(here.database, number, actor=ACTOR, clock=here.clock)
    output.print(text(here.settings.language, "cli.undone", number=number), markup=False)


def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; made if need be.")],
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Workbooks instead of CSV.")] = False,
) -> None:
    """Write the whole district as the files that `import` reads."""
    here = open_installation()
    try:
        files = export(here.database, folder, xlsx=xlsx)
    except OSError as error:
        raise InvalidError("error.not_writable", detail=str(error)) from error
    with here.database.write() as session:
        # What leaves the house is a disclosure, and stands in the audit.
        names = [file.name for file in files]
        audit.note(session, at=here.clock.now(), actor=ACTOR, action="export", subject="district", files=names)
    values = {"count": len(files), "folder": folder}
    output.print(text(here.settings.language, "cli.exported", **values), markup=False, soft_wrap=True)


def addresses_command() -> None:
    """Ask the geocoder for every address without a position; whom it cannot place waits for a person."""
    here = open_installation()
    done = look_up_addresses(here.database, geocoder_of(here.settings), here.clock, actor=ACTOR)
    values = {"found": done.found, "waiting": done.waiting}
    output.print(text(here.settings.language, "cli.addresses", **values), markup=False)


def sums(found: Preview) -> dict[str, object]:
    """Return the counts of a preview."""

    def of(rows: Mapping[str, int]) -> int:
        return sum(rows.values())

    return {
        "added": of(found.added),
        "changed": of(found.changed) + of(found.removed),
        "unchanged": of(found.unchanged),
        "refused": len(found.refused),
    }


def show_findings(here: Installation, found: Preview) -> None:
    """Print what is wrong or worth knowing, each with its place."""
    language = here.settings.language
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for finding in (*found.refused, *found.notes)[:MOST_SHOWN]:
        table.add_row(finding.place(language), finding.say(language), style="red" if finding in found.refused else "")
    problems.print(table)
    more = len(found.refused) + len(found.notes) - MOST_SHOWN
    if more > 0:
        problems.print(text(language, "cli.more_findings", count=more), markup=False)
