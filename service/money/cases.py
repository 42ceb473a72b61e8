"""An order as the subsidy rules see it: who, where, when, how, at what price, as all of it stood on the meal's day."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session, col, or_, select

from kitchens.meals import Diet, Fulfilment, Meal, ProvisionMode
from service.calendar import is_working_day
from service.diets import diet_of
from service.entitlement import place_of_community, standing_from
from service.errors import InvalidError
from service.menus.course_prices import Chosen, chosen_fen, extra_fen, extras_fen
from service.menus.of_day import day_menus
from service.menus.prices import price_on
from service.people.record import Dated, Record
from service.subsidies import Case, Place, Standing
from service.tables import Community, DeliveryFee, Kitchen, MealOrder, MealPoint, Street
from service.texts import Key

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ordered:
    """One meal of one elder as it was ordered; without a dish what the kitchen makes of that meal's menu for the elder.

    Attributes
    ----------
    meal_point_code, kitchen_code
        Where the meal goes over and who cooks it; before it is planned, where the elder belongs.
    asked_point, asked_kitchen
        Where it was ordered, if another one serves it: what the elder was told came from there, so price and delivery
        fee do too. None for the same.
    choices
        What is chosen in the courses of a set meal while there is no order yet that knows it.
    """

    elder_number: str
    service_day: date
    meal: Meal
    way: Fulfilment
    dish_code: str | None
    meal_point_code: str | None
    kitchen_code: str | None
    order_id: int | None = None
    choices: tuple[Chosen, ...] = ()
    asked_point: str | None = None
    asked_kitchen: str | None = None


def ordered_of(order: MealOrder) -> Ordered:
    """Return what money asks of an order's row."""
    return Ordered(
        order.elder_number,
        order.service_day,
        Meal(order.meal),
        Fulfilment(order.fulfilment),
        order.dish_code,
        order.meal_point_code,
        order.kitchen_code,
        order.id,
    )


@dataclass(slots=True)
class CaseBook:
    """Turns orders into cases of one scheme; every place, price and standing is read once and kept."""

    session: Session
    scheme_id: str
    _points: dict[str, MealPoint] = field(default_factory=dict)
    _modes: dict[str, ProvisionMode] = field(default_factory=dict)
    _places: dict[str | None, Place] = field(default_factory=dict)
    _prices: dict[tuple[str, date], int] = field(default_factory=dict)
    _extras: dict[tuple[int, str], int] | None = None
    _made: dict[tuple[str | None, date, Meal, Diet], str | None] = field(default_factory=dict)
    _fees: dict[tuple[str | None, date], int] = field(default_factory=dict)
    _workdays: dict[date, bool] = field(default_factory=dict)
    _standings: dict[tuple[str, int], Standing] = field(default_factory=dict)
    _turns: dict[str, list[date]] = field(default_factory=dict)
    _streets: dict[str, str] = field(default_factory=dict)
    _held: list[Community] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the places and kitchens of the district, which are few."""
        self._points = {one.code: one for one in self.session.exec(select(MealPoint))}
        self._modes = {one.code: ProvisionMode(one.mode) for one in self.session.exec(select(Kitchen))}
        self._streets = {one.code: one.name for one in self.session.exec(select(Street))}
        # Held, so that the session answers from memory where a standing asks for a community.
        self._held = list(self.session.exec(select(Community)))

    def case(self, ordered: Ordered, record: Record) -> Case:
        """Return the case of one meal of the person whom `record` is about.

        Nothing is counted as used before: whoever prices a row of meals counts that.

        Raises
        ------
        InvalidError
            If the meal has no dish, or its elder a birth date that cannot be.
        """
        day, brought = ordered.service_day, ordered.way == Fulfilment.HOME
        try:
            return Case(
                scheme_id=self.scheme_id,
                day=day,
                is_workday=self.is_workday(day),
                meal=ordered.meal,
                price_fen=self.price_fen(ordered, record),
                elder=self.standing(record, day),
                delivery_fee_fen=self.fee_fen(ordered.asked_point or ordered.meal_point_code, day) if brought else 0,
                way=ordered.way,
                mode=self._modes.get(ordered.kitchen_code or ""),
                place=self.place(ordered.meal_point_code),
            )
        except ValueError as error:
            raise InvalidError("money.case.broken", detail=str(error)) from error

    def standing(self, record: Record, day: date) -> Standing:
        """Return what money depends on in a person on `day`; between two turns of the record it is the same."""
        number = record.elder.number
        turns = self._turns.get(number)
        if turns is None:
            turns = self._turns[number] = _turns_of(record)
        key = number, bisect_right(turns, day)
        found = self._standings.get(key)
        if found is None:
            found = self._standings[key] = standing_from(self.session, record, day, self._streets)
        return found

    def price_fen(self, ordered: Ordered, record: Record) -> int:
        """Return the price in force on its day of the ordered dish, with what is chosen in its courses."""
        day = ordered.service_day
        dish_code = ordered.dish_code or self._dish_made(ordered, record)
        if dish_code is None:
            raise InvalidError("settling.no_dish", day=day, meal=Key(f"meal.{ordered.meal}"))
        if (dish_code, day) not in self._prices:
            self._prices[dish_code, day] = price_on(self.session, dish_code, day)
        return self._prices[dish_code, day] + self._extra_fen(ordered, dish_code)

    def _extra_fen(self, ordered: Ordered, dish_code: str) -> int:
        """Return what the choices of a set meal add."""
        if ordered.order_id is None:
            return chosen_fen(self.session, dish_code, ordered.choices, ordered.service_day) if ordered.choices else 0
        if self._extras is None:
            return extra_fen(self.session, ordered.order_id, dish_code)
        return self._extras.get((ordered.order_id, dish_code), 0)

    def hold_extras(self, since: date, until: date) -> None:
        """Read at once what choices add to the orders of a period, for whoever asks about all of them and no others."""
        self._extras = extras_fen(self.session, since, until)

    def fee_fen(self, meal_point_code: str | None, day: date) -> int:
        """Return what bringing a meal from a meal point costs the elder on `day`."""
        key = meal_point_code, day
        if key not in self._fees:
            self._fees[key] = delivery_fee_on(self.session, meal_point_code, day)
        return self._fees[key]

    def place(self, meal_point_code: str | None) -> Place:
        """Return city, district and street of a meal point; a place without names where nobody has said."""
        if meal_point_code not in self._places:
            point = self._points.get(meal_point_code or "")
            known = place_of_community(self.session, point.community_code) if point is not None else None
            self._places[meal_point_code] = known or Place()
        return self._places[meal_point_code]

    def is_workday(self, day: date) -> bool:
        """Return whether a day is worked, make-up weekends included."""
        if day not in self._workdays:
            self._workdays[day] = is_working_day(day)
        return self._workdays[day]

    def _dish_made(self, ordered: Ordered, record: Record) -> str | None:
        """Return what the kitchen that was asked makes for a person who has named no dish."""
        point = self._points.get(ordered.asked_point or ordered.meal_point_code or "")
        kitchen_code = ordered.asked_kitchen or ordered.kitchen_code or (point.kitchen_code if point else None)
        diet = diet_of(record.elder)
        key = kitchen_code, ordered.service_day, ordered.meal, diet
        if key not in self._made:
            self._made[key] = day_menus(self.session, ordered.service_day, ordered.meal).made_for(kitchen_code, diet)
        return self._made[key]


def delivery_fee_on(session: Session, meal_point_code: str | None, day: date) -> int:
    """Return the delivery fee in force: the point's own before the common one, of each the last that has begun."""
    begun = (
        select(DeliveryFee)
        .where(DeliveryFee.from_day <= day)
        .where(or_(col(DeliveryFee.meal_point_code).is_(None), DeliveryFee.meal_point_code == meal_point_code))
    )
    rows = list(session.exec(begun))
    last = max(rows, key=lambda one: (one.meal_point_code is not None, one.from_day, one.id), default=None)
    return 0 if last is None else last.fen


def _turns_of(record: Record) -> list[date]:
    """Return the days on which something begins or has ended that money depends on."""
    rows: tuple[Dated, ...] = (*record.places, *record.classes, *record.care_levels)
    begins = {row.from_day for row in rows}
    return sorted(begins | {row.until_day + ONE_DAY for row in rows if row.until_day is not None})
