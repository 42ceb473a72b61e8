"""`nuanfan`: the commands, and how a refusal is shown."""

from __future__ import annotations

import sys

import structlog
import typer

from api.cli.console import problems
from api.cli.data import addresses_command, export_command, import_command, undo_command
from api.cli.day import day_command, demo_command
from api.cli.doctor import doctor_command
from api.cli.papers import papers_command
from api.cli.serve import clock_command, migrate_command, serve_command, user_command
from service.errors import NuanfanError

app = typer.Typer(name="nuanfan", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.command("day")(day_command)
app.command("demo")(demo_command)
app.command("serve")(serve_command)
app.command("clock")(clock_command)
app.command("import")(import_command)
app.command("undo")(undo_command)
app.command("export")(export_command)
app.command("addresses")(addresses_command)
app.command("papers")(papers_command)
app.command("migrate")(migrate_command)
app.command("doctor")(doctor_command)
app.command("user")(user_command)


def run() -> int:
    """Run one command; a refusal is two sentences on standard error and status 1, never a traceback."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    try:
        app()
    except NuanfanError as refusal:
        problems.print(refusal.say("zh"), style="bold red", markup=False)
        problems.print(refusal.say("en"), style="red", markup=False)
        return 1
    return 0
