"""Elders of the sample town: their doors around the anchors of their communities, and their standing orders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

import numpy as np
from scipy.optimize import linear_sum_assignment

from kitchens.meals import Fulfilment, Meal
from service.tables import Elder, ElderState, StandingOrder
from simulations import people
from simulations.district import Places
from simulations.land import Land, Metres, scattered
from simulations.network import RIM_M, PointSite, community_centres
from simulations.people import drawing, pick, shuffled

ELDERS = 1600
STANDING = 1200
HOME_STANDING = 228
WITHOUT_POSITION = 2
NEAREST_M = 60.0
FARTHEST_M = 320.0
CROWDED = 1.25
SAME_DOOR = 0.18
FROM_DAY = date(2025, 1, 1)
ESTATES = ("里", "苑", "新村", "大院", "花园")
RELATIONS = ("女儿", "儿子", "老伴", "孙女", "侄子", "邻居")
PATTERNS: tuple[tuple[float, str], ...] = ((0.82, "12345"), (0.07, "135"), (0.06, "24"), (0.03, "1234"), (0.02, "12"))
WINDOWS = ((39_600, 43_200), (40_500, 45_000), (41_400, 45_000), (39_600, 45_000))
STOPPED = ((6, ElderState.PAUSED), (3, ElderState.PENDING), (3, ElderState.STOPPED))


@dataclass(frozen=True, slots=True)
class Building:
    """A house in a community, with its position and its stairs."""

    community: int
    at: Metres
    estate: str
    block: int
    has_lift: bool
    floors: int


def elders_of(places: Places, land: Land, points: Sequence[PointSite], seed: int) -> tuple[Elder, ...]:
    """Return all elders, each in a house of its community and with the meal point of that house."""
    draw = drawing(seed, "elders")
    buildings = _buildings(places, land, draw)
    point_of = _points_of([house for houses in buildings for house in houses], points)
    years = people.birth_years(draw, ELDERS)
    diets = people.diets(draw, years)
    elders: list[Elder] = []
    for i, community in enumerate(_communities(len(places.communities), draw)):
        house = pick(draw, buildings[community])
        before = elders[-1] if elders else None
        share = before is not None and before.block == f"{house.block}栋" and draw.random() < SAME_DOOR
        elder = _elder(i, house, places, years[i], diets[i], draw)
        elder.meal_point_code = point_code(point_of[house])
        place = land.flat.place(house.at)
        elder.lat, elder.lon = place.lat, place.lon
        if before is not None and share and before.address.startswith(_estate(house, places)):
            _move_in(elder, before)
        elders.append(elder)
    _stop_some(elders, draw)
    return tuple(elders)


def standing_orders(elders: Sequence[Elder], seed: int) -> tuple[StandingOrder, ...]:
    """Return the standing orders of lunch, by elder: the older an elder, the likelier it is brought home."""
    draw = drawing(seed, "standing")
    active = [elder for elder in elders if elder.state == ElderState.ACTIVE]
    must = [elder for elder in active if elder.lat is None or elder.limits == people.UNMET_DIET[1]]
    rest = shuffled(draw, [elder for elder in active if elder not in must])
    chosen = must + rest[: STANDING - len(must)]
    frail = sorted(chosen, key=lambda e: draw.random() * (e.birth_year - people.REFERENCE_YEAR + 105))
    at_home = {e.number for e in chosen if e.lat is None}
    at_home |= {e.number for e in frail[: HOME_STANDING - len(at_home)]}
    orders: list[StandingOrder] = []
    for elder in sorted(chosen, key=lambda e: e.number):
        there = Fulfilment.DINE_IN if draw.random() < 0.8 else Fulfilment.PICK_UP
        orders.append(
            StandingOrder(
                elder_number=elder.number,
                meal=Meal.LUNCH.value,
                weekdays="12345" if elder in must else _pattern(draw),
                fulfilment=(Fulfilment.HOME if elder.number in at_home else there).value,
                from_day=FROM_DAY,
            )
        )
    return tuple(orders)


def make_exceptions(elders: Sequence[Elder], seed: int) -> None:
    """Take the position from two elders whose address nobody has found, and give one a diet that nobody cooks."""
    draw = drawing(seed, "odd")
    active = [e for e in elders if e.state == ElderState.ACTIVE and (e.texture, e.limits) == ("regular", "")]
    lost = shuffled(draw, [e for e in active if not e.excludes])
    for elder in lost[:WITHOUT_POSITION]:
        elder.lat = elder.lon = None
    unmet = lost[WITHOUT_POSITION]
    unmet.texture, unmet.limits, unmet.excludes = people.UNMET_DIET
    unmet.dislikes = ""


def _communities(count: int, draw: Random) -> list[int]:
    """Return the community of each elder, in order: every one has its part, give or take two."""
    sizes = [math.ceil(ELDERS / count) + int(draw.random() * 5) - 2 for _ in range(count)]
    surplus = sum(sizes) - ELDERS
    for i in range(abs(surplus)):
        sizes[i % count] -= 1 if surplus > 0 else -1
    return [community for community, size in enumerate(sizes) for _ in range(size)]


def _buildings(places: Places, land: Land, draw: Random) -> list[list[Building]]:
    """Return two to four houses for each community."""
    centres = community_centres(places, land)
    found: list[list[Building]] = []
    for index, community in enumerate(places.communities):
        centre = centres[community.code]
        estate = f"例{pick(draw, people.SECOND)}{pick(draw, ESTATES)}"
        houses: list[Building] = []
        for block in shuffled(draw, range(1, 13))[: 2 + int(draw.random() * 3)]:
            at = scattered(land, centre, NEAREST_M, FARTHEST_M, RIM_M, draw)
            has_lift = draw.random() < 0.42
            floors = 9 + int(draw.random() * 18) if has_lift else 6 + int(draw.random() * 4)
            houses.append(Building(index, at, estate, block, has_lift, floors))
        found.append(houses)
    return found


def _points_of(houses: Sequence[Building], points: Sequence[PointSite]) -> dict[Building, int]:
    """Return the meal point of each house: near, but no point gets more than its part and `CROWDED` of it."""
    seats = math.ceil(len(houses) / len(points) * CROWDED)
    home = np.array([house.at for house in houses])
    table = np.array([point.at for point in points])
    ways = np.round(np.linalg.norm(home[:, None, :] - table[None, :, :], axis=2) ** 2)
    _, seat_of = linear_sum_assignment(np.repeat(ways, seats, axis=1))
    return {house: int(seat) // seats for house, seat in zip(houses, seat_of, strict=True)}


def _estate(house: Building, places: Places) -> str:
    community = places.communities[house.community]
    street = next(s.name for s in places.streets if s.code == community.street_code)
    return f"海珠区{street}{community.name}{house.estate}"


def _elder(i: int, house: Building, places: Places, year: int, diet: people.Diet, draw: Random) -> Elder:
    floor = 1 + int(draw.random() * house.floors)
    stairwell = f"{1 + int(draw.random() * 3)}梯"
    door = f"{floor}{1 + int(draw.random() * 4):02d}"
    has_contact = draw.random() < 0.7
    window = pick(draw, WINDOWS) if draw.random() < 0.12 else (None, None)
    return Elder(
        number=f"HZ-E{i + 1:04d}",
        name=people.sample_name(draw),
        birth_year=year,
        phone=people.sample_phone(1, i + 1),
        state=ElderState.ACTIVE.value,
        community_code=places.communities[house.community].code,
        address=f"{_estate(house, places)}{house.block}栋{stairwell}{door}房",
        block=f"{house.block}栋",
        stairwell=stairwell,
        floor=floor,
        door=door,
        has_lift=house.has_lift,
        given_crs="wgs84",
        texture=diet.texture,
        limits=diet.limits,
        excludes=diet.excludes,
        dislikes=diet.dislikes,
        window_start_s=window[0],
        window_end_s=window[1],
        door_note=pick(draw, people.DOOR_NOTES) if draw.random() < 0.25 else "",
        contact_name=f"{people.sample_name(draw)}（{pick(draw, RELATIONS)}）" if has_contact else "",
        contact_phone=people.sample_phone(2, i + 1) if has_contact else "",
    )


def _move_in(elder: Elder, other: Elder) -> None:
    """Let `elder` live behind the same door as `other`."""
    for name in ("address", "stairwell", "floor", "door", "lat", "lon", "meal_point_code"):
        setattr(elder, name, getattr(other, name))
    elder.window_start_s, elder.window_end_s = other.window_start_s, other.window_end_s


def _stop_some(elders: list[Elder], draw: Random) -> None:
    some = iter(shuffled(draw, elders))
    for count, state in STOPPED:
        for _ in range(count):
            next(some).state = state.value


def _pattern(draw: Random) -> str:
    at = draw.random()
    for share, weekdays in PATTERNS:
        if at < share:
            return weekdays
        at -= share
    return PATTERNS[0][1]


def point_code(index: int) -> str:
    """Return the district's code of a meal point: `HZ-P01` is the first."""
    return f"HZ-P{index + 1:02d}"
