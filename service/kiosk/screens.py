"""What a kiosk shows: the question that is due, with all that its screen says. Reading writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, TypeVar

from sqlmodel import Session, select

from kitchens.meals import Fulfilment
from service.board.names import shortened
from service.calendar import cut_off
from service.clock import Clock, local_day
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.kiosk.asking import TILES, contacts_of, last_offer
from service.kiosk.courses import choices_for, chosen_in, find_asked, fitting_options
from service.kiosk.days import DayState, find_meal_to_take, may_order, meals_of, week_of
from service.kiosk.guesses import closed_until
from service.kiosk.lines import BillLine
from service.kiosk.tiles import Here, option_of, order_line, orders_from, picture_of, tile_of, with_choices
from service.kiosk.visits import SIZES, VOICES, Answers, find_visit, turn_of
from service.menus.choices import choices_of
from service.menus.offers import Offer, list_offers
from service.settings import Settings
from service.subsidies import Payer
from service.tables import Device, Dish, Elder, MealOrder, MealPoint, TakenMeal

Shown = TypeVar("Shown")
ORDERS_A_PAGE = 4


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its name, the mark of its turn, how it speaks and how large, and what it says."""

    step: str
    turn: str
    language: str
    voice: str
    spoken: str
    size: int
    can_grow: bool
    can_shrink: bool
    can_go_back: bool
    point_name: str
    phone: str
    short_name: str
    says: Mapping[str, Any]


def screen_of(session: Session, device: Device, *, settings: Settings, clock: Clock) -> Screen:
    """Return what a kiosk shows now."""
    visit = find_visit(session, device.code, clock.now())
    answers = Answers(visit.answers if visit else {})
    elder = session.get(Elder, visit.elder_number) if visit and visit.elder_number else None
    point = session.get_one(MealPoint, device.meal_point_code)
    language, spoken = VOICES[answers.voice]
    here = Here(session, device, point, elder, answers, language, settings, clock)
    step = answers.step
    if step in OF_ELDER and (elder is None or elder.meal_point_code != point.code):
        step = "who"
    try:
        says = SAYS[step](here)
    except (ConflictError, InvalidError, NotAllowedError, NotFoundError) as refusal:
        # A screen is never a dead end: it says what is wrong, and its buttons still lead on.
        step, says = "trouble", {**_trouble(here), "name": "refused", "reason": refusal.say(language)}
    return Screen(
        step=step,
        turn=turn_of(visit),
        language=language,
        voice=answers.voice,
        spoken=spoken,
        size=SIZES[answers.size],
        can_grow=answers.size < len(SIZES) - 1,
        can_shrink=answers.size > 0,
        can_go_back=len(answers.steps) > 1,
        point_name=point.name,
        phone=point.phone or settings.desk_phone,
        short_name=in_part(elder.name) if elder else "",
        says=says,
    )


def in_part(name: str) -> str:
    """Return a name that a neighbour in the queue cannot read whole: 陈*妹, 陈*, 欧阳*明, `Chan *`."""
    name = name.strip()
    short = shortened(name)
    rest = name[len(short) - 1 :]
    return short + rest[-1] if not name.isascii() and len(rest) > 1 else short


def _nothing(_here: Here) -> dict[str, Any]:
    return {}


def _who(here: Here) -> dict[str, Any]:
    now = here.clock.now()
    until = closed_until(here.session, here.device.code, now)
    # A second more, so that the screen that is loaded then has its keys again.
    reopens_s = None if until is None else ceil((until - now).total_seconds()) + 1
    return {"typed": here.answers.get("typed", ""), "closed_until": until, "reopens_s": reopens_s}


def _pending(here: Here) -> dict[str, Any]:
    pending = here.session.get(Elder, here.answers.get("pending", ""))
    return {"pending_name": in_part(pending.name) if pending else ""}


def _take(here: Here) -> dict[str, Any]:
    order = find_meal_to_take(here.session, here.known, here.point, here.clock.now())
    return {"order": order_line(here, order) if order else None}


def _taken(here: Here) -> dict[str, Any]:
    order = here.session.get(MealOrder, here.answers.get("taken", 0))
    taken = here.session.exec(select(TakenMeal).where(TakenMeal.order_id == (order.id if order else 0))).first()
    return {"order": order_line(here, order) if order else None, "at": taken.at if taken else here.clock.now()}


def _already(here: Here) -> dict[str, Any]:
    ordered = next((one.day for one in here.days() if one.state == DayState.ORDERED and not one.is_closed), None)
    lines = orders_from(here, ordered) if ordered else []
    return {"order": lines[0] if lines else None, "next_day": here.answers.day}


def _meals(here: Here) -> dict[str, Any]:
    return {"meals": meals_of(here.session, here.point)}


def _same(here: Here) -> dict[str, Any]:
    found = last_offer(here.session, here.known, here.answers.meal, here.day)
    if found is None:
        return {"tile": None}
    last, offer = found
    choices = choices_for(offer, choices_of(here.session, last.id or 0))
    tile = tile_of(here, offer, here.day, Fulfilment(last.fulfilment), choices)
    ago = (local_day(here.clock.now()) - last.service_day).days
    said = {0: "today", 1: "yesterday"}.get(ago, "last")
    return {"tile": tile, "day": here.day, "last": said, "fulfilment": last.fulfilment}


def _dish(here: Here) -> dict[str, Any]:
    offers = list_offers(here.session, here.known, here.day, here.answers.meal)
    fitting = [offer for offer in offers if may_order(offer)]
    page, shown, next_page = _page_of(here, fitting)
    # What cannot be had is said on the first page, so that nobody looks for it.
    others = [offer for offer in offers if not may_order(offer)][:TILES] if page == 0 else []
    way = here.answers.fulfilment
    return {
        "day": here.day,
        "meal": here.answers.meal,
        "tiles": [tile_of(here, offer, here.day, way) for offer in shown],
        "others": [tile_of(here, offer, here.day, None) for offer in others],
        "next_page": next_page,
        "is_changed": bool(here.answers.days),
    }


def _page_of(here: Here, fitting: Sequence[Shown]) -> tuple[int, Sequence[Shown], int | None]:
    """Return which page of tiles is shown, what is on it, and which comes next."""
    page = min(int(here.answers.get("page", 0)), max(0, (len(fitting) - 1) // TILES))
    next_page = (page + 1) % -(-len(fitting) // TILES) if len(fitting) > TILES else None
    return page, fitting[page * TILES : (page + 1) * TILES], next_page


def _course(here: Here) -> dict[str, Any]:
    offer = _chosen_offer(here)
    course = find_asked(here.answers, offer) if offer else None
    if offer is None or course is None:
        raise ConflictError("kiosk.odd_answer")
    fitting = fitting_options(course)
    page, shown, next_page = _page_of(here, fitting)
    others = [option for option in course.options if option not in fitting][:TILES] if page == 0 else []
    chosen = chosen_in(here.answers, course)
    return {
        "dish": picture_of(here, here.session.get_one(Dish, offer.dish_code)).name,
        "course": course.name if here.language == "zh" else course.name_en or course.name,
        "pick": course.pick,
        "of": len(fitting),
        "chosen": chosen,
        "tiles": [option_of(here, option) for option in shown],
        "others": [option_of(here, option) for option in others],
        "next_page": next_page,
    }


def _chosen_offer(here: Here) -> Offer | None:
    offers = list_offers(here.session, here.known, here.day, here.answers.meal)
    return next((offer for offer in offers if offer.dish_code == here.answers.get("dish")), None)


def _ways(here: Here) -> dict[str, Any]:
    chosen = _chosen_offer(here)
    choices = choices_for(chosen, here.answers.get("choices", ())) if chosen else ()
    tiles = {way: tile_of(here, chosen, here.day, way, choices) if chosen else None for way in Fulfilment}
    return {"ways": tiles, "day": here.day}


def _proxy(here: Here) -> dict[str, Any]:
    return {"contacts": [in_part(name) for name in contacts_of(here.session, here.known)]}


def _day(here: Here) -> dict[str, Any]:
    days = here.days()
    week = week_of(here.session, here.known, here.answers.meal, days, here.day)
    today = local_day(here.clock.now())
    # Today is past for whoever has to order a day ahead: it is named only if there is something to say about it.
    shown = [one for one in days[:2] if one.day != today or one.state != DayState.CLOSED]
    if not any(one.state == DayState.OPEN for one in shown):
        shown += [one for one in days if one.day == here.day]
    return {"days": shown, "week": week, "today": today, "meal": here.answers.meal}


def _bill(here: Here) -> dict[str, Any]:
    lines = [_bill_line(here, line) for line in here.answers.get("bill", ())]
    return {
        "lines": lines,
        "meal": here.answers.meal,
        "fulfilment": here.answers.fulfilment,
        "proxy": in_part(here.answers.get("proxy", "")) if here.answers.get("proxy") else "",
        "without": [date.fromisoformat(day) for day in here.answers.get("without", ())],
        "total_fen": sum(line.pays_fen or 0 for line in lines),
        "is_priced": all(line.pays_fen is not None for line in lines),
        "price_fen": sum(line.price_fen for line in lines),
        "fee_fen": sum(line.fee_fen for line in lines),
        "payers": _sums(lines),
        "number": here.known.number,
        "address": here.point.address,
        "at": here.clock.now(),
    }


def _sums(lines: list[BillLine]) -> list[tuple[Payer, int]]:
    sums: dict[Payer, int] = {}
    for line in lines:
        for payer, fen in line.payers:
            sums[payer] = sums.get(payer, 0) + fen
    return list(sums.items())


def _bill_line(here: Here, line: Mapping[str, Any]) -> BillLine:
    day = date.fromisoformat(line["day"])
    dish = here.session.get_one(Dish, line["dish"])
    return BillLine(
        day=day,
        dish=with_choices(here, picture_of(here, dish), line["choices"], is_open=line["is_open"]),
        texture=line["texture"],
        price_fen=line["price_fen"],
        fee_fen=line["fee_fen"],
        payers=tuple((Payer(payer), fen) for payer, fen in line["payers"]),
        pays_fen=line["pays_fen"],
        until=cut_off(here.point, day, here.answers.meal),
    )


def _mine(here: Here) -> dict[str, Any]:
    lines = orders_from(here, local_day(here.clock.now()))
    page = min(int(here.answers.get("mine_page", 0)), max(0, (len(lines) - 1) // ORDERS_A_PAGE))
    cancelled = here.session.get(MealOrder, here.answers.get("cancelled", 0))
    return {
        "orders": lines[page * ORDERS_A_PAGE : (page + 1) * ORDERS_A_PAGE],
        "next_page": (page + 1) % -(-len(lines) // ORDERS_A_PAGE) if len(lines) > ORDERS_A_PAGE else None,
        "cancelled": order_line(here, cancelled) if cancelled else None,
    }


def _to_cancel(here: Here) -> dict[str, Any]:
    given = here.answers.get("to_cancel", "")
    order = here.session.get(MealOrder, int(given)) if given.isascii() and given.isdecimal() else None
    is_mine = order is not None and order.elder_number == here.known.number
    return {"order": order_line(here, order) if order is not None and is_mine else None}


def _trouble(here: Here) -> dict[str, Any]:
    kept = here.answers.get("trouble", {"name": "refused"})
    days = {name: date.fromisoformat(kept[name]) for name in ("day", "until") if _is_day(kept.get(name, ""))}
    order = None
    if kept["name"] == "ordered" and here.elder is not None:
        of_day = orders_from(here, days.get("day", local_day(here.clock.now())))
        order = of_day[0] if of_day else None
    return {
        "name": kept["name"],
        "reason": kept.get(here.language, ""),
        "order": order,
        "day": days.get("day"),
        "until": days.get("until"),
        "knows": here.elder is not None,
        "has_dish": bool(here.answers.get("dish")),
    }


def _is_day(given: str) -> bool:
    try:
        date.fromisoformat(given)
    except ValueError:
        return False
    return True


SAYS: Mapping[str, Callable[[Here], dict[str, Any]]] = {
    "who": _who,
    "sure": _pending,
    "other_card": _pending,
    "take": _take,
    "taken": _taken,
    "already": _already,
    "meal": _meals,
    "same": _same,
    "dish": _dish,
    "course": _course,
    "way": _ways,
    "proxy": _proxy,
    "day": _day,
    "read_back": _bill,
    "placed": _bill,
    "mine": _mine,
    "cancel_sure": _to_cancel,
    "help": _nothing,
    "trouble": _trouble,
}
OF_ELDER = frozenset(SAYS) - {"who", "sure", "help", "trouble"}
