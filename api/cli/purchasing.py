"""`nuanfan kitchens purchase`: what the kitchens buy for some days, in kilograms to the gram."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from rich.table import Table

from api.cli.console import Installation, output
from kitchens.purchase import Purchase
from service.purchasing import Bought, list_purchases
from service.texts import Key, text


def purchase(here: Installation, first: date, last: date, *, kitchen: str, as_json: bool) -> None:
    """Print what all kitchens, or one of them, buy for all meals of some days."""
    bought = list_purchases(here.database, first, last, kitchen_code=kitchen)
    if as_json:
        output.print_json(json.dumps(asdict(bought), default=str))
    else:
        show_bought(bought, here.settings.language)


def show_bought(bought: Bought, language: str) -> None:
    """Print the purchases by kitchen and day, what is not planned yet, and what nobody knows a recipe of."""
    table = Table(title=text(language, "cli.purchase_title", first=bought.first, last=bought.last))
    days = sorted({day for line in bought.purchases.lines for day, _ in line.by_day})
    for name in ("kitchen", "ingredient"):
        table.add_column(text(language, f"cli.purchase_{name}"))
    for heading in (text(language, "cli.purchase_kg"), *(str(day) for day in days)):
        table.add_column(heading, justify="right")
    for line in bought.purchases.lines:
        table.add_row(line.kitchen_id, line.name, _kg(line.grams), *_day_cells(line, days))
    output.print(table)
    for day, meal in bought.unplanned:
        output.print(text(language, "cli.purchase_unplanned", day=day, meal=Key(f"meal.{meal}")), markup=False)
    if bought.purchases.unknown:
        dishes = [" ".join(one) for one in bought.purchases.unknown]
        output.print(text(language, "cli.purchase_unknown", dishes=dishes), markup=False)


def _day_cells(line: Purchase, days: Sequence[date]) -> list[str]:
    by_day = dict(line.by_day)
    return [_kg(by_day[day]) if day in by_day else "" for day in days]


def _kg(grams: int) -> str:
    """Return grams in kilograms, to the gram."""
    return f"{grams // 1000}.{grams % 1000:03d}"
