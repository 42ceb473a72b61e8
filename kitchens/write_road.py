"""The papers of the road and of the meal points, written from the packed day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from kitchens.account import served_orders
from kitchens.meals import Fulfilment
from kitchens.packing import Box, PackedDay, unload
from kitchens.paper_head import Title
from kitchens.road_papers import (
    Arrival,
    Carrier,
    Guest,
    HandOut,
    LoadingManifest,
    ManifestStop,
    MealPointSheet,
    RouteMeal,
    RouteSheet,
    RouteStop,
    RouteTrip,
)
from routing.places import Window
from routing.plan import CourierRun, Trip, VanRun, Visit
from routing.problem import Home

PROMISE_STEP_S = 300
PROMISE_S = 900
"""An elder is told a quarter of an hour that begins on full five minutes."""


def loading_manifests(packed: PackedDay) -> tuple[LoadingManifest, ...]:
    """Return one manifest per van run, in the order of their codes."""
    unloaded = unload(packed)
    return tuple(
        _manifest(packed, code, run, [unloaded[code, at] for at in range(1, len(run.stops) + 1)])
        for code, run in packed.van_runs.items()
    )


def _manifest(packed: PackedDay, code: str, run: VanRun, lots: Sequence[Sequence[Box]]) -> LoadingManifest:
    facts = packed.file.facts
    van, kitchen = facts.van(run.van_id), facts.kitchen(run.kitchen_id)
    loading = {one.van_id: one.loading_s for one in packed.file.runs.vans}
    boxes = [box for lot in lots for box in lot]
    stops = tuple(_manifest_stops(packed, run, lots))
    return LoadingManifest(
        head=packed.head(Title.LOADING_MANIFEST, code, kitchen.name, is_confidential=False),
        run=code,
        plate=van.plate,
        driver=van.driver,
        driver_phone=van.phone,
        kitchen=kitchen.name,
        kitchen_address=kitchen.address,
        load_from_s=max(0, run.depart_s - loading.get(run.van_id, 0)),
        depart_s=run.depart_s,
        back_s=run.back_s,
        eat_by_s=min((box.batch.eat_by_s for box in boxes), default=run.depart_s),
        boxes=sum(stop.boxes for stop in run.stops),
        carriers=sum(len(stop.carriers) for stop in stops),
        lines=packed.lines(boxes),
        stops=stops,
        hot_min_c=packed.file.printing.food.hot_min_c,
    )


def _manifest_stops(packed: PackedDay, run: VanRun, lots: Sequence[Sequence[Box]]) -> Iterator[ManifestStop]:
    used = 0
    for position, (stop, lot) in enumerate(zip(run.stops, lots, strict=True), start=1):
        place = packed.file.facts.place(stop.point_id)
        carriers = _carriers(stop.point_id, stop.boxes, packed.file.printing.carrier_boxes, used)
        used += len(carriers)
        yield ManifestStop(
            position=position,
            point_id=stop.point_id,
            point=place.name,
            address=place.address,
            phone=place.phone,
            arrive_s=stop.arrive_s,
            boxes=stop.boxes,
            lines=packed.lines(lot),
            carriers=carriers,
            special_labels=tuple(sorted(box.label for box in lot if box.is_special)),
        )


def _carriers(point_id: str, boxes: int, size: int, used: int) -> tuple[Carrier, ...]:
    """Return as few carriers as hold the boxes; one never holds boxes for two meal points."""
    count = -(-boxes // size)
    return tuple(Carrier(used + n + 1, point_id, min(size, boxes - n * size)) for n in range(count))


def route_sheets(packed: PackedDay) -> tuple[RouteSheet, ...]:
    """Return one route sheet per courier run, in the order of their codes."""
    return tuple(_route_sheet(packed, code, run) for code, run in packed.courier_runs.items())


def _route_sheet(packed: PackedDay, code: str, run: CourierRun) -> RouteSheet:
    courier = packed.file.facts.courier(run.courier_id)
    trips = tuple(_route_trips(packed, run))
    stops = [stop for trip in trips for stop in trip.stops]
    homes = {home.home_id: home for home in packed.file.runs.homes}
    boxes = [packed.boxes[order_id] for stop in stops for order_id in homes[stop.home_id].orders]
    return RouteSheet(
        head=packed.head(Title.ROUTE_SHEET, code, courier.name, is_confidential=True),
        run=code,
        courier=courier.name,
        courier_phone=courier.phone,
        desk_phone=packed.file.printing.desk_phone,
        leave_s=run.trips[0].depart_s if run.trips else run.end_s,
        end_s=run.end_s,
        last_eat_by_s=max((box.batch.eat_by_s for box in boxes), default=run.end_s),
        first_eat_by_s=min((box.batch.eat_by_s for box in boxes), default=run.end_s),
        metres=run.metres,
        doors=len(stops),
        boxes=sum(trip.boxes for trip in trips),
        floors=sum(stop.climb for stop in stops),
        lines=packed.lines(boxes),
        trips=trips,
    )


def _route_trips(packed: PackedDay, run: CourierRun) -> Iterator[RouteTrip]:
    places = {point.point_id: point.place for point in packed.file.runs.points}
    homes = {home.home_id: home for home in packed.file.runs.homes}
    position = 0
    for number, trip in enumerate(run.trips, start=1):
        stops = []
        for visit in trip.visits:
            position += 1
            stops.append(_route_stop(packed, position, homes[visit.home_id], visit))
        yield RouteTrip(
            number=number,
            point_id=trip.point_id,
            point=packed.file.facts.place(trip.point_id).name,
            place=places[trip.point_id],
            load_s=trip.load_s,
            depart_s=trip.depart_s,
            boxes=trip.boxes,
            stops=tuple(stops),
        )


def _route_stop(packed: PackedDay, position: int, home: Home, visit: Visit) -> RouteStop:
    boxes = [packed.boxes[order_id] for order_id in home.orders]
    elder = packed.file.facts.elder(boxes[0].order.elder_id)
    return RouteStop(
        position=position,
        home_id=home.home_id,
        place=home.place,
        planned=_promise(visit.start_s, home),
        window=home.window,
        arrive_s=visit.arrive_s,
        latest_s=home.latest_s,
        name=elder.name,
        phone=elder.phone,
        street=elder.street,
        block=elder.block,
        stairwell=elder.stairwell,
        floor=elder.floor,
        door=elder.door,
        has_lift=elder.has_lift,
        climb=0 if elder.has_lift else max(0, elder.floor - 1),
        entry=elder.entry,
        door_note=elder.door_note,
        handover=elder.handover,
        carry=elder.carry,
        owes_box=elder.owes_box,
        is_changed=home.home_id in packed.file.printing.changed,
        boxes=home.boxes,
        meals=tuple(
            RouteMeal(
                label=box.label,
                dish=packed.meal_name(box.supplied),
                texture=box.supplied.texture,
                avoid=box.avoid,
                instead_of=box.instead_of,
                is_special=box.is_special,
            )
            for box in boxes
        ),
        cautions=elder.cautions,
    )


def _promise(start_s: int, home: Home) -> Window:
    begin_s = start_s - start_s % PROMISE_STEP_S
    return Window(begin_s, max(start_s, min(begin_s + PROMISE_S, home.latest_s)))


def meal_point_sheets(packed: PackedDay) -> tuple[MealPointSheet, ...]:
    """Return one sheet per meal point that boxes reach, in the order of their ids."""
    arrivals: dict[str, list[Arrival]] = defaultdict(list)
    for point_id, arrival in (*_on_site(packed), *_by_van(packed)):
        arrivals[point_id].append(arrival)
    hand_outs: dict[str, list[HandOut]] = defaultdict(list)
    for code, run in packed.courier_runs.items():
        name = packed.file.facts.courier(run.courier_id).name
        for number, trip in enumerate(run.trips, start=1):
            hand_outs[trip.point_id].append(_hand_out(code, number, name, trip))
    served = served_orders(packed.file.day, packed.file.plan)
    there: dict[str, list[Box]] = defaultdict(list)
    for box in sorted(packed.boxes.values(), key=lambda box: box.label):
        there[box.supplied.point_id].append(box)
    return tuple(
        _meal_point_sheet(
            packed,
            point_id,
            sorted(arrivals[point_id], key=lambda one: (one.arrive_s, one.run, one.kitchen_id)),
            [box for box in there[point_id] if box.order.order_id in served],
            sorted(hand_outs[point_id], key=lambda one: (one.depart_s, one.run, one.trip)),
        )
        for point_id in sorted(arrivals)
    )


def _on_site(packed: PackedDay) -> Iterator[tuple[str, Arrival]]:
    facts = packed.file.facts
    for one in packed.file.runs.consignments:
        if one.on_site:
            name = facts.kitchen(one.kitchen_id).name
            yield one.point_id, Arrival("", "", one.kitchen_id, name, one.ready_s, one.ready_s, one.boxes)


def _by_van(packed: PackedDay) -> Iterator[tuple[str, Arrival]]:
    facts = packed.file.facts
    for code, run in packed.van_runs.items():
        plate, name = facts.van(run.van_id).plate, facts.kitchen(run.kitchen_id).name
        for stop in run.stops:
            arrival = Arrival(code, plate, run.kitchen_id, name, stop.arrive_s, stop.ready_s, stop.boxes)
            yield stop.point_id, arrival


def _hand_out(code: str, number: int, courier: str, trip: Trip) -> HandOut:
    return HandOut(code, number, courier, trip.load_s, trip.depart_s, trip.boxes)


def _meal_point_sheet(
    packed: PackedDay,
    point_id: str,
    arrivals: Sequence[Arrival],
    served: Sequence[Box],
    hand_outs: Sequence[HandOut],
) -> MealPointSheet:
    place = packed.file.facts.place(point_id)
    eat_in = tuple(_guest(packed, box) for box in served if box.order.fulfilment is Fulfilment.DINE_IN)
    pick_up = tuple(_guest(packed, box) for box in served if box.order.fulfilment is Fulfilment.PICK_UP)
    boxes = sum(arrival.boxes for arrival in arrivals)
    return MealPointSheet(
        head=packed.head(Title.MEAL_POINT_SHEET, point_id, place.name, is_confidential=True),
        point=place.name,
        address=place.address,
        eat_by_s=min((box.batch.eat_by_s for box in served), default=arrivals[0].ready_s),
        boxes=boxes,
        idle=boxes - len(eat_in) - len(pick_up) - sum(one.boxes for one in hand_outs),
        arrivals=tuple(arrivals),
        eat_in=eat_in,
        pick_up=pick_up,
        hand_outs=tuple(hand_outs),
    )


def _guest(packed: PackedDay, box: Box) -> Guest:
    return Guest(
        label=box.label,
        elder_id=box.order.elder_id,
        short_name=packed.short_name(box.order.elder_id),
        dish=packed.meal_name(box.supplied),
        texture=box.supplied.texture,
        avoid=box.avoid,
        is_special=box.is_special,
        cautions=packed.file.facts.elder(box.order.elder_id).cautions,
    )
