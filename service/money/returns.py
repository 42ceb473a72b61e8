"""The return to the civil-affairs bureau (民政报表): 人次, 人数, 服务天数 and 日均, each with its definition.

Press figures mix the four; so each is counted here in one way, and the definition is printed beside it:

- 人次 meals: one person, one meal, that was served and settled.
- 人数 people: different elders among them.
- 服务天数 service days: days on which at least one meal was served in the area.
- 日均 daily average: meals ÷ service days, not calendar days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy
from sqlmodel import Session, col, func, select

from kitchens.meals import Fulfilment
from kitchens.paper_head import equal
from service.money.booked import Account, BookedMeal, Head
from service.subsidies import age_on
from service.tables import Community, CourierRun, MealPoint, Outcome, Plan, PlannedOrder, Street, Visit

BANDS = (0, 60, 70, 80, 90, 100)
"""The first year of each age band; the first holds those below 60, the last everybody from 100 on."""


class Level(StrEnum):
    """How large an area is."""

    DISTRICT = "district"
    STREET = "street"
    MEAL_POINT = "meal_point"


class NoAnswer(StrEnum):
    """What came of a meal whose door nobody opened."""

    HAD_AFTER_ALL = "had_after_all"
    NOT_PAID = "not_paid"
    NOT_CLAIMED = "not_claimed"


class Count(NamedTuple):
    """人次 and 人数."""

    meals: int
    people: int


@dataclass(frozen=True, slots=True)
class AreaReturn:
    """The figures of one area.

    Attributes
    ----------
    cells
        By class ("" for none) and age band (its first year). Somebody counts with the class of the last meal and the
        age on the last day of the period, for people and meals alike.
    ways
        By eaten in, picked up, brought; the same person may stand under several.
    visits, no_answers
        Visits at doors in the period by outcome, and what came of those where nobody answered.

    Raises
    ------
    ValueError
        If classes and ages, or ways, do not add up to the figures.
    """

    level: Level
    code: str
    name: str
    figures: Count
    service_days: int
    cells: Mapping[tuple[str, int], Count]
    ways: Mapping[str, Count]
    visits: Mapping[str, int]
    no_answers: Mapping[NoAnswer, int]

    def __post_init__(self) -> None:
        """Prove the tables."""
        equal("meals by class and age", self.figures.meals, (cell.meals for cell in self.cells.values()))
        equal("people by class and age", self.figures.people, (cell.people for cell in self.cells.values()))
        equal("meals by way", self.figures.meals, (way.meals for way in self.ways.values()))
        equal("no answers", self.visits.get(Outcome.NO_ANSWER, 0), self.no_answers.values())

    @property
    def daily_average(self) -> Decimal:
        """Meals by service day, to one decimal; 0 without a service day."""
        if not self.service_days:
            return Decimal("0.0")
        return (Decimal(self.figures.meals) / self.service_days).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class BureauReturn:
    """The district, its streets and its meal points.

    Raises
    ------
    ValueError
        If the streets, or the meal points, do not add up to the meals of the district.
    """

    head: Head
    district: AreaReturn
    streets: tuple[AreaReturn, ...]
    points: tuple[AreaReturn, ...]

    def __post_init__(self) -> None:
        """Prove that no meal is lost between district, street and point."""
        for some in (self.streets, self.points):
            equal("meals by area", self.district.figures.meals, (area.figures.meals for area in some))


@dataclass(frozen=True, slots=True)
class _Door:
    """A visit of the period with the orders that it brought."""

    point: str
    outcome: str
    orders: tuple[int, ...]


def bureau_return(session: Session, account: Account) -> BureauReturn:
    """Return what an account says to the bureau: its own meals, without corrections of earlier periods."""
    streets = _street_by_point(session)
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    doors = _doors(session, account)
    people = _people(account)

    def street_of(point: str, frozen: str = "") -> str:
        return streets.get(point) or frozen

    by_street: defaultdict[str, list[BookedMeal]] = defaultdict(list)
    by_point: defaultdict[str, list[BookedMeal]] = defaultdict(list)
    for meal in account.meals:
        by_street[street_of(meal.meal_point_code, meal.street)].append(meal)
        by_point[meal.meal_point_code].append(meal)
    doors_by_street: defaultdict[str, list[_Door]] = defaultdict(list)
    doors_by_point: defaultdict[str, list[_Door]] = defaultdict(list)
    for door in doors:
        doors_by_street[street_of(door.point)].append(door)
        doors_by_point[door.point].append(door)
    area = _Area(account, people)
    return BureauReturn(
        head=account.head,
        district=area.of(Level.DISTRICT, "", "", account.meals, doors),
        streets=tuple(
            area.of(Level.STREET, name, name, by_street[name], doors_by_street[name])
            for name in sorted({*by_street, *doors_by_street})
        ),
        points=tuple(
            area.of(Level.MEAL_POINT, code, points.get(code, ""), by_point[code], doors_by_point[code])
            for code in sorted({*by_point, *doors_by_point})
        ),
    )


def band_of(age: int) -> int:
    """Return the first year of the age band."""
    return max(first for first in BANDS if first <= age)


class _Area:
    """Counts areas of one account."""

    def __init__(self, account: Account, people: Mapping[str, tuple[str, int]]) -> None:
        self.people = people
        self.settled = {meal.order_id for meal in account.meals}
        self.refused = {one.order_id for one in account.refused}

    def of(self, level: Level, code: str, name: str, meals: Iterable[BookedMeal], doors: Iterable[_Door]) -> AreaReturn:
        """Return the figures of one area."""
        some, visits = list(meals), list(doors)
        meals_by_elder = Counter(meal.elder_number for meal in some)
        cells: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for number, count in meals_by_elder.items():
            cells[self.people[number]].append(count)
        ways: defaultdict[str, list[str]] = defaultdict(list)
        for meal in some:
            ways[meal.way].append(meal.elder_number)
        return AreaReturn(
            level=level,
            code=code,
            name=name,
            figures=Count(len(some), len(meals_by_elder)),
            service_days=len({meal.service_day for meal in some}),
            cells={key: Count(sum(counts), len(counts)) for key, counts in sorted(cells.items())},
            ways={way.value: Count(len(ways[way]), len(set(ways[way]))) for way in Fulfilment},
            visits=Counter(door.outcome for door in visits),
            no_answers=Counter(self._result(door) for door in visits if door.outcome == Outcome.NO_ANSWER),
        )

    def _result(self, door: _Door) -> NoAnswer:
        if any(order in self.settled for order in door.orders):
            return NoAnswer.HAD_AFTER_ALL
        refused = any(order in self.refused for order in door.orders)
        return NoAnswer.NOT_PAID if refused else NoAnswer.NOT_CLAIMED


def _people(account: Account) -> dict[str, tuple[str, int]]:
    """Return class and age band of everybody: meals come in their order, so that the last one rules."""
    last = {meal.elder_number: meal for meal in account.meals}
    day: date = account.head.until_day
    return {number: (meal.status_class, band_of(age_on(meal.birth_date, day))) for number, meal in last.items()}


def _street_by_point(session: Session) -> dict[str, str]:
    asked = (
        select(MealPoint.code, Street.name)
        .join(Community, col(Community.code) == MealPoint.community_code)
        .join(Street, col(Street.code) == Community.street_code)
    )
    return dict(session.exec(asked).all())


def _doors(session: Session, account: Account) -> list[_Door]:
    """Return the visits of the newest plan of every meal of the period, outcomes only."""
    head = account.head
    newest = (
        select(func.max(Plan.id))
        .where(Plan.service_day >= head.from_day, Plan.service_day <= head.until_day)
        .group_by(col(Plan.service_day), col(Plan.meal))
    )
    visits = session.execute(
        sqlalchemy.select(col(Visit.id), col(Visit.meal_point_code), col(Visit.outcome))
        .join(CourierRun, col(CourierRun.id) == Visit.courier_run_id)
        .where(col(CourierRun.plan_id).in_(newest), col(Visit.outcome).is_not(None))
    ).all()
    brought: defaultdict[int, list[int]] = defaultdict(list)
    for visit_id, order_id in session.execute(
        sqlalchemy.select(col(PlannedOrder.visit_id), col(PlannedOrder.order_id))
        .join(Visit, col(Visit.id) == PlannedOrder.visit_id)
        .where(col(PlannedOrder.plan_id).in_(newest), col(Visit.outcome) == Outcome.NO_ANSWER)
    ):
        brought[visit_id].append(order_id)
    return [_Door(point, outcome, tuple(brought[visit_id])) for visit_id, point, outcome in visits]
