"""`nuanfan kiosk`: the kiosks of the meal points, from the console."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from api.cli.console import open_installation, output
from service.clock import ZONE
from service.devices import CODE_LIFETIME, add_kiosk, list_devices, read_aloud, revoke_device
from service.texts import text


class KioskAction(StrEnum):
    """What can be done with a kiosk."""

    ADD = "add"
    LIST = "list"
    REVOKE = "revoke"


def kiosk_command(
    action: Annotated[KioskAction, typer.Argument(help="Add a kiosk to a meal point, list them, or revoke one.")],
    code: Annotated[str, typer.Argument(help="The meal point's code (add) or the kiosk's (revoke).")] = "",
) -> None:
    """Add a kiosk with its one-time code, list the kiosks, or revoke one."""
    here = open_installation()
    language = here.settings.language
    if action == KioskAction.ADD:
        device, secret = add_kiosk(here.database, code, by="console", clock=here.clock)
        said = {"device": device.code, "code": read_aloud(secret), "minutes": int(CODE_LIFETIME.total_seconds() // 60)}
        output.print(text(language, "cli.kiosk_added", **said), markup=False)
        return
    if action == KioskAction.REVOKE:
        revoke_device(here.database, code, by="console", clock=here.clock)
        output.print(text(language, "cli.kiosk_revoked", device=code), markup=False)
        return
    with here.database.read() as session:
        for line in list_devices(session):
            state = "revoked_line" if line.revoked_at else "registered" if line.registered_at else "waiting"
            seen = f"{line.seen_at.astimezone(ZONE):%Y-%m-%d %H:%M}" if line.seen_at else "—"
            said = {"device": line.code, "point": line.meal_point_name, "seen": seen}
            output.print(text(language, f"cli.kiosk_{state}", **said), markup=False)
