"""Random small problems, nasty ones included: nothing fits, nobody is on duty, no way leads anywhere."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from routing.places import Place, Window
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import UNREACHABLE_S, TravelMatrix, TravelSource

SPOT = Place(30, 120)
MORNING, EVENING = 36_000, 50_000


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
    """A problem with up to two kitchens, three meal points, three vans, four couriers."""
    kitchens = [f"k{n}" for n in range(draw(st.integers(1, 2)))]
    points = [f"p{n}" for n in range(draw(st.integers(1, 3)))]
    pairs = [(k, p) for k in kitchens for p in points if draw(st.sampled_from([True, True, False]))]
    homes = tuple(draw(homes_of(n, pairs)) for n in range(draw(st.integers(0, most_homes)) if pairs else 0))
    couriers, vans = draw(st.sampled_from([2, 3, 4, 1, 0])), draw(st.sampled_from([2, 3, 1, 0]))
    return RunProblem(
        kitchens=tuple(Kitchen(k, SPOT) for k in kitchens),
        points=tuple(MealPoint(p, SPOT, draw(windows()), draw(st.sampled_from([0, 240]))) for p in points),
        vans=tuple(draw(vans_of(n, kitchens)) for n in range(vans)),
        couriers=tuple(draw(couriers_of(n, points)) for n in range(couriers)),
        consignments=tuple(draw(consignments_of(k, p)) for k, p in pairs),
        homes=homes,
        van_travel=draw(matrices(len(kitchens) + len(points))),
        courier_travel=draw(matrices(len(points) + len(homes))),
    )


@st.composite
def homes_of(draw: DrawFn, n: int, pairs: list[tuple[str, str]]) -> Home:
    kitchen_id, point_id = draw(st.sampled_from(pairs))
    latest_s = draw(st.sampled_from([EVENING, EVENING, MORNING + 4_000, MORNING]))
    boxes, service_s = draw(st.sampled_from([1, 1, 1, 2, 4])), draw(st.sampled_from([0, 60, 150]))
    return Home(f"h{n}", SPOT, point_id, kitchen_id, (n,), boxes, draw(windows()), service_s, latest_s)


@st.composite
def couriers_of(draw: DrawFn, n: int, points: list[str]) -> Courier:
    return Courier(
        f"c{n}",
        draw(st.sampled_from(points)),
        draw(st.sampled_from([20, 7, 4, 1, 0])),
        draw(windows()),
        loading_s=draw(st.sampled_from([0, 180])),
        max_trips=draw(st.integers(1, 3)),
        fixed_cost_m=draw(st.sampled_from([0, 3_000])),
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
def consignments_of(draw: DrawFn, kitchen_id: str, point_id: str) -> Consignment:
    return Consignment(
        kitchen_id,
        point_id,
        draw(st.sampled_from([40, 12, 6, 3, 150, 1])),
        ready_s=draw(st.integers(MORNING - 2_000, MORNING + 1_000)),
        due_s=draw(st.sampled_from([EVENING, EVENING, MORNING + 2_000, MORNING - 2_000])),
        on_site=draw(st.booleans()),
    )
