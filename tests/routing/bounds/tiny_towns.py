"""Random towns so small that every plan can be tried, and in which most days go well."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from routing.places import Place, Window
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, Prices, RunProblem, Van
from routing.travel import TravelMatrix, TravelSource

SPOT = Place(30, 120)
TEN, NOON, TWO = 36_000, 43_200, 50_400


@st.composite
def tiny_towns(draw: DrawFn, most_homes: int = 4) -> RunProblem:
    """Return one kitchen or two, one meal point or two, up to `most_homes` homes, two vans and two couriers.

    Ways are what they like: one-way, and now and then longer straight on than round about.
    """
    kitchens = [f"k{n}" for n in range(draw(st.sampled_from([1, 1, 2])))]
    points = [f"p{n}" for n in range(draw(st.integers(1, 2)))]
    couriers = [f"c{n}" for n in range(draw(st.integers(1, 2)))]
    homes = tuple(draw(_homes(n, kitchens, points, couriers)) for n in range(draw(st.integers(0, most_homes))))
    return RunProblem(
        kitchens=tuple(Kitchen(k, SPOT) for k in kitchens),
        points=tuple(MealPoint(p, SPOT, draw(_hours()), draw(st.sampled_from([0, 300]))) for p in points),
        vans=tuple(draw(_vans(f"{k}-v{n}", k)) for k in kitchens for n in range(draw(st.integers(1, 2)))),
        couriers=tuple(draw(_couriers(name, points)) for name in couriers),
        consignments=tuple(draw(_owed(k, p, homes)) for k in kitchens for p in points),
        homes=homes,
        van_travel=draw(_ways(len(kitchens) + len(points), 9)),
        courier_travel=draw(_ways(len(points) + len(homes), 4)),
        prices=Prices(*(draw(st.sampled_from([0, 0, price])) for price in (400, 700, 2, 100))),
        boxes_per_carrier=draw(st.sampled_from([1, 1, 3])),
    )


@st.composite
def _hours(draw: DrawFn) -> Window:
    """Mostly all day, now and then not before late, or not for long."""
    start_s = draw(st.sampled_from([TEN - 3_600, TEN - 3_600, TEN + 1_800, TEN + 4_500]))
    return Window(start_s, draw(st.sampled_from([TWO, TWO, NOON])))


@st.composite
def _ways(draw: DrawFn, n: int, m_per_s: int) -> TravelMatrix:
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    spots = random.integers(0, draw(st.sampled_from([300, 3_000])), (n, 2))
    metres = np.abs(spots[:, None] - spots[None]).sum(axis=2)
    seconds = metres // m_per_s
    if draw(st.booleans()):
        metres = (metres * random.uniform(0.3, 2.0, (n, n))).astype(np.int64)
        seconds = (seconds * random.uniform(0.3, 2.0, (n, n))).astype(np.int64) + random.integers(0, 60, (n, n))
        np.fill_diagonal(seconds, 0)
    return TravelMatrix(seconds.astype(np.int32), metres.astype(np.int32), TravelSource.ESTIMATE)


@st.composite
def _homes(draw: DrawFn, n: int, kitchens: list[str], points: list[str], couriers: list[str]) -> Home:
    point_id, known = draw(st.sampled_from(points)), st.sampled_from([*couriers, "off duty"])
    start_s = draw(st.sampled_from([TEN, TEN, TEN + 2_400, NOON - 600]))
    locked = draw(st.sampled_from([None, None, None, None, *couriers]))
    return Home(
        home_id=f"h{n}",
        place=SPOT,
        point_id=point_id,
        kitchen_id=draw(st.sampled_from(kitchens)),
        orders=(n,),
        boxes=draw(st.integers(1, 2)),
        window=Window(start_s, start_s + draw(st.sampled_from([600, 3_600, 7_200]))),
        service_s=draw(st.sampled_from([60, 150])),
        latest_s=NOON + 2_400,
        alternatives=tuple(
            Alternative(other, draw(st.sampled_from([0, 300])))
            for other in points
            if other != point_id and draw(st.booleans())
        ),
        due_s=draw(st.sampled_from([None, None, TEN, TEN + 1_200])),
        floors=draw(st.integers(0, 6)),
        familiar=tuple(draw(st.lists(known, max_size=2, unique=True))),
        courier_id=locked,
        not_couriers=() if locked else tuple(draw(st.lists(st.sampled_from(couriers), max_size=1))),
        former_courier_id=draw(st.none() | known),
    )


@st.composite
def _vans(draw: DrawFn, name: str, kitchen_id: str) -> Van:
    return Van(
        name,
        kitchen_id,
        draw(st.sampled_from([9, 6, 4])),
        Window(TEN - draw(st.sampled_from([0, 1_800])), TWO),
        loading_s=draw(st.sampled_from([0, 300])),
        fixed_cost_m=draw(st.sampled_from([0, 5_000, 4_000])),
    )


@st.composite
def _couriers(draw: DrawFn, name: str, points: list[str]) -> Courier:
    return Courier(
        name,
        draw(st.sampled_from(points)),
        draw(st.sampled_from([9, 4, 3])),
        Window(TEN + draw(st.sampled_from([0, 900])), draw(st.sampled_from([TWO, NOON]))),
        loading_s=draw(st.sampled_from([0, 180])),
        max_trips=draw(st.integers(1, 3)),
        fixed_cost_m=draw(st.sampled_from([0, 3_000, 2_000])),
        pace_percent=draw(st.sampled_from([100, 100, 60, 150])),
        certified=draw(st.booleans()),
    )


@st.composite
def _owed(draw: DrawFn, kitchen_id: str, point_id: str, homes: tuple[Home, ...]) -> Consignment:
    mine = sum(home.boxes for home in homes if (home.kitchen_id, home.point_id) == (kitchen_id, point_id))
    return Consignment(
        kitchen_id,
        point_id,
        mine + draw(st.sampled_from([0, 0, 1, 5])),
        ready_s=TEN - draw(st.sampled_from([0, 1_500])),
        due_s=draw(st.sampled_from([TWO, TWO, TEN + 5_400])),
        on_site=draw(st.sampled_from([False, False, False, True])),
    )
