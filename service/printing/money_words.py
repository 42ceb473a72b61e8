"""Words that the papers of money share: payers, classes, periods, and the head of each paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.money.booked import Head
from service.printing.money_document import MoneyHead, say
from service.texts import text


@dataclass(frozen=True, slots=True)
class Print:
    """When and by whom a paper is printed, and in which language."""

    language: str
    at: datetime
    by: str


def money_head(
    head: Head, made: Print, *, kind: str, subject: str, place: str, code: str, holds_names: bool = False
) -> MoneyHead:
    """Return the head of a paper: `kind` is what it is called, `subject` its code and `place` the name of that."""
    language = made.language
    return MoneyHead(
        title=say(language, f"kind.{kind}"),
        place=place,
        subject=subject,
        period=period_words(head, language),
        settlement=say(language, "number", number=head.number),
        rules=say(language, "rules", scheme=head.scheme, version=head.scheme_version),
        printed_at=made.at,
        printed_by=made.by,
        code=code,
        confidential=say(language, "confidential") if holds_names else "",
        marks=() if head.replays_id is None else (say(language, "is_correction", number=head.replays_id),),
    )


def period_words(head: Head, language: str) -> str:
    """Return the days of a settlement, `2026-11-01 – 2026-11-30`; a whole month as such."""
    first, last = head.from_day, head.until_day
    if first.day == 1 and (last.year, last.month) == (first.year, first.month) and is_last_of_month(last):
        return say(language, "month", year=first.year, month=text(language, f"sheet.month.{first.month}"))
    return f"{first} – {last}"


def is_last_of_month(day: date) -> bool:
    """Return whether the next day is another month's."""
    return date.fromordinal(day.toordinal() + 1).month != day.month


def payer_words(payer: str, name: str, language: str) -> str:
    """Return who pays, with the name where there is one: `市级（广州市）`."""
    said = text(language, f"money.payer.{payer}")
    if not name:
        return said
    return f"{said}（{name}）" if language == "zh" else f"{said} ({name})"


def class_words(status_class: str, language: str) -> str:
    """Return a class, or that there is none."""
    return text(language, f"money.class.{status_class}") if status_class else say(language, "no_class")
