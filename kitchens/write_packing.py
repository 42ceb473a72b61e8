"""The pick lists: what a kitchen puts together for each meal point, and a meal point for each run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kitchens.kitchen_papers import PickList, PickLoad, PickSpecial
from kitchens.packing import Box, PackedDay
from kitchens.paper_head import Title
from routing.plan import CourierRun


def kitchen_pick_lists(packed: PackedDay, kitchen_id: str) -> Iterator[PickList]:
    """Yield one list for each meal point that a kitchen sends boxes to, the first to leave first.

    A kitchen that stands at the meal point hands over when the last batch for it is ready.
    """
    boxes: dict[str, list[Box]] = defaultdict(list)
    for box in packed.boxes_of(kitchen_id):
        boxes[box.supplied.point_id].append(box)
    vans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for code, run in packed.van_runs.items():
        if run.kitchen_id == kitchen_id:
            for stop in run.stops:
                vans[stop.point_id].append((run.depart_s, stop.arrive_s, code))
    lists = [_for_point(packed, kitchen_id, point_id, some, sorted(vans[point_id])) for point_id, some in boxes.items()]
    yield from sorted(lists, key=lambda one: (one.leave_s, one.head.code))


def _for_point(
    packed: PackedDay, kitchen_id: str, point_id: str, boxes: Sequence[Box], vans: Sequence[tuple[int, int, str]]
) -> PickList:
    facts = packed.file.facts
    ready_s = max(box.batch.finish_s for box in boxes)
    loads: dict[tuple[str, int], list[Box]] = defaultdict(list)
    for box in boxes:
        if box.slot.run:
            loads[box.slot.run, box.slot.trip].append(box)
    plain, special = _parted(boxes)
    part = f"{kitchen_id}-{point_id}"
    return PickList(
        head=packed.head(
            Title.PICK_LIST, kitchen_id, facts.kitchen(kitchen_id).name, part=part, is_confidential=bool(special)
        ),
        kitchen=facts.kitchen(kitchen_id).name,
        point=facts.place(point_id).name,
        run="",
        courier="",
        van_runs=tuple(code for _, _, code in vans),
        leave_s=vans[0][0] if vans else ready_s,
        arrive_s=vans[0][1] if vans else ready_s,
        eat_by_s=min(box.batch.eat_by_s for box in boxes),
        boxes=len(boxes),
        hot=-(-len(boxes) // packed.file.printing.carrier_boxes),
        cold=0,
        lines=packed.lines(plain),
        specials=_specials(packed, special),
        loads=tuple(
            PickLoad(run, trip, _courier(packed, run), some[0].slot.depart_s, len(some))
            for (run, trip), some in sorted(loads.items(), key=lambda one: (one[1][0].slot.depart_s, one[0]))
        ),
    )


def run_pick_lists(packed: PackedDay) -> Iterator[PickList]:
    """Yield one list for each courier's load, under the meal point that hands it out, the first to leave first."""
    homes = {home.home_id: home for home in packed.file.runs.homes}
    lists = []
    for code, run in packed.courier_runs.items():
        for number, trip in enumerate(run.trips, start=1):
            boxes = [packed.boxes[order] for visit in trip.visits for order in homes[visit.home_id].orders]
            lists.append(_for_load(packed, code, number, run, boxes))
    yield from sorted(lists, key=lambda one: (one.head.subject, one.leave_s, one.head.code))


def _for_load(packed: PackedDay, code: str, number: int, run: CourierRun, boxes: Sequence[Box]) -> PickList:
    trip, facts = run.trips[number - 1], packed.file.facts
    point = facts.place(trip.point_id).name
    plain, special = _parted(boxes)
    return PickList(
        head=packed.head(Title.PICK_LIST, trip.point_id, point, part=f"{code}-{number}", is_confidential=bool(special)),
        kitchen=" · ".join(dict.fromkeys(facts.kitchen(box.supplied.kitchen_id).name for box in boxes)),
        point=point,
        run=code if len(run.trips) == 1 else f"{code}/{number}",
        courier=_courier(packed, code),
        van_runs=(),
        leave_s=trip.depart_s,
        arrive_s=trip.load_s,
        eat_by_s=min((box.batch.eat_by_s for box in boxes), default=trip.depart_s),
        boxes=len(boxes),
        hot=-(-len(boxes) // packed.file.printing.carrier_boxes),
        cold=0,
        lines=packed.lines(plain),
        specials=_specials(packed, special),
    )


def _parted(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
    return [box for box in boxes if not box.is_special], [box for box in boxes if box.is_special]


def _specials(packed: PackedDay, boxes: Sequence[Box]) -> tuple[PickSpecial, ...]:
    return tuple(
        PickSpecial(
            label=box.label,
            short_name=packed.short_name(box.order.elder_id),
            dish=packed.meal_name(box.supplied),
            texture=box.supplied.texture,
            avoid=box.avoid,
            run=box.slot.run,
            stop=box.slot.stop,
        )
        for box in boxes
    )


def _courier(packed: PackedDay, code: str) -> str:
    return packed.file.facts.courier(packed.courier_runs[code].courier_id).name
