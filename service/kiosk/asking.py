"""Which question comes next: is a meal here, the same as yesterday, which dish, which way, which day, is it right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.clock import Clock
from service.entitlement import decide
from service.errors import InvalidError, NotAllowedError
from service.kiosk.bill import bill_of
from service.kiosk.courses import (
    COURSE,
    choices_for,
    choose,
    find_asked,
    fitting_options,
    is_full,
    is_last,
    leave_open,
)
from service.kiosk.days import (
    Day,
    DayState,
    dish_of_order,
    find_last_order,
    find_meal_to_take,
    list_days,
    may_order,
    meals_of,
    offer_for,
    week_of,
)
from service.kiosk.visits import Answers
from service.menus.choices import choices_of
from service.menus.offers import Course, Offer, list_offers
from service.orders import Placing, Wish
from service.settings import Settings
from service.subsidies import get_scheme
from service.tables import Device, Elder, ElderContact, KioskVisit, MealOrder, MealPoint, OrderSource
from service.texts import text

WEEK = "week"
TILES = 4
"""The most dishes on one screen (D1)."""


@dataclass(slots=True)
class Asked:
    """One turn of a visit, and what it happens in."""

    session: Session
    visit: KioskVisit
    answers: Answers
    device: Device
    point: MealPoint
    elder: Elder | None
    settings: Settings
    clock: Clock
    is_over: bool = False

    def known(self) -> Elder:
        """Return the elder; before that is known nothing is ordered."""
        if self.elder is None or self.elder.meal_point_code != self.point.code:
            raise NotAllowedError("kiosk.trouble.unknown")
        return self.elder

    def days(self) -> list[Day]:
        """Return the days that the elder could order."""
        return list_days(self.session, self.known(), self.point, self.answers.meal, self.clock.now())


def trouble(asked: Asked, name: str, **values: str) -> None:
    """Put a full screen with a friendly sentence in the place of whatever was asked."""
    asked.answers.keep(trouble={"name": name, **values})
    if asked.answers.step == "trouble":
        asked.answers.back()
    asked.answers.go("trouble")


def start_with(asked: Asked, elder: Elder, *, by_card: bool) -> None:
    """Begin with somebody who was recognised: a meal that is here first."""
    asked.answers = Answers(asked.answers.manners())
    asked.answers.keep(by_card=by_card)
    asked.elder, asked.visit.elder_number = elder, elder.number
    if find_meal_to_take(asked.session, elder, asked.point, asked.clock.now()) is not None:
        asked.answers.go("take", anew=True)
    else:
        begin_order(asked, anew=True)


def begin_order(asked: Asked, *, anew: bool = False) -> None:
    """Ask for the meal where the kitchen cooks several, else for the first day that can be ordered."""
    meals = meals_of(asked.session, asked.point)
    if len(meals) > 1:
        asked.answers.go("meal", anew=anew)
        return
    asked.answers.keep(meal=meals[0])
    _first_day(asked, anew=anew)


def _first_day(asked: Asked, *, anew: bool) -> None:
    days = asked.days()
    for name in ("dish", "choices", "days", "fulfilment", "proxy", "bill", "page"):
        asked.answers.keep(**{name: None})
    possible = [one for one in days if not one.is_closed]
    first_open = next((one for one in days if one.state == DayState.OPEN), None)
    if possible and possible[0].state == DayState.ORDERED:
        asked.answers.keep(day=first_open.day.isoformat() if first_open else None)
        asked.answers.go("already", anew=anew)
        return
    if first_open is None:
        trouble(asked, "closed")
        return
    _for_day(asked, first_open.day, anew=anew)


def _for_day(asked: Asked, day: date, *, anew: bool = False) -> None:
    """Ask about one day: whether the elder may eat, the same as last time, or which dish."""
    elder = asked.known()
    _refuse_unentitled(asked, elder, day)
    asked.answers.keep(day=day.isoformat())
    if last_offer(asked.session, elder, asked.answers.meal, day) is not None:
        asked.answers.go("same", anew=anew)
    else:
        asked.answers.go("dish", anew=anew)


def _refuse_unentitled(asked: Asked, elder: Elder, day: date) -> None:
    decided = decide(asked.session, elder.number, day, get_scheme(asked.settings.subsidy_scheme)).may_eat
    if not decided.is_yes:
        # The rule and its source are for the desk; the elder gets the reason.
        zh, en = (text(language, decided.key, **decided.values) for language in ("zh", "en"))
        raise NotAllowedError("kiosk.trouble.not_entitled", zh=zh, en=en)


def last_offer(session: Session, elder: Elder, meal: Meal, day: date) -> tuple[MealOrder, Offer] | None:
    """Return the elder's last order and the same dish on `day`, None if it cannot be had again."""
    last = find_last_order(session, elder, meal, day)
    dish = dish_of_order(session, elder, last) if last else None
    if last is None or dish is None:
        return None
    offers = list_offers(session, elder, day, meal)
    again = next((offer for offer in offers if offer.dish_code == dish.code and may_order(offer)), None)
    return (last, again) if again else None


def go_on(asked: Asked, value: str) -> None:
    """Go on after a screen of trouble or of an end: order again, another dish, another day."""
    QUESTIONS[value if value in {"dishes", "order", "days"} else "order"](asked, "", "")


def _order(asked: Asked, _value: str, _given: str) -> None:
    asked.known()
    begin_order(asked, anew=True)


def _meal(asked: Asked, value: str, _given: str) -> None:
    if value not in meals_of(asked.session, asked.point):
        raise InvalidError("kiosk.odd_answer")
    asked.answers.keep(meal=value)
    _first_day(asked, anew=False)


def _other_day(asked: Asked, _value: str, _given: str) -> None:
    day = asked.answers.day
    if day is None:
        trouble(asked, "closed")
        return
    _for_day(asked, day)


def _same(asked: Asked, value: str, _given: str) -> None:
    if value != "yes":
        asked.answers.go("dish")
        return
    day = asked.answers.day
    found = last_offer(asked.session, asked.known(), asked.answers.meal, day) if day else None
    if found is None:
        asked.answers.replace("dish")
        return
    last, offer = found
    choices = list(choices_for(offer, choices_of(asked.session, last.id or 0)))
    asked.answers.keep(dish=offer.dish_code, choices=choices, fulfilment=last.fulfilment, proxy=last.proxy_name or None)
    asked.answers.go("day")


def _dishes(asked: Asked, _value: str, _given: str) -> None:
    asked.known()
    if asked.answers.day is None:
        _order(asked, "", "")
        return
    asked.answers.go("dish", anew=True)


def _dish(asked: Asked, value: str, _given: str) -> None:
    offer = _offered(asked, value)
    asked.answers.keep(dish=value, choices=None, page=None)
    _next_course(asked, offer)


def _offered(asked: Asked, dish_code: str) -> Offer:
    day = asked.answers.day
    offers = list_offers(asked.session, asked.known(), day, asked.answers.meal) if day else []
    offer = next((one for one in offers if one.dish_code == dish_code), None)
    if offer is None or not offer.is_safe:
        raise InvalidError("kiosk.odd_answer")
    if not may_order(offer):
        # Somebody else had the last one a moment ago.
        raise NotAllowedError("kiosk.trouble.full")
    return offer


def _next_course(asked: Asked, offer: Offer) -> None:
    """Ask about the next course of a set meal; after the last one go on."""
    if not is_last(asked.answers, offer):
        asked.answers.go(COURSE)
    elif asked.answers.days:
        _read_back(asked, asked.answers.days)
    else:
        asked.answers.go("way")


def _option(asked: Asked, value: str, _given: str) -> None:
    offer, course = _course_asked(asked)
    if value not in {option.dish_code for option in fitting_options(course)}:
        raise InvalidError("kiosk.odd_answer")
    if choose(asked.answers, course, value):
        asked.answers.keep(page=None)
        _next_course(asked, offer)


def _course(asked: Asked, value: str, _given: str) -> None:
    offer, course = _course_asked(asked)
    if value == "open":
        leave_open(asked.answers, course)
    elif not is_full(asked.answers, course):
        raise InvalidError("kiosk.odd_answer")
    asked.answers.keep(page=None)
    _next_course(asked, offer)


def _course_asked(asked: Asked) -> tuple[Offer, Course]:
    offer = _offered(asked, asked.answers.get("dish", ""))
    course = find_asked(asked.answers, offer)
    if course is None or asked.answers.step != COURSE:
        raise InvalidError("kiosk.odd_answer")
    return offer, course


def _more(asked: Asked, value: str, _given: str) -> None:
    asked.answers.keep(page=int(value) if value.isdecimal() and len(value) < 3 else None)


def _way(asked: Asked, value: str, _given: str) -> None:
    if value not in set(Fulfilment):
        raise InvalidError("kiosk.odd_answer")
    asked.answers.keep(fulfilment=value, proxy=None)
    asked.answers.go("proxy" if value == Fulfilment.PICK_UP else "day")


def _proxy(asked: Asked, value: str, given: str) -> None:
    contacts = contacts_of(asked.session, asked.known())
    if value == "named":
        asked.answers.keep(proxy=given.strip()[:40] or None)
    elif value.isdecimal() and int(value) < len(contacts):
        asked.answers.keep(proxy=contacts[int(value)])
    else:
        asked.answers.keep(proxy=None)
    asked.answers.go("day")


def contacts_of(session: Session, elder: Elder) -> list[str]:
    """Return the names of those who may fetch for an elder: the contacts, who to call first before the others."""
    others = select(ElderContact.name).where(ElderContact.elder_number == elder.number)
    names = [elder.contact_name, *session.exec(others.order_by(col(ElderContact.call_order)))]
    return list(dict.fromkeys(name for name in names if name))[:3]


def _days(asked: Asked, _value: str, _given: str) -> None:
    asked.known()
    if not asked.answers.get("dish"):
        _order(asked, "", "")
        return
    asked.answers.keep(days=None)
    asked.answers.go("day", anew=True)


def _day(asked: Asked, value: str, _given: str) -> None:
    days = asked.days()
    first = asked.answers.day
    if value == WEEK and first is not None:
        _read_back(asked, week_of(asked.session, asked.known(), asked.answers.meal, days, first))
        return
    chosen = [one.day for one in days if one.state == DayState.OPEN and one.day.isoformat() == value]
    if not chosen:
        raise InvalidError("kiosk.odd_answer")
    offer = offer_for(asked.session, asked.known(), chosen[0], asked.answers.meal, asked.answers.get("dish"))
    if offer is not None and offer.dish_code == asked.answers.get("dish"):
        _read_back(asked, chosen)
        return
    # That dish is not cooked on that day, or none is left: choose among those of that day.
    asked.answers.keep(days=[value], day=value, dish=None, choices=None)
    asked.answers.go("dish")


def _read_back(asked: Asked, days: list[date]) -> None:
    """Find what is cooked for each day and what it costs, and read it back."""
    elder, answers = asked.known(), asked.answers
    found = {day: offer_for(asked.session, elder, day, answers.meal, answers.get("dish")) for day in days}
    answers.keep(without=[day.isoformat() for day, offer in found.items() if offer is None])
    wishes = [_wish(answers, day, offer) for day, offer in found.items() if offer is not None]
    if not wishes:
        trouble(asked, "full", day=days[0].isoformat() if days else "")
        return
    for wish in wishes:
        _refuse_unentitled(asked, elder, wish.service_day)
    placing = Placing(elder.number, OrderSource.KIOSK, asked.device.code)
    bill = bill_of(asked.session, elder, placing, wishes, settings=asked.settings, clock=asked.clock)
    answers.keep(days=[day.isoformat() for day in days], bill=bill)
    answers.go("read_back")


def _wish(answers: Answers, day: date, offer: Offer) -> Wish:
    """Return what is ordered for a day; what was chosen goes with the dish that it was chosen for."""
    wished = answers.get("choices", ()) if offer.dish_code == answers.get("dish") else ()
    chosen = choices_for(offer, wished)
    return Wish(day, answers.meal, answers.fulfilment, offer.dish_code, answers.get("proxy", ""), chosen)


def wishes_of(answers: Answers) -> list[Wish]:
    """Return what was read back as orders."""
    return [
        Wish(
            date.fromisoformat(line["day"]),
            answers.meal,
            answers.fulfilment,
            line["dish"],
            answers.get("proxy", ""),
            tuple(line["choices"]),
        )
        for line in answers.get("bill", ())
    ]


QUESTIONS: Mapping[str, Callable[[Asked, str, str], None]] = {
    "order": _order,
    "later": _order,
    "meal": _meal,
    "other_day": _other_day,
    "same": _same,
    "dishes": _dishes,
    "dish": _dish,
    "option": _option,
    "course": _course,
    "more": _more,
    "way": _way,
    "proxy": _proxy,
    "days": _days,
    "day": _day,
}
