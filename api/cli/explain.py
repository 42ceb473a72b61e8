"""`nuanfan explain`: why a published plan is as it is, in sentences or as facts."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.console import open_installation, output, parse_day, problems
from kitchens.meals import Meal
from service.board.heads import get_plan
from service.board.why import Answer, Asked, find_asked, why_elder
from service.calendar import next_service_day
from service.clock import local_day
from service.errors import InvalidError, NotFoundError
from service.tables import Plan
from service.texts import text


def explain_command(
    home: Annotated[str, typer.Option(help="Number of the elder whose meal is asked about.")] = "",
    courier: Annotated[str, typer.Option(help="Code of a courier.")] = "",
    van: Annotated[str, typer.Option(help="Code of a van.")] = "",
    point: Annotated[str, typer.Option(help="Code of a meal point.")] = "",
    day: Annotated[str, typer.Option(help="Service day as YYYY-MM-DD; the next one if not given.")] = "",
    meal: Annotated[Meal, typer.Option(help="Which meal.")] = Meal.LUNCH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an answer, with the facts.")] = False,
) -> None:
    """Say why a home, a courier, a van or a meal point is planned as it is; without one of them, the whole plan."""
    if sum(map(bool, (home, courier, van, point))) > 1:
        raise InvalidError("explain.one_question")
    here = open_installation()
    language = here.settings.language
    service_day = parse_day(day) if day else next_service_day(local_day(here.clock.now()))
    with here.database.read() as session:
        plan = get_plan(session, service_day, meal)
        asked = find_asked(session, plan, here.settings, language)
        if asked is None:
            raise NotFoundError("explain.no_question")
        answers = _answers(session, asked, plan, home=home, courier=courier, van=van, point=point)
    for answer in answers:
        if as_json:
            output.print(json.dumps(_plain(answer), ensure_ascii=False), markup=False, soft_wrap=True)
        else:
            _show(answer, language)


def _answers(
    session: Session, asked: Asked, plan: Plan, *, home: str, courier: str, van: str, point: str
) -> tuple[Answer, ...]:
    if home:
        return why_elder(session, asked, plan, home)
    for code, known, ask in (
        (courier, {one.courier_id for one in asked.problem.couriers}, asked.courier),
        (van, {one.van_id for one in asked.problem.vans}, asked.van),
        (point, {one.point_id for one in asked.problem.points}, asked.point),
    ):
        if code and code not in known:
            raise NotFoundError("explain.unknown", what=code)
        if code:
            return (ask(code),)
    return (asked.plan(),)


def _plain(answer: Answer) -> dict[str, object]:
    facts = [{"cause": str(one.cause), **one.values} for one in answer.becauses]
    return {"about": answer.about, "sentences": answer.sentences, "facts": facts, "broken": answer.broken}


def _show(answer: Answer, language: str) -> None:
    if answer.broken:
        problems.print(text(language, "explain.changed", count=answer.broken), style="yellow", markup=False)
    if answer.about:
        output.print(answer.about, style="bold", markup=False)
    for sentence in answer.sentences:
        output.print(f"  {sentence}", markup=False, soft_wrap=True)
