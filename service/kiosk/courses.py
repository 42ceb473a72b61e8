"""The courses of a set meal at the kiosk: one question each, what is chosen in it, and what is left to the kitchen."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from kitchens.plan import Part
from service.diets import refuse_clashing
from service.kiosk.visits import Answers
from service.menus.offers import Course, CourseOption, Offer
from service.orders import Wish, find_point
from service.tables import Elder

COURSE = "course"


def fitting_options(course: Course) -> list[CourseOption]:
    """Return what the elder may eat of a course."""
    return [option for option in course.options if option.is_safe]


def questions_of(offer: Offer) -> list[Course]:
    """Return the courses in which there is something to choose: more that may be eaten than are chosen."""
    return [course for course in offer.choices if len(fitting_options(course)) > course.pick]


def find_asked(answers: Answers, offer: Offer) -> Course | None:
    """Return the course whose question is the last one put, None if there is none."""
    place, questions = _put(answers) - 1, questions_of(offer)
    return questions[place] if 0 <= place < len(questions) else None


def is_last(answers: Answers, offer: Offer) -> bool:
    """Return whether no course is left to be asked about."""
    return _put(answers) >= len(questions_of(offer))


def _put(answers: Answers) -> int:
    """Return for how many courses of the dish that was chosen last the question was put."""
    steps = answers.steps
    since = len(steps) - steps[::-1].index("dish") if "dish" in steps else 0
    return steps[since:].count(COURSE)


def chosen_in(answers: Answers, course: Course) -> list[str]:
    """Return what is chosen in a course, in the order in which it was."""
    codes = {option.dish_code for option in course.options}
    return [code for code in answers.get("choices", ()) if code in codes]


def choose(answers: Answers, course: Course, dish_code: str) -> bool:
    """Choose an option and return whether the course is full; one too many takes the place of the first.

    What is chosen already is put back, but where one alone is chosen: there it is chosen once more.
    """
    chosen = chosen_in(answers, course)
    if dish_code in chosen and course.pick > 1:
        left = [code for code in chosen if code != dish_code]
    else:
        left = [*(code for code in chosen if code != dish_code), dish_code][-course.pick :]
    _keep(answers, course, left)
    return is_full(answers, course)


def leave_open(answers: Answers, course: Course) -> None:
    """Leave a course to the kitchen."""
    _keep(answers, course, [])


def is_full(answers: Answers, course: Course) -> bool:
    """Return whether as many are chosen as there are to choose."""
    return len(chosen_in(answers, course)) >= course.pick


def _keep(answers: Answers, course: Course, chosen: list[str]) -> None:
    others = [code for code in answers.get("choices", ()) if code not in chosen_in(answers, course)]
    answers.keep(choices=[*others, *chosen])


def choices_for(offer: Offer, wished: Iterable[str]) -> tuple[str, ...]:
    """Return what of these dishes can be had with an offer, course by course.

    Where no more may be eaten of a course than are chosen there is nothing to ask, and all of it counts as chosen.
    """
    wanted, found = set(wished), list[str]()
    for course in offer.choices:
        fitting = [option.dish_code for option in fitting_options(course)]
        chosen = fitting if len(fitting) <= course.pick else [code for code in fitting if code in wanted][: course.pick]
        found += [code for code in chosen if code not in found]
    return tuple(found)


def parts_of(session: Session, elder: Elder, wish: Wish) -> tuple[Part, ...]:
    """Return what goes with a set meal: what is chosen, and for what is left open what the kitchen will make.

    Raises
    ------
    InvalidError
        If the elder must not eat it, or nothing of that meal.
    """
    point = find_point(session, elder)
    kitchen_code = point.kitchen_code if point else None
    asked = (wish.service_day, wish.meal, wish.dish_code, kitchen_code, wish.choices)
    return refuse_clashing(session, elder, *asked)
