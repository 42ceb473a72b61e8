"""Random small problems, nasty ones included: nothing fits, nobody is on duty, no way leads anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from routing.places import Place, Window
from routing.problem import (
    Alternative,
    Consignment,
    Courier,
    Home,
    Kitchen,
    MealPoint,
    Prices,
    RunProblem,
    Van,
)
from routing.travel import UNREACHABLE_S, TravelMatrix, TravelSource

SPOT = Place(30, 120)
MORNING, EVENING = 36_000, 50_000

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch)."""


@st.composite
def windows(draw: DrawFn) -> Window:
    """Mostly the whole morning, now and then narrow, now and then long past."""
    kind = draw(st.sampled_from(["open", "open", "open", "open", "narrow", "odd"]))
    if kind == "open":
        return Window(MORNING - 2_000, EVENING)
    start_s = draw(st.integers(MORNING, MORNING + 8_000))
    return Window(start_s, start_s + draw(st.integers(0, 3_000) if kind == "odd" else st.integers(1_000, 6_000)))


@st.composite
def matrices(draw: DrawFn, n: int) -> TravelMatrix:
    """Any ways at all: one-way, cut off, longer straight on than round about."""
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    longest = draw(st.sampled_from([60, 400, 3_000, 0]))
    metres = random.integers(0, longest + 1, (n, n))
    seconds = metres // 3 + random.integers(0, 30, (n, n))
    cut = random.random((n, n)) < draw(st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.4]))
    metres[cut] = seconds[cut] = UNREACHABLE_S
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return TravelMatrix(seconds.astype(np.int32), metres.astype(np.int32), TravelSource.ESTIMATE)


@st.composite
def problems(draw: DrawFn, most_homes: int = 9) -> RunProblem:
    """A problem with up to two kitchens of two batches, three meal points, three vans, four couriers.

    Half of all towns have none of what later grew: batches, other points, docks, room, locks, paces, carriers, wishes.
    """
    rich = draw(st.booleans())
    kitchens = [f"k{n}" for n in range(draw(st.integers(1, 2)))]
    points = [f"p{n}" for n in range(draw(st.integers(1, 3)))]
    batches = ["", "late"] if rich and draw(st.booleans()) else [""]
    lots = [(k, p, b) for k in kitchens for p in points for b in batches if draw(st.sampled_from([True, True, False]))]
    couriers, vans = draw(st.sampled_from([2, 3, 4, 1, 0])), draw(st.sampled_from([2, 3, 1, 0]))
    names = [f"c{n}" for n in range(couriers)]
    n_homes = draw(st.integers(0, most_homes)) if lots else 0
    homes = tuple(draw(homes_of(n, lots, names if rich else None)) for n in range(n_homes))
    return RunProblem(
        kitchens=tuple(Kitchen(k, SPOT) for k in kitchens),
        points=tuple(draw(points_of(p, rich=rich)) for p in points),
        vans=tuple(draw(vans_of(n, kitchens)) for n in range(vans)),
        couriers=tuple(draw(couriers_of(name, points, rich=rich)) for name in names),
        consignments=tuple(draw(consignments_of(lot, least=0 if rich else 1)) for lot in lots),
        homes=homes,
        van_travel=draw(matrices(len(kitchens) + len(points))),
        courier_travel=draw(matrices(len(points) + len(homes))),
        prices=draw(prices()) if rich else Prices(),
        boxes_per_carrier=draw(st.sampled_from([1, 1, 4, 10])) if rich else 1,
    )


def without_homes(problem: RunProblem, going: set[str]) -> RunProblem:
    """The same town, with the same boxes, when these homes want nothing."""
    at = [len(problem.points) + n for n, home in enumerate(problem.homes) if home.home_id in going]
    ways = problem.courier_travel
    seconds, metres = (np.delete(np.delete(matrix, at, 0), at, 1) for matrix in (ways.seconds, ways.metres))
    return replace(
        problem,
        homes=tuple(home for home in problem.homes if home.home_id not in going),
        courier_travel=replace(ways, seconds=seconds, metres=metres),
    )


@st.composite
def prices(draw: DrawFn) -> Prices:
    price = st.sampled_from([0, 300])
    return Prices(draw(price), draw(price), draw(st.sampled_from([0, 5])), draw(price))


@st.composite
def points_of(draw: DrawFn, point_id: str, *, rich: bool) -> MealPoint:
    window, handling_s = draw(windows()), draw(st.sampled_from([0, 240]))
    if not rich:
        return MealPoint(point_id, SPOT, window, handling_s)
    docks, room = draw(st.sampled_from([None, 1, 1, 2])), draw(st.sampled_from([None, None, 200, 12, 3, 0]))
    return MealPoint(point_id, SPOT, window, handling_s, docks, room)


@st.composite
def homes_of(draw: DrawFn, n: int, lots: list[Lot], couriers: list[str] | None) -> Home:
    """One home; with `couriers` (rich towns) it may know, want, fear or have had some of them."""
    kitchen_id, point_id, batch = draw(st.sampled_from(lots))
    latest_s = draw(st.sampled_from([EVENING, EVENING, MORNING + 4_000, MORNING]))
    boxes, service_s = draw(st.sampled_from([1, 1, 1, 2, 4])), draw(st.sampled_from([0, 60, 150]))
    window = draw(windows())
    if couriers is None:
        return Home(f"h{n}", SPOT, point_id, kitchen_id, (n,), boxes, window, service_s, latest_s, batch)
    others = sorted({lot[1] for lot in lots if (lot[0], lot[2]) == (kitchen_id, batch)} - {point_id})
    elsewhere = [Alternative(other, draw(st.sampled_from([0, 500]))) for other in others if draw(st.booleans())]
    who = st.sampled_from([*couriers, "off duty"])
    locked = draw(st.sampled_from([None, None, None, *couriers]))
    feared = draw(st.lists(who, max_size=2, unique=True))
    return Home(
        home_id=f"h{n}",
        place=SPOT,
        point_id=point_id,
        kitchen_id=kitchen_id,
        orders=(n,),
        boxes=boxes,
        window=window,
        service_s=service_s,
        latest_s=latest_s,
        batch=batch,
        alternatives=tuple(elsewhere),
        due_s=draw(st.sampled_from([None, MORNING, MORNING + 4_000])),
        floors=draw(st.integers(0, 6)),
        certified_only=draw(st.sampled_from([False, False, True])),
        familiar=tuple(draw(st.lists(who, max_size=2, unique=True))),
        courier_id=locked,
        not_couriers=tuple(name for name in feared if name != locked),
        former_courier_id=draw(st.none() | who),
    )


@st.composite
def couriers_of(draw: DrawFn, name: str, points: list[str], *, rich: bool) -> Courier:
    return Courier(
        name,
        draw(st.sampled_from(points)),
        draw(st.sampled_from([20, 7, 4, 1, 0])),
        draw(windows()),
        loading_s=draw(st.sampled_from([0, 180])),
        max_trips=draw(st.integers(1, 3)),
        fixed_cost_m=draw(st.sampled_from([0, 3_000])),
        pace_percent=draw(st.sampled_from([100, 100, 133, 300, 50])) if rich else 100,
        certified=draw(st.booleans()) if rich else False,
    )


@st.composite
def vans_of(draw: DrawFn, n: int, kitchens: list[str]) -> Van:
    return Van(
        f"v{n}",
        draw(st.sampled_from(kitchens)),
        draw(st.sampled_from([100, 100, 20, 7, 2, 0])),
        draw(windows()),
        loading_s=draw(st.sampled_from([0, 300])),
        fixed_cost_m=draw(st.sampled_from([0, 5_000])),
    )


@st.composite
def consignments_of(draw: DrawFn, lot: Lot, least: int) -> Consignment:
    kitchen_id, point_id, batch = lot
    return Consignment(
        kitchen_id,
        point_id,
        max(least, draw(st.sampled_from([40, 12, 6, 3, 150, 1, 0]))),
        ready_s=draw(st.integers(MORNING - 2_000, MORNING + 1_000)),
        due_s=draw(st.sampled_from([EVENING, EVENING, MORNING + 2_000, MORNING - 2_000])),
        on_site=draw(st.booleans()),
        batch=batch,
    )


@st.composite
def busy_towns(draw: DrawFn) -> RunProblem:
    """A town where a day can go well but is tight: metric ways, short windows, few boxes a load, two batches."""
    n_points, n_homes, n_couriers = draw(st.integers(1, 3)), draw(st.integers(4, 12)), draw(st.integers(1, 3))
    points = [f"p{n}" for n in range(n_points)]
    batches = draw(st.sampled_from([[""], ["", "late"]]))
    lots = [("k0", point, batch) for point in points for batch in batches]
    names = [f"c{n}" for n in range(n_couriers)]
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    homes = tuple(_busy_home(n, lots[int(random.integers(len(lots)))], names, random) for n in range(n_homes))
    return RunProblem(
        kitchens=(Kitchen("k0", SPOT),),
        points=tuple(MealPoint(p, SPOT, DAY, 120, docks=1) for p in points),
        vans=tuple(Van(f"v{n}", "k0", draw(st.sampled_from([8, 20, 60])), DAY, 120) for n in range(2)),
        couriers=tuple(draw(busy_couriers(name, points)) for name in names),
        consignments=tuple(_owed(lot, homes, on_site=draw(st.booleans())) for lot in lots),
        homes=homes,
        van_travel=_plane(random, 1 + n_points, m_per_s=7),
        courier_travel=_plane(random, n_points + n_homes, m_per_s=4),
        boxes_per_carrier=draw(st.sampled_from([1, 4])),
    )


DAY = Window(MORNING - 2_000, EVENING)


@st.composite
def busy_couriers(draw: DrawFn, name: str, points: list[str]) -> Courier:
    end_s = MORNING + draw(st.sampled_from([3_000, 5_000, 8_000]))
    return Courier(
        name,
        draw(st.sampled_from(points)),
        draw(st.sampled_from([3, 5, 9])),
        Window(MORNING, end_s),
        60,
        max_trips=draw(st.integers(1, 3)),
        fixed_cost_m=draw(st.sampled_from([0, 3_000])),
        pace_percent=draw(st.sampled_from([100, 100, 150])),
        certified=draw(st.booleans()),
    )


def _busy_home(n: int, lot: Lot, couriers: list[str], random: np.random.Generator) -> Home:
    kitchen_id, point_id, batch = lot
    start_s = MORNING + 600 * int(random.integers(0, 8))
    window = Window(start_s, start_s + int(random.choice([900, 1_800, 8_000])))
    return Home(
        f"h{n}",
        SPOT,
        point_id,
        kitchen_id,
        (n,),
        int(random.integers(1, 3)),
        window,
        120,
        latest_s=MORNING + 7_200,
        batch=batch,
        certified_only=bool(random.random() < 0.1),
        courier_id=couriers[0] if random.random() < 0.1 else None,
    )


def _owed(lot: Lot, homes: tuple[Home, ...], *, on_site: bool) -> Consignment:
    boxes = sum(home.boxes for home in homes if (home.kitchen_id, home.point_id, home.batch) == lot)
    ready_s = MORNING + (1_200 if lot[2] else 0)
    return Consignment(lot[0], lot[1], boxes, ready_s, EVENING, on_site, lot[2])


def _plane(random: np.random.Generator, n: int, m_per_s: int) -> TravelMatrix:
    """Ways between points strewn over a square of 1.5 km."""
    spots = random.integers(0, 1_500, (n, 2))
    metres = np.abs(spots[:, None] - spots[None]).sum(axis=2).astype(np.int32)
    return TravelMatrix((-(-metres // m_per_s)).astype(np.int32), metres, TravelSource.ESTIMATE)
