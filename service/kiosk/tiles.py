"""What the kiosk's screens are built from: who stands there, dishes with picture and price, the elder's orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sqlmodel import Session, col, select

from kitchens.clash import DishClash
from kitchens.meals import Fulfilment, Meal
from service.clock import Clock, local_day
from service.diets import said
from service.kiosk.bill import find_quote
from service.kiosk.days import ORDERED, Day, dish_of_order, is_open, list_days
from service.kiosk.lines import OrderLine, Tile
from service.kiosk.pictures import drawing_of, find_photo
from service.kiosk.visits import Answers
from service.menus.choices import choices_of
from service.menus.offers import CourseOption, Offer
from service.money.quoting import Quoting
from service.orders import Wish
from service.settings import Settings
from service.tables import Device, Dish, Elder, MealOrder, MealPoint, TakenMeal
from service.texts import Key


@dataclass(frozen=True)
class Here:
    """What every screen is made from."""

    session: Session
    device: Device
    point: MealPoint
    elder: Elder | None
    answers: Answers
    language: str
    settings: Settings
    clock: Clock

    @property
    def known(self) -> Elder:
        """The elder."""
        if self.elder is None:
            raise TypeError("expected an elder at this question, got nobody")
        return self.elder

    @property
    def day(self) -> date:
        """The day that is asked about."""
        return self.answers.day or local_day(self.clock.now())

    @cached_property
    def quoting(self) -> Quoting:
        """What the prices of all dishes of a screen share."""
        return Quoting.of(self.session, self.known, settings=self.settings, clock=self.clock)

    def days(self) -> list[Day]:
        """Return the days that could be ordered."""
        return list_days(self.session, self.known, self.point, self.answers.meal, self.clock.now())


def picture_of(here: Here, dish: Dish) -> Tile:
    """Return a dish with its name and picture."""
    name = dish.name if here.language == "zh" else dish.name_en or dish.name
    drawing = drawing_of(dish.name, dish.name_en, dish.contains)
    return Tile(dish.code, name, drawing, find_photo(here.settings, dish.code) is not None)


def tile_of(
    here: Here, offer: Offer, day: date, way: Fulfilment | None, choices: tuple[str, ...] | None = None
) -> Tile:
    """Return a dish with what the elder pays for it that way; without a way, with why it cannot be had.

    With `choices` it says what goes with it, and costs what that costs.
    """
    picture = picture_of(here, here.session.get_one(Dish, offer.dish_code))
    clash = offer.clash
    pays = price = None
    if way is not None:
        wish = Wish(day, here.answers.meal, way, offer.dish_code, choices=choices or ())
        priced = find_quote(lambda: here.quoting, wish)
        if priced is not None:
            pays, price = priced.pays_fen, priced.price_fen + priced.delivery_fee_fen
    why = _why(clash) or ((Key("kiosk.dish.none_left"),) if offer.left == 0 else ())
    tile = replace(picture, pays_fen=pays, price_fen=price, why=why, disliked=_disliked(clash))
    if choices is None or not offer.choices:
        return tile
    return with_choices(here, tile, choices, is_open=len(choices) < sum(course.pick for course in offer.choices))


def option_of(here: Here, option: CourseOption) -> Tile:
    """Return what can be chosen in a course, with what it costs on top, or why it cannot be had."""
    picture = picture_of(here, here.session.get_one(Dish, option.dish_code))
    return replace(picture, price_fen=option.extra_fen, why=_why(option.clash), disliked=_disliked(option.clash))


def with_choices(here: Here, tile: Tile, choices: Iterable[str], *, is_open: bool) -> Tile:
    """Return a set meal that says what goes with it."""
    chosen = tuple(picture_of(here, here.session.get_one(Dish, code)).name for code in choices)
    return replace(tile, chosen=chosen, is_open=is_open)


def _why(clash: DishClash | None) -> tuple[Key, ...]:
    return tuple(said(clash)) if clash is not None and clash.is_hard else ()


def _disliked(clash: DishClash | None) -> tuple[Key, ...]:
    return tuple(Key(f"ingredient.{one}") for one in clash.dislikes) if clash is not None else ()


def orders_from(here: Here, from_day: date) -> list[OrderLine]:
    """Return the elder's orders of the day and all later ones, in the order of the meals."""
    orders = here.session.exec(
        select(MealOrder)
        .where(
            MealOrder.elder_number == here.known.number,
            MealOrder.service_day >= from_day,
            col(MealOrder.state).in_(ORDERED),
        )
        .order_by(col(MealOrder.service_day), col(MealOrder.id))
    ).all()
    order_of_day = list(Meal)
    in_order = sorted(orders, key=lambda one: (one.service_day, order_of_day.index(Meal(one.meal))))
    return [order_line(here, order) for order in in_order]


def order_line(here: Here, order: MealOrder) -> OrderLine:
    """Return an order with its dish and what goes with it."""
    dish = dish_of_order(here.session, here.known, order)
    meal, went_with = Meal(order.meal), choices_of(here.session, order.id or 0)
    taken = select(TakenMeal.id).where(TakenMeal.order_id == order.id)
    return OrderLine(
        order_id=order.id or 0,
        day=order.service_day,
        meal=meal,
        fulfilment=Fulfilment(order.fulfilment),
        dish=with_choices(here, picture_of(here, dish), went_with, is_open=False) if dish else None,
        can_cancel=is_open(here.session, here.point, order.service_day, meal, here.clock.now()),
        is_taken=here.session.exec(taken).first() is not None,
        is_late=order.state == ORDERED[1],
    )
