"""Read one echelon as published: Solomon's and Gehring-Homberger's `.txt`, CVRPLIB's and PyVRP's `.vrp`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from routing.published.single.instance import NO_LIMIT, Convention, Floats, SingleInstance, Vehicle
from routing.published.single.vrplib import Sections, sections_of

TXT_COLUMNS = 7
CUT_FROM_CUSTOMERS = 1_000
"""From this size the published values of `.txt` instances (CVRPLIB) are cut off after one decimal."""

CONVENTIONS: Mapping[str, Convention] = {
    "CVRP": Convention.NEAREST,
    "DCVRP": Convention.NEAREST,
    "MDVRP": Convention.THOUSANDTHS,
    "MDVRPTW": Convention.THOUSANDTHS,
    "MTVRP": Convention.DIMACS,
    "MTVRPTW": Convention.DIMACS,
    "MTVRPTWR": Convention.DIMACS,
    "VRPTW": Convention.DIMACS,
}
"""Rounding of each TYPE of a `.vrp` file."""


def read(path: Path) -> SingleInstance:
    """Return the instance in `path`.

    Raises
    ------
    ValueError
        If the file is no such instance; the message says the line and what was expected.
    OSError
        If it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError("line 1: expected text") from error
    if path.suffix.lower() == ".vrp":
        return _from_sections(sections_of(lines))
    return _from_solomon(lines)


def _from_solomon(lines: list[str]) -> SingleInstance:
    """Return a VRPTW: name, then VEHICLE with number and capacity, then CUSTOMER with seven columns a line."""
    words = [(n, line.split()) for n, line in enumerate(lines, 1) if line.strip()]
    heads = {word[0].upper(): place for place, (_, word) in enumerate(words) if len(word) == 1}
    if "VEHICLE" not in heads or "CUSTOMER" not in heads:
        raise ValueError(f"line {len(lines)}: expected the headings VEHICLE and CUSTOMER")
    fleet_at, rows_at = heads["VEHICLE"] + 2, heads["CUSTOMER"] + 2
    if fleet_at >= len(words):
        raise ValueError(f"line {len(lines)}: expected the number of vehicles and their capacity")
    number, capacity = _numbers(*words[fleet_at], 2)
    rows = np.array([_numbers(n, word, TXT_COLUMNS) for n, word in words[rows_at:]], dtype=np.float64)
    if len(rows) < 2 or (rows[:, 0] != np.arange(len(rows))).any():
        raise ValueError(f"line {words[-1][0]}: expected customers numbered 0, 1, 2 … (0 is the depot)")
    if number < 0 or number != int(number):
        raise ValueError(f"line {words[fleet_at][0]}: expected a whole number of vehicles, got {number}")
    large = len(rows) > CUT_FROM_CUSTOMERS
    return SingleInstance(
        name=words[0][1][0],
        convention=Convention.TENTHS if large else Convention.DOUBLE,
        depots=1,
        places=rows[:, 1:3],
        demand=rows[:, 3],
        service=rows[:, 6],
        release=np.zeros(len(rows)),
        windows=rows[:, 4:6],
        vehicles=(Vehicle(capacity, 0),) * int(number),
    )


def _numbers(line: int, words: list[str], count: int) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise ValueError(f"line {line}: expected {count} numbers, got {' '.join(words)!r}") from error
    if len(values) != count or not np.isfinite(values).all():
        raise ValueError(f"line {line}: expected {count} finite numbers, got {' '.join(words)!r}")
    return values


def _from_sections(given: Sections) -> SingleInstance:
    kind = given.word("TYPE", "CVRP")
    if kind not in CONVENTIONS:
        raise ValueError(f"line {given.line_of('TYPE')}: expected TYPE {', '.join(CONVENTIONS)}, got {kind}")
    n = given.dimension
    depots = given.depots()
    service = given.column("SERVICE_TIME_SECTION", n)
    if service is None:
        service = np.full(n, given.number("SERVICE_TIME", 0.0))
        service[:depots] = 0
    windows = given.table("TIME_WINDOW_SECTION", n, 2)
    demand = given.column("DEMAND_SECTION", n)
    release = given.column("RELEASE_TIME_SECTION", n)
    places, distances = given.places_or_distances()
    return SingleInstance(
        name=given.word("NAME", "?"),
        convention=CONVENTIONS[kind],
        depots=depots,
        places=places,
        demand=np.zeros(n) if demand is None else demand,
        service=service,
        release=np.zeros(n) if release is None else release,
        windows=_open(n) if windows is None else windows,
        vehicles=_fleet(given, n - depots),
        fleet_is_named=given.has("VEHICLES"),
        given=distances,
    )


def _open(n: int) -> Floats:
    return np.column_stack([np.zeros(n), np.full(n, NO_LIMIT)])


def _fleet(given: Sections, customers: int) -> tuple[Vehicle, ...]:
    """Return the vehicles: each limit may be one figure for all or a section with one line for each."""
    count = int(given.number("VEHICLES", customers))
    capacity = given.per_vehicle("CAPACITY", count, NO_LIMIT)
    duration = given.per_vehicle("VEHICLES_MAX_DURATION", count, given.number("DISTANCE", NO_LIMIT))
    distance = given.per_vehicle("VEHICLES_MAX_DISTANCE", count, NO_LIMIT)
    reloads = given.per_vehicle("VEHICLES_MAX_RELOADS", count, NO_LIMIT)
    depots = given.rows("VEHICLES_DEPOT_SECTION", count)
    reload_depots = given.rows("VEHICLES_RELOAD_DEPOT_SECTION", count)
    return tuple(
        Vehicle(
            capacity=capacity[v],
            depot=depots[v][0] - 1 if depots else 0,
            reload_depots=tuple(one - 1 for one in reload_depots[v]) if reload_depots else (),
            max_reloads=reloads[v],
            max_duration=duration[v],
            max_distance=distance[v],
        )
        for v in range(count)
    )
