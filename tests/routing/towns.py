"""Tiny known towns: everything lies on one straight road, so that each answer can be worked out by hand.

Positions are metres along the road. A courier rides 5 m/s, a van drives 10 m/s, and every way is as long as it looks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from routing.places import Place, Window
from routing.plan import CourierRun, MadeBy, RunPlan, Trip, VanRun, VanStop, Visit
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import UNREACHABLE_S, TravelMatrix, TravelSource

COURIER_M_PER_S = 5
VAN_M_PER_S = 10
TEN = 10 * 3600
ELEVEN = 11 * 3600
NOON = 12 * 3600
ALL_DAY = Window(0, 24 * 3600)
ORIGIN_LAT, ORIGIN_LON = 30.0, 120.0


def spot(at_m: int) -> Place:
    """A place on the road."""
    return Place(ORIGIN_LAT, ORIGIN_LON + at_m / 96_000)


def road(positions: list[int], m_per_s: int) -> TravelMatrix:
    """The matrix between positions on the road."""
    x = np.array(positions, dtype=np.int64).reshape(-1)
    metres = np.abs(x[:, None] - x[None, :])
    return TravelMatrix((metres // m_per_s).astype(np.int32), metres.astype(np.int32), TravelSource.ESTIMATE)


def kitchen(name: str = "canteen") -> Kitchen:
    return Kitchen(name, spot(0))


def point(name: str, window: Window = ALL_DAY, handling_s: int = 100) -> MealPoint:
    return MealPoint(name, spot(0), window, handling_s)


def van(name: str = "van", boxes: int = 100, shift: Window = ALL_DAY, kitchen_id: str = "canteen") -> Van:
    return Van(name, kitchen_id, boxes, shift, loading_s=200, fixed_cost_m=5_000)


def courier(
    name: str, at: str, boxes: int = 20, shift: Window = ALL_DAY, trips: int = 2, cost_m: int = 3_000
) -> Courier:
    return Courier(name, at, boxes, shift, loading_s=60, max_trips=trips, fixed_cost_m=cost_m)


def owes(at: str, boxes: int, ready_s: int = TEN, due_s: int = NOON, *, here: bool = False) -> Consignment:
    return Consignment("canteen", at, boxes, ready_s, due_s, on_site=here)


def home(name: str, of: str, boxes: int = 1, window: Window = ALL_DAY, latest_s: int = 13 * 3600) -> Home:
    return Home(name, spot(0), of, "canteen", (1,), boxes, window, 120, latest_s)


def town(
    where: dict[str, int],
    *,
    points: list[MealPoint],
    homes: list[Home],
    couriers: list[Courier],
    consignments: list[Consignment],
    vans: list[Van] | None = None,
) -> RunProblem:
    """A town with one kitchen, "canteen"; `where` gives the position of the canteen, each point and each home."""
    stations = [where["canteen"], *(where[p.point_id] for p in points)]
    doors = [*(where[p.point_id] for p in points), *(where[h.home_id] for h in homes)]
    return RunProblem(
        kitchens=(replace(kitchen(), place=spot(where["canteen"])),),
        points=tuple(replace(p, place=spot(where[p.point_id])) for p in points),
        vans=tuple(vans if vans is not None else [van()]),
        couriers=tuple(couriers),
        consignments=tuple(consignments),
        homes=tuple(replace(h, place=spot(where[h.home_id])) for h in homes),
        van_travel=road(stations, VAN_M_PER_S),
        courier_travel=road(doors, COURIER_M_PER_S),
    )


def cut_off(matrix: TravelMatrix, here: int, there: int) -> TravelMatrix:
    """The same matrix with no way from `here` to `there`."""
    seconds, metres = matrix.seconds.copy(), matrix.metres.copy()
    seconds[here, there] = metres[here, there] = UNREACHABLE_S
    return replace(matrix, seconds=seconds, metres=metres)


def willow_lane() -> RunProblem:
    """Two meal points on one road, each with two homes and a courier; one van brings both their boxes.

    The canteen stands at 0 m. Elm point lies at 1,000 m with homes at 1,500 m and 2,000 m; Oak point at 4,000 m with
    homes at 4,500 m and 5,000 m. Worked out by hand: the van loads from 10:00 (200 s), is at Elm after 100 s (10:05:00)
    and, having unloaded for 100 s, at Oak 300 s later (10:11:40).
    """
    return town(
        {"canteen": 0, "elm": 1_000, "oak": 4_000, "lin": 1_500, "mei": 2_000, "qiu": 4_500, "rui": 5_000},
        points=[point("elm"), point("oak")],
        homes=[home("lin", "elm"), home("mei", "elm", boxes=2), home("qiu", "oak"), home("rui", "oak")],
        couriers=[courier("ann", "elm"), courier("bo", "oak")],
        consignments=[owes("elm", 10), owes("oak", 5)],
    )


def willow_lane_plan() -> RunPlan:
    """A right plan for Willow Lane, worked out by hand: Elm first, then Oak, each courier with one trip."""
    drive = VanRun(
        "van",
        "canteen",
        depart_s=36_200,
        stops=(VanStop("elm", 36_300, 36_400, 10), VanStop("oak", 36_700, 36_800, 5)),
        back_s=37_200,
        metres=8_000,
    )
    lin, mei = Visit("lin", 36_560, 36_560, 36_680), Visit("mei", 36_780, 36_780, 36_900)
    qiu, rui = Visit("qiu", 36_960, 36_960, 37_080), Visit("rui", 37_180, 37_180, 37_300)
    return RunPlan(
        van_runs=(drive,),
        courier_runs=(
            CourierRun("ann", (Trip("elm", 36_400, 36_460, 3, (lin, mei)),), 36_900, 1_000),
            CourierRun("bo", (Trip("oak", 36_800, 36_860, 2, (qiu, rui)),), 37_300, 1_000),
        ),
        left_out_homes=(),
        left_out_consignments=(),
        made_by=MadeBy.PLAIN,
    )
