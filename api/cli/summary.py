"""The summary that a planned meal is shown with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from api.cli.console import output
from service.clock import hh_mm
from service.publishing import Published
from service.texts import Key, text


def print_summary(published: Published, seconds: float, language: str) -> None:
    """Print the figures of a plan, then everybody whose meal waits for a person."""
    title = text(
        language,
        "summary.title",
        day=published.service_day,
        weekday=Key(f"weekday.{published.service_day.isoweekday()}"),
        meal=Key(f"meal.{published.meal}"),
        version=published.version,
    )
    table = Table(title=title, show_header=False, title_style="bold")
    table.add_column()
    table.add_column(justify="right")
    for key, value in rows(published, seconds, language):
        table.add_row(text(language, f"summary.{key}"), value)
    output.print(table)
    if published.left_out:
        output.print(left_out_table(published, language))


def rows(published: Published, seconds: float, language: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of the table: key of the label, and the figure."""
    figures: dict[str, Any] = published.figures
    by = figures["by_fulfilment"]
    yield "orders", str(figures["orders"])
    yield "by_fulfilment", " / ".join(str(by.get(way, 0)) for way in ("dine_in", "pick_up", "home"))
    yield "served", str(figures["served"])
    yield "left_out", str(figures["left_out"])
    yield "kitchens", f"{figures['kitchens']} / {figures['batches']}"
    if figures.get("cooking_bound") is not None:
        yield "cooking", cooking_words(figures)
    yield "points", str(figures["points"])
    yield "vans", f"{figures['van_runs']} / {figures['van_m'] / 1000:.1f}"
    couriers = (figures["couriers"], figures["courier_trips"], f"{figures['courier_m'] / 1000:.1f}")
    yield "couriers", " / ".join(str(one) for one in couriers)
    yield "minutes", f"{figures['riding_s'] / 60:.0f}"
    if figures["first_handover_s"] is not None:
        yield "handover", f"{hh_mm(figures['first_handover_s'])} / {hh_mm(figures['last_handover_s'])}"
        yield "margin", f"{figures['margin_min_s'] / 60:.0f} / {figures['margin_median_s'] / 60:.0f}"
    if figures.get("age_median_s") is not None:
        yield "age", f"{figures['age_median_s'] / 60:.0f}"
    yield "made_by", text(language, f"made_by.{published.made_by}")
    yield "travel", text(language, f"travel.{published.travel_source}")
    yield "check", text(language, "summary.check_passed")
    yield "seconds", f"{seconds:.1f}"


def cooking_words(figures: dict[str, Any]) -> str:
    """Return the planned age of a portion in minutes, what no schedule comes below, and the gap between them."""
    cost, bound, portions = figures["cooking_cost"], figures["cooking_bound"], max(1, figures["portions"])
    gap = 100 * (cost - bound) / cost if cost else 0.0
    return f"{cost / 600 / portions:.1f} / {bound / 600 / portions:.1f} / {gap:.1f} %"


def left_out_table(published: Published, language: str) -> Table:
    """Return everybody whose meal waits for a person, with the reason."""
    table = Table(title=text(language, "summary.left_out_title"), title_style="bold red")
    table.add_column(text(language, "summary.elder"))
    table.add_column(text(language, "summary.reason"))
    for elder, reason, _detail in published.left_out:
        table.add_row(elder, text(language, f"reason.{reason}"))
    return table
