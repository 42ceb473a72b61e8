"""What counts towards a cap: the same meal, the same day, the week from Monday to Sunday."""

from __future__ import annotations

from datetime import date

from kitchens.meals import Meal
from service.subsidies import Tally
from service.subsidies.using import Use, used_before, uses_of
from tests.service.subsidies.meals import HAIZHU, MONDAY, elder, priced

SUNDAY = date(2026, 11, 29)


def test_a_week_begins_on_monday_and_each_rule_counts_for_itself() -> None:
    uses = [
        Use("A", date(2026, 11, 22), Meal.LUNCH, 300),
        Use("A", MONDAY, Meal.LUNCH, 300),
        Use("A", SUNDAY, Meal.LUNCH, 200),
        Use("A", SUNDAY, Meal.DINNER, 100),
        Use("B", SUNDAY, Meal.DINNER, 50),
        Use("A", date(2026, 11, 30), Meal.LUNCH, 300),
    ]
    used = used_before(uses, SUNDAY, Meal.DINNER)
    assert used.of("A") == Tally(meal=1, day=2, week=3, day_fen=300, week_fen=600)
    assert used.of("B") == Tally(meal=1, day=1, week=1, day_fen=50, week_fen=50)
    assert used.of("C") == Tally()


def test_a_priced_meal_uses_each_rule_once_and_the_elders_part_is_no_use() -> None:
    uses = uses_of(priced("guangzhou-2024", 1300, elder(70, HAIZHU)))
    assert [(use.rule_id, use.fen) for use in uses] == [("GZ-MEAL", 300), ("GZ-OPER-SELF", 300)]
