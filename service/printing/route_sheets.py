"""The route sheet of one courier, as data for its template."""

from __future__ import annotations

from kitchens.meals import Texture
from kitchens.papers import RouteMeal, RouteSheet, RouteStop, RouteTrip
from service.clock import hh_mm
from service.printing.basemap import Basemap
from service.printing.map_svg import DASHES, MapStart, MapStop, RunMap, map_svg
from service.printing.run_sheets import dish_line
from service.printing.words import Sheet, avoid_words, caution_words, fact, head_of, say, texture_words
from service.texts import text

MAP_WIDTH_MM = 186.0
MAP_HEIGHT_MM = 175.0
NO_ANSWER_STEPS = 4
WORRIES = ("fall", "confused", "unwell", "unsafe_home", "low")


def route_sheet(paper: RouteSheet, language: str, basemap: Basemap | None = None) -> Sheet:
    """Return the route sheet with its map."""
    steps = range(1, NO_ANSWER_STEPS + 1)
    body: Sheet = {
        "totals": _totals(paper, language),
        "dishes": [dish_line(line, language) for line in paper.lines],
        "outcomes": [text(language, f"outcome.{code}") for code in paper.outcomes],
        "worries": [say(language, f"worry.{worry}") for worry in WORRIES],
        "trips": [_trip(trip, language) for trip in paper.trips],
        "no_answer": [say(language, f"no_answer.{step}", phone=paper.desk_phone or "–") for step in steps],
        "map": _map(paper, language, basemap),
        "map_note": _map_note(paper, language),
    }
    place = paper.trips[0].point if paper.trips else paper.head.subject_name
    return {
        "head": head_of(paper.head, language, place=place, subject=f"{paper.run} · {paper.courier}", is_on_road=True),
        "body": body,
    }


def _totals(paper: RouteSheet, language: str) -> list[Sheet]:
    meals = [meal for trip in paper.trips for stop in trip.stops for meal in stop.meals]
    first, last = hh_mm(paper.first_eat_by_s), hh_mm(paper.last_eat_by_s)
    return [
        fact(language, "leave", hh_mm(paper.leave_s)),
        fact(language, "last_door", hh_mm(paper.end_s)),
        fact(language, "doors", paper.doors),
        fact(language, "boxes", paper.boxes),
        fact(language, "special_boxes", sum(meal.is_special for meal in meals)),
        fact(language, "floors", paper.floors),
        fact(language, "distance", f"{paper.metres / 1000:.1f} km"),
        fact(language, "eat_by", first if first == last else f"{first}–{last}"),
        fact(language, "desk", paper.desk_phone or "–"),
    ]


def _trip(trip: RouteTrip, language: str) -> Sheet:
    times = {"load": hh_mm(trip.load_s), "leave": hh_mm(trip.depart_s)}
    return {
        "title": say(language, "trip", number=trip.number),
        "line": say(language, "trip_line", point=trip.point, boxes=trip.boxes, **times),
        "stops": [_stop(stop, language) for stop in trip.stops],
    }


def _stop(stop: RouteStop, language: str) -> Sheet:
    floor = say(language, "floor", floor=stop.floor)
    return {
        "number": str(stop.position),
        "changed": say(language, "changed") if stop.is_changed else "",
        "planned": f"{hh_mm(stop.planned.start_s)}–{hh_mm(stop.planned.end_s)}",
        "latest": say(language, "latest", time=hh_mm(min(stop.window.end_s, stop.latest_s))),
        "street": stop.street,
        "door": [part for part in (stop.block, stop.stairwell, floor, stop.door) if part],
        "climb": _climb(stop, language),
        "entry": stop.entry,
        "name": stop.name,
        "phone": stop.phone,
        "note": stop.door_note,
        "cautions": caution_words(language, stop.cautions),
        "boxes": say(language, "box" if stop.boxes == 1 else "boxes_here", count=stop.boxes),
        "meals": [_meal(meal, language) for meal in stop.meals],
        "carry": stop.carry,
        "handover": stop.handover,
        "owes": say(language, "owed") if stop.owes_box else "",
    }


def _climb(stop: RouteStop, language: str) -> str:
    if stop.climb:
        return say(language, "climb", floors=stop.climb)
    return say(language, "lift") if stop.has_lift else ""


def _meal(meal: RouteMeal, language: str) -> Sheet:
    plain = meal.texture is Texture.REGULAR
    return {
        "label": meal.label,
        "dish": meal.dish,
        "texture": "" if plain else texture_words(language, meal.texture),
        "special": avoid_words(language, meal.avoid) if meal.is_special else "",
    }


def _map_note(paper: RouteSheet, language: str) -> str:
    dashes = [say(language, f"dashes.{index % len(DASHES)}", number=index + 1) for index in range(len(paper.trips))]
    return " · ".join([say(language, "map_note"), *(dashes if len(dashes) > 1 else ())])


def _map(paper: RouteSheet, language: str, basemap: Basemap | None) -> str:
    stops = tuple(MapStop(stop.position, stop.place) for trip in paper.trips for stop in trip.stops)
    if not stops:
        return ""
    starts = {trip.point_id: MapStart(trip.point, trip.place) for trip in paper.trips}
    lines = tuple((trip.place, *(stop.place for stop in trip.stops)) for trip in paper.trips)
    run = RunMap(stops, tuple(starts.values()), lines)
    north = say(language, "north")
    return map_svg(run, width_mm=MAP_WIDTH_MM, height_mm=MAP_HEIGHT_MM, north=north, basemap=basemap)
