"""The papers that tell of something other than expected: substitutions by kitchen, calls by the desk, change slips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from kitchens.account import left_out_orders
from kitchens.change_papers import (
    CallLine,
    CallList,
    CallWhy,
    ChangeSlip,
    SubstitutionGroup,
    SubstitutionLine,
    SubstitutionSheet,
    SubstitutionWhy,
)
from kitchens.facts import Printing
from kitchens.packing import CODES, Box, PackedDay
from kitchens.paper_changes import Difference, Shown, difference, shown
from kitchens.paper_head import PaperHead, Title
from kitchens.road_papers import RouteSheet, RouteStop

DESK = "desk"
"""Whom a call list is for: there is one."""

CALL_AHEAD_S = 1800
"""Whoever is told later than this before the meal may already wait at the door."""

TOLD_AGAIN_S = 900
"""An elder who is promised a time this much earlier or later than before is phoned."""

OF_ONE_VERSION = frozenset({Title.CALL_LIST, Title.CHANGE_SLIP})
"""Papers that tell what a version changed: the next one leaves them as they are."""


class Paper(Protocol):
    """Whatever has the head of a paper."""

    @property
    def head(self) -> PaperHead:
        """Return what stands on top."""


AnyPaper = TypeVar("AnyPaper", bound=Paper)


def substitution_sheets(packed: PackedDay, kitchens: Iterable[str]) -> Iterator[SubstitutionSheet]:
    """Yield a sheet for each kitchen in which somebody gets another dish than they wished for or were to get."""
    for kitchen_id in kitchens:
        lines = [line for box in packed.boxes_of(kitchen_id) if (line := _substitution(packed, box)) is not None]
        if lines:
            yield _substitution_sheet(packed, kitchen_id, lines)


def _substitution(packed: PackedDay, box: Box) -> SubstitutionLine | None:
    order_id = box.order.order_id
    old_label, was_to_get = packed.file.printing.first.get(order_id, ("", ""))
    missing, why = box.instead_of, SubstitutionWhy.CLASH if box.avoid else SubstitutionWhy.NOT_ON_MENU
    if was_to_get and was_to_get != box.supplied.dish_id:
        missing, why = packed.dish_name(was_to_get), SubstitutionWhy.FAILURE
    if not missing:
        return None
    return SubstitutionLine(
        order_id=order_id,
        short_name=packed.short_name(box.order.elder_id),
        label=box.label,
        old_label="" if old_label == box.label else old_label,
        missing=missing,
        given=packed.meal_name(box.supplied),
        texture=box.supplied.texture,
        why=why,
        avoid=box.avoid,
        run=box.slot.run,
        point=packed.file.facts.place(box.supplied.point_id).name,
    )


def _substitution_sheet(packed: PackedDay, kitchen_id: str, lines: Sequence[SubstitutionLine]) -> SubstitutionSheet:
    printing, groups = packed.file.printing, defaultdict[tuple[str, str, SubstitutionWhy], list[SubstitutionLine]](list)
    for line in lines:
        groups[line.missing, line.given, line.why].append(line)
    first = list(SubstitutionWhy)[::-1]
    name = packed.file.facts.kitchen(kitchen_id).name
    return SubstitutionSheet(
        head=packed.head(Title.SUBSTITUTION_SHEET, kitchen_id, name, is_confidential=True),
        count=len(lines),
        groups=tuple(
            SubstitutionGroup(missing, given, why, len(some), tuple(some))
            for (missing, given, why), some in sorted(
                groups.items(), key=lambda one: (first.index(one[0][2]), -len(one[1]), one[0])
            )
        ),
        ordered_by=printing.ordered_by if printing.version > 1 else "",
        ordered_at=printing.printed_at if printing.version > 1 and printing.ordered_by else None,
    )


def call_list(packed: PackedDay, routes: Iterable[RouteSheet]) -> CallList | None:
    """Return whom the desk must phone: who gets nothing, or another dish or time than before; None if nobody."""
    stops = {stop.home_id: (sheet.run, stop) for sheet in routes for trip in sheet.trips for stop in trip.stops}
    by_label = {meal.label: home for home, (_, stop) in stops.items() for meal in stop.meals}
    lines = [*_left_out(packed), *_changed(packed, stops, by_label)]
    lines.sort(key=lambda line: (not line.urgent, line.call_before_s or 0, line.elder_id))
    if not lines:
        return None
    printing = packed.file.printing
    head = packed.head(Title.CALL_LIST, DESK, "", is_confidential=True)
    return CallList(head, len(lines), tuple(lines), printing.desk_phone)


def _left_out(packed: PackedDay) -> Iterator[CallLine]:
    file = packed.file
    elders = {order.order_id: order.elder_id for order in file.day.orders}
    told = file.printing.dishes
    for one in left_out_orders(file.day, file.plan):
        # In a later version only who was still served by the one before hears of it anew.
        if file.printing.version == 1 or one.order_id in told:
            facts = file.facts.elder(elders[one.order_id])
            yield CallLine(facts.elder_id, facts.name, facts.phone, CallWhy.LEFT_OUT, urgent=True)


def _changed(
    packed: PackedDay, stops: dict[str, tuple[str, RouteStop]], by_label: dict[str, str]
) -> Iterator[CallLine]:
    """Yield a call for each elder whom the version before had promised something else, once an elder."""
    printing, seen = packed.file.printing, set[str]()
    for box in sorted(packed.boxes.values(), key=lambda box: box.order.order_id):
        elder_id, was_dish = box.order.elder_id, printing.dishes.get(box.order.order_id, "")
        run, stop = stops.get(by_label.get(box.label, ""), ("", None))
        was_s = printing.told.get(elder_id)
        other_dish = bool(was_dish) and was_dish != box.supplied.dish_id
        other_time = stop is not None and was_s is not None and abs(stop.planned.start_s - was_s) >= TOLD_AGAIN_S
        if elder_id in seen or not (other_dish or other_time):
            continue
        seen.add(elder_id)
        facts = packed.file.facts.elder(elder_id)
        both = CallWhy.OTHER_DISH_AND_TIME if other_time else CallWhy.OTHER_DISH
        earliest = min(one for one in (was_s, stop.planned.start_s) if one is not None) if stop is not None else None
        yield CallLine(
            elder_id=elder_id,
            name=facts.name,
            phone=facts.phone,
            why=both if other_dish else CallWhy.OTHER_TIME,
            missing=packed.dish_name(was_dish) if other_dish else "",
            given=packed.meal_name(box.supplied) if other_dish else "",
            from_s=stop.planned.start_s if stop is not None else None,
            until_s=stop.planned.end_s if stop is not None else None,
            was_from_s=was_s if other_time else None,
            call_before_s=earliest - CALL_AHEAD_S if earliest is not None else None,
            run=run,
            label=box.label,
        )


def carry_over(former: Sequence[Paper], fresh: Sequence[AnyPaper]) -> list[AnyPaper]:
    """Return the papers of a version: those of the one before that show the same, codes and all, and the new ones."""
    before = {key_of(paper): paper for paper in former if paper.head.title not in OF_ONE_VERSION}
    kept = []
    for paper in fresh:
        old = before.get(key_of(paper))
        kept.append(old if isinstance(old, type(paper)) and shown(old) == shown(paper) else paper)
    return kept


def key_of(paper: Paper) -> tuple[str, str, str]:
    """Return what a paper is about, which is the same in every version: its kind, its subject and which part of it."""
    head = paper.head
    part = getattr(paper, "label", "") or head.code.split(f"-{CODES[head.title]}-", 1)[-1]
    return head.title, head.subject, part


def change_slips(former: Sequence[Paper], papers: Sequence[Paper], printing: Printing) -> Iterator[ChangeSlip]:
    """Yield a slip for each sheet of the version before that shows something else now, or is not there any more.

    The labels of a kitchen are one subject: its slip says which are to be taken off and which come on.
    """
    old, new = _by_sheet(former), _by_sheet(papers)
    for key, was in old.items():
        now = new.get(key, [])
        change = difference(shown(*was), shown(*now) if now else Shown((), ()))
        if not change.is_empty:
            yield _slip(was[0].head, now[0].head if now else None, change, key[2], printing)


def _by_sheet(papers: Sequence[Paper]) -> dict[tuple[str, str, str], list[Paper]]:
    sheets: dict[tuple[str, str, str], list[Paper]] = defaultdict(list)
    for paper in papers:
        title, subject, part = key_of(paper)
        if title not in OF_ONE_VERSION:
            sheets[title, subject, "" if title == Title.BOX_LABELS else part].append(paper)
    return sheets


def _slip(old: PaperHead, new: PaperHead | None, change: Difference, part: str, printing: Printing) -> ChangeSlip:
    of = f"{CODES[old.title]}-{old.subject}"
    head = replace(
        old,
        title=Title.CHANGE_SLIP,
        subject=of,
        version=printing.version,
        printed_at=printing.printed_at,
        printed_by=printing.printed_by,
        code=f"{printing.plan_number}-{printing.version}-{CODES[Title.CHANGE_SLIP]}-"
        f"{CODES[old.title]}-{part or old.subject}",
    )
    labels = old.title is Title.BOX_LABELS
    return ChangeSlip(
        head=head,
        of_kind=old.title.removeprefix("paper."),
        void_code="" if labels else old.code,
        new_code="" if labels or new is None else new.code,
        old_version=printing.version - 1 if labels else old.version,
        new_version=printing.version,
        ordered_by=printing.ordered_by or printing.printed_by,
        ordered_at=printing.printed_at,
        why=printing.why,
        facts=change.facts,
        facts_was=change.facts_was,
        lines=change.lines,
    )
