"""`nuanfan serve`, `clock`, `migrate` and `user`."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.cli.console import Installation, open_installation, output
from api.cli.doctor import port_finding
from scheduler.run import keep_time
from service.access import first_admin, make_ticket
from service.errors import ConflictError
from service.migrations.run import migrate
from service.solving import die_with_parent
from service.texts import text

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SWITCH_S = 0.001
"""How long one thread may keep the interpreter while others wait: at the usual 5 ms a call that only has to be passed
on waits through the work of several others."""


def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 0,
    user: Annotated[str, typer.Option(help="Whom the one-time link logs in.")] = "admin",
) -> None:
    """Serve the pages and keep the time; stop with Ctrl-C."""
    here = open_installation()
    migrate(here.database)
    serve(here, host=host or here.settings.host, port=port or here.settings.port, user=user)


def serve(here: Installation, *, host: str, port: int, user: str) -> None:
    """Run the web here and the clock in a process of its own, so that neither stops the other."""
    language = here.settings.language
    port_is = port_finding(host, port)
    if not port_is.is_well:
        raise ConflictError(port_is.key, **port_is.values)
    password = first_admin(here.database, here.clock)
    if password is not None:
        output.print(text(language, "cli.first_admin", password=password), markup=False, soft_wrap=True)
    address = f"http://{host}:{port}"
    if host in LOOPBACK:
        ticket = make_ticket(here.database, user, here.clock)
        output.print(text(language, "cli.serving_ticket", address=address, ticket=ticket), markup=False, soft_wrap=True)
    else:
        output.print(text(language, "cli.serving", address=address), markup=False, soft_wrap=True)
    clock = subprocess.Popen([sys.executable, "-P", "-m", "api.start", "clock", "--with-parent"])
    try:
        app = create_app(here.database, here.settings, here.clock)
        sys.setswitchinterval(SWITCH_S)
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
    finally:
        clock.terminate()
        clock.wait(timeout=10)


def clock_command(
    with_parent: Annotated[bool, typer.Option("--with-parent", help="End when its parent ends.")] = False,
) -> None:
    """Keep the time: close and plan each meal at its cut-off."""
    if with_parent:
        die_with_parent()
    here = open_installation()
    keep_time(here.database, here.settings, here.clock)
