"""`nuanfan`: the commands, and how a refusal is shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import structlog
import typer

from api.cli.console import problems
from service.errors import NuanfanError

COMMANDS = {
    "day": "api.cli.day:day_command",
    "demo": "api.cli.demo:demo_command",
    "serve": "api.cli.serve:serve_command",
    "clock": "api.cli.serve:clock_command",
    "import": "api.cli.data:import_command",
    "undo": "api.cli.data:undo_command",
    "export": "api.cli.data:export_command",
    "addresses": "api.cli.data:addresses_command",
    "papers": "api.cli.papers:papers_command",
    "migrate": "api.cli.house:migrate_command",
    "reindex": "api.cli.house:reindex_command",
    "doctor": "api.cli.doctor:doctor_command",
    "bench": "api.cli.bench:bench_command",
    "explain": "api.cli.explain:explain_command",
    "kitchens": "api.cli.kitchens:kitchens_command",
    "price": "api.cli.money:price_command",
    "schemes": "api.cli.money:schemes_command",
    "money-papers": "api.cli.money_papers:money_papers_command",
    "settle": "api.cli.settling:settle_command",
    "replay-money": "api.cli.settling:replay_command",
    "user": "api.cli.house:user_command",
    "kiosk": "api.cli.kiosk:kiosk_command",
    "decode": "api.cli.decode:decode_command",
    "staff": "api.cli.staff:staff_command",
}


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is two sentences on standard error and status 1, never a traceback."""
    # Asked for anew at every line: whoever ran a command inside another process may have closed that one's stream.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command_line(given)(given)
    except NuanfanError as refusal:
        problems.print(refusal.say("zh"), style="bold red", markup=False)
        problems.print(refusal.say("en"), style="red", markup=False)
        return 1
    return 0


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the command that is asked for, or with all of them.

    What one command needs takes seconds to load for all: a courier's reprint must not wait for the web server's parts.
    """
    app = typer.Typer(name="nuanfan", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    # With a callback a single command still goes by its name.
    app.callback()(_house)
    asked = arguments[0] if arguments else ""
    for name, target in COMMANDS.items() if asked not in COMMANDS else [(asked, COMMANDS[asked])]:
        module, function = target.split(":")
        app.command(name)(getattr(import_module(module), function))
    return app


def _house() -> None:
    """暖饭 Nuanfan: a district's elder meals from kitchen to door."""
