"""Menus as they come in and go out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.bodies.orders import Code
from api.deps import ServiceDay
from kitchens.meals import Ingredient, Limit, Meal, Texture
from service.board.menu import Menu
from service.menus.changes import MOST_MEALS, MOST_RANK
from service.menus.clashes import OrderClash
from service.menus.cycles import MOST_WEEKS, Cycle, CycleDish, LaidOut
from service.menus.offers import Course, Offer
from service.menus.prices import MOST_FEN
from service.tables import CoursePrice, DishPrice, EntryState
from service.texts import LANGUAGES, text

Rank = Annotated[int, Field(ge=1, le=MOST_RANK)]
Capacity = Annotated[int, Field(ge=0, le=MOST_MEALS)]


class ChoiceOut(BaseModel):
    """One dish that can be chosen in a course; `clashes` if this elder must not eat it."""

    model_config = ConfigDict(extra="forbid")

    dish_code: str
    name: str
    name_en: str
    extra_fen: int
    clashes: bool


class CourseOut(BaseModel):
    """A part of a set meal of which exactly `pick` are chosen."""

    model_config = ConfigDict(extra="forbid")

    number: int
    name: str
    name_en: str
    pick: int
    options: list[ChoiceOut]


class OfferOut(BaseModel):
    """One dish as an elder sees it."""

    model_config = ConfigDict(extra="forbid")

    rank: int
    dish_code: str
    name: str
    name_en: str
    price_fen: int
    left: int | None
    clashes: bool
    courses: list[CourseOut]


class LineOut(BaseModel):
    """One dish on a kitchen's menu, with what is really in it that day."""

    model_config = ConfigDict(extra="forbid")

    rank: int
    dish_code: str
    dish_name: str
    name_en: str
    price_fen: int
    capacity_meals: int | None
    left: int | None
    state: EntryState
    from_cycle: bool
    contains: list[Ingredient]
    textures: list[Texture]
    keeps: list[Limit]
    is_swapped: bool


class MenuOut(BaseModel):
    """One kitchen's menu of one meal."""

    model_config = ConfigDict(extra="forbid")

    kitchen_code: str
    service_day: date
    meal: Meal
    is_open: bool
    lines: list[LineOut]


class EntryIn(BaseModel):
    """What stands at one place of a menu."""

    model_config = ConfigDict(extra="forbid")

    dish_code: Code
    capacity_meals: Capacity | None = None
    is_offered: bool = True


class SwapIn(BaseModel):
    """What comes in for the ingredient that goes out; without it that is left out."""

    model_config = ConfigDict(extra="forbid")

    in_code: Code | None = None


class CoursePriceIn(BaseModel):
    """What a choice costs on top from a day on."""

    model_config = ConfigDict(extra="forbid")

    from_day: ServiceDay
    extra_fen: Annotated[int, Field(ge=0, le=MOST_FEN)]


class CoursePriceOut(BaseModel):
    """One price version of one choice in a course."""

    model_config = ConfigDict(extra="forbid")

    course_code: str
    dish_code: str
    from_day: date
    extra_fen: int
    announced_on: date
    announced_by: str


class ClashOut(BaseModel):
    """An order that must not be served as it stands, with the dish that is made instead."""

    model_config = ConfigDict(extra="forbid")

    order_id: int
    elder_number: str
    kitchen_code: str
    meal_point_code: str
    dish_code: str
    dish_name: str
    why: dict[str, list[str]]
    instead_code: str | None
    instead_name: str
    is_planned: bool


class PriceIn(BaseModel):
    """A price that holds from a day on."""

    model_config = ConfigDict(extra="forbid")

    from_day: ServiceDay
    price_fen: Annotated[int, Field(ge=0, le=MOST_FEN)]


class PriceOut(BaseModel):
    """One version of a dish's price."""

    model_config = ConfigDict(extra="forbid")

    dish_code: str
    from_day: date
    price_fen: int
    announced_on: date
    announced_by: str


class CycleDishIn(BaseModel):
    """One dish of a cycle."""

    model_config = ConfigDict(extra="forbid")

    week: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    weekday: Annotated[int, Field(ge=1, le=7)]
    rank: Rank
    dish_code: Code
    capacity_meals: Capacity | None = None


class CycleIn(BaseModel):
    """A menu that repeats every few weeks."""

    model_config = ConfigDict(extra="forbid")

    kitchen_code: Code
    meal: Meal
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)]
    first_monday: ServiceDay
    until_day: ServiceDay | None = None
    dishes: Annotated[list[CycleDishIn], Field(max_length=MOST_WEEKS * 7 * MOST_RANK)]

    def cycle(self, code: str) -> Cycle:
        """Return it as the service takes it."""
        dishes = tuple(CycleDish(**one.model_dump()) for one in self.dishes)
        return Cycle(code, self.kitchen_code, self.meal, self.weeks, self.first_monday, self.until_day, dishes)


class CycleOut(CycleIn):
    """A cycle as it stands."""

    code: str


class LaidOutOut(BaseModel):
    """What writing out the cycles did to dated menus."""

    model_config = ConfigDict(extra="forbid")

    made: int
    changed: int
    withdrawn: int


def menu_out(menu: Menu) -> MenuOut:
    """Return what the outside sees of a menu."""
    names = LineOut.model_fields
    lines = [LineOut(**{name: getattr(line, name) for name in names}) for line in menu.lines]
    return MenuOut(
        kitchen_code=menu.kitchen_code,
        service_day=menu.service_day,
        meal=menu.meal,
        is_open=menu.is_open,
        lines=lines,
    )


def offer_out(offer: Offer) -> OfferOut:
    """Return what the outside sees of an offer: whether it clashes, not with what."""
    return OfferOut(
        rank=offer.rank,
        dish_code=offer.dish_code,
        name=offer.name,
        name_en=offer.name_en,
        price_fen=offer.price_fen,
        left=offer.left,
        clashes=not offer.is_safe,
        courses=[_course_out(course) for course in offer.choices],
    )


def _course_out(course: Course) -> CourseOut:
    return CourseOut(
        number=course.number,
        name=course.name,
        name_en=course.name_en,
        pick=course.pick,
        options=[
            ChoiceOut(
                dish_code=one.dish_code,
                name=one.name,
                name_en=one.name_en,
                extra_fen=one.extra_fen,
                clashes=not one.is_safe,
            )
            for one in course.options
        ],
    )


def clash_out(clash: OrderClash) -> ClashOut:
    """Return what the outside sees of a clash, the reasons in both languages."""
    names = ("order_id", "elder_number", "kitchen_code", "meal_point_code", "dish_code", "dish_name")
    return ClashOut(
        **{name: getattr(clash, name) for name in names},
        why={language: [text(language, key) for key in clash.why] for language in LANGUAGES},
        instead_code=clash.instead_code,
        instead_name=clash.instead_name,
        is_planned=clash.is_planned,
    )


def price_out(version: DishPrice) -> PriceOut:
    """Return what the outside sees of a price."""
    return PriceOut(**version.model_dump())


def course_price_out(version: CoursePrice) -> CoursePriceOut:
    """Return what the outside sees of the price of a choice."""
    return CoursePriceOut(**version.model_dump())


def cycle_out(cycle: Cycle) -> CycleOut:
    """Return what the outside sees of a cycle."""
    return CycleOut(
        code=cycle.code,
        kitchen_code=cycle.kitchen_code,
        meal=cycle.meal,
        weeks=cycle.weeks,
        first_monday=cycle.first_monday,
        until_day=cycle.until_day,
        dishes=[
            CycleDishIn(
                week=one.week,
                weekday=one.weekday,
                rank=one.rank,
                dish_code=one.dish_code,
                capacity_meals=one.capacity_meals,
            )
            for one in cycle.dishes
        ],
    )


def laid_out_out(laid: LaidOut) -> LaidOutOut:
    """Return what the outside sees of it."""
    return LaidOutOut(made=laid.made, changed=laid.changed, withdrawn=laid.withdrawn)
