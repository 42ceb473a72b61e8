"""Tiny instances of the timed family, written as the published files are."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from routing.published.timed.read import TimedInstance, read_instance

DAY = [0, 300]


def place(number: int, x: float, y: float, window: Sequence[float] | None = None, **more: float) -> dict[str, Any]:
    return {"id": number, "x": x, "y": y, "time_window": list(window or DAY), "service_time": 0, **more}


def small_town() -> dict[str, Any]:
    """A depot 30 south of a satellite at the origin, three customers about it, another satellite, a garage."""
    return {
        "first_level_vehicles": {"fleet_size": 10, "capacity": 8, "cost": 50},
        "second_level_vehicles": {"fleet_size": 10, "capacity": 4, "cost": 25},
        "customers": [
            place(0, 10, 0, [40, 60], demand=2),
            place(1, 0, 10, [40, 80], demand=2),
            place(2, -10, 0, [40, 150], demand=3),
        ],
        "satellites": [place(3, 0, 0), place(4, 0, 40)],
        "cdcs": [place(5, 0, -30)],
        "second_level_garage": {"x": 0, "y": 0},
    }


def random_town(seed: int) -> dict[str, Any]:
    """A town of up to nine customers that can all be served: one or several trips, one or two depots."""
    chance = random.Random(seed)
    satellites, depots, customers = chance.randint(1, 4), chance.randint(1, 2), chance.randint(1, 9)
    town = small_town()
    town["first_level_vehicles"]["capacity"] = chance.choice([6, 9, 20])
    town["second_level_vehicles"]["capacity"] = chance.choice([4, 8, 20])
    town["customers"] = []
    for number in range(customers):
        opens = chance.randint(0, 150)
        window: list[float] = [opens, chance.randint(max(opens, 110), 260)]
        here = place(number, chance.randint(-20, 20), chance.randint(-20, 20), window, demand=chance.randint(1, 4))
        town["customers"].append(here | {"service_time": chance.choice([0, 5])})
    town["satellites"] = [
        place(customers + nth, chance.randint(-20, 20), chance.randint(-20, 20))
        | {"service_time": chance.choice([0, 10])}
        for nth in range(satellites)
    ]
    town["cdcs"] = [place(customers + satellites + nth, chance.randint(-30, 30), 20 + nth) for nth in range(depots)]
    if chance.random() < 0.4:
        del town["second_level_garage"]
    return town


def written(folder: Path, town: dict[str, Any], name: str = "town.json") -> TimedInstance:
    path = folder / name
    path.write_text(json.dumps(town), encoding="utf-8")
    return read_instance(path)
