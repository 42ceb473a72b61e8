"""What an elder has had already: counted from earlier meals, for the caps of the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from kitchens.meals import Meal
from service.subsidies.cases import Tally, Used
from service.subsidies.priced import Priced
from service.subsidies.rules import Payer


class Use(NamedTuple):
    """One rule paid once for one meal of one elder."""

    rule_id: str
    day: date
    meal: Meal
    fen: int


def uses_of(priced: Priced) -> list[Use]:
    """Return what a priced meal uses: one for each rule that pays, however many lines it has."""
    sums: dict[str, int] = {}
    for line in priced.lines:
        if line.payer != Payer.ELDER:
            sums[line.rule_id] = sums.get(line.rule_id, 0) + line.fen
    case = priced.case
    return [Use(rule_id, case.day, case.meal, fen) for rule_id, fen in sums.items()]


def used_before(uses: Iterable[Use], day: date, meal: Meal) -> Used:
    """Return what one elder has had before a meal on `day`, rule by rule; weeks begin on Monday."""
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=6)
    counts: dict[str, list[int]] = {}
    for use in uses:
        if not monday <= use.day <= sunday:
            continue
        count = counts.get(use.rule_id)
        if count is None:
            count = counts[use.rule_id] = [0, 0, 0, 0, 0]
        if use.day == day:
            count[0] += use.meal == meal
            count[1] += 1
            count[3] += use.fen
        count[2] += 1
        count[4] += use.fen
    return Used(by_rule={rule_id: Tally(*count) for rule_id, count in counts.items()})
