"""The papers that go with the vans and lie at the meal points, as data for their templates."""

from __future__ import annotations

from kitchens.papers import Arrival, DishLine, Guest, HandOut, LoadingManifest, ManifestStop, MealPointSheet
from service.clock import hh_mm
from service.printing.words import Sheet, avoid_words, caution_words, fact, head_of, limit_words, say, texture_words


def loading_manifest(paper: LoadingManifest, language: str) -> Sheet:
    """Return the manifest of one van run."""
    body: Sheet = {
        "facts": [
            fact(language, "plate", paper.plate),
            fact(language, "driver", paper.driver or "–"),
            fact(language, "load_from", hh_mm(paper.load_from_s)),
            fact(language, "leave", hh_mm(paper.depart_s)),
            fact(language, "back", hh_mm(paper.back_s)),
            fact(language, "eat_by", hh_mm(paper.eat_by_s)),
            fact(language, "boxes", paper.boxes),
            fact(language, "carrier_count", paper.carriers),
        ],
        "driver_phone": paper.driver_phone,
        "kitchen_address": paper.kitchen_address,
        "stops": [_stop(stop, language) for stop in paper.stops],
        "totals": [dish_line(line, language) for line in paper.lines],
        "boxes": str(paper.boxes),
        "hot_note": say(language, "hot_note", celsius=f"{paper.hot_min_c:g}"),
    }
    return {
        "head": head_of(paper.head, language, place=paper.kitchen, subject=paper.run, is_on_road=True),
        "body": body,
    }


def dish_line(line: DishLine, language: str) -> Sheet:
    """Return how many boxes of a dish in a texture."""
    return {
        "dish": line.dish,
        "texture": texture_words(language, line.texture),
        "limits": limit_words(language, line.limits),
        "count": str(line.portions),
    }


def _stop(stop: ManifestStop, language: str) -> Sheet:
    return {
        "number": str(stop.position),
        "point": stop.point,
        "place": stop.address,
        "phone": stop.phone,
        "arrive": hh_mm(stop.arrive_s),
        "boxes": str(stop.boxes),
        "lines": [dish_line(line, language) for line in stop.lines],
        "carriers": [{"number": str(one.number), "boxes": str(one.boxes)} for one in stop.carriers],
        "specials": list(stop.special_labels),
    }


def meal_point_sheet(paper: MealPointSheet, language: str) -> Sheet:
    """Return what a meal point receives and hands out."""
    handed_out = sum(one.boxes for one in paper.hand_outs)
    specials = sum(guest.is_special for guest in (*paper.eat_in, *paper.pick_up))
    totals = [
        fact(language, "arriving", paper.boxes),
        fact(language, "eat_in_title", len(paper.eat_in)),
        fact(language, "pick_up_title", len(paper.pick_up)),
        fact(language, "to_doors", handed_out),
        fact(language, "special_guests", specials),
        fact(language, "eat_by", hh_mm(paper.eat_by_s)),
    ]
    body: Sheet = {
        "totals": totals,
        "idle": say(language, "idle", count=paper.idle) if paper.idle else "",
        "arrivals": [_arrival(one, language) for one in paper.arrivals],
        "runs": [_hand_out(one, language) for one in paper.hand_outs],
        "eat_in": [_guest(guest, language) for guest in paper.eat_in],
        "eat_in_note": say(language, "people", count=len(paper.eat_in)),
        "pick_up": [_guest(guest, language) for guest in paper.pick_up],
        "pick_up_note": say(language, "people", count=len(paper.pick_up)),
        "runs_note": say(language, "boxes_in_all", count=handed_out),
    }
    return {
        "head": head_of(paper.head, language, place=paper.point, subject=paper.head.subject, is_on_road=True),
        "body": body,
    }


def _arrival(one: Arrival, language: str) -> Sheet:
    return {
        "arrive": hh_mm(one.arrive_s),
        "ready": hh_mm(one.ready_s),
        "kitchen": one.kitchen,
        "line": " · ".join(part for part in (one.run, one.plate) if part) or say(language, "on_site"),
        "boxes": str(one.boxes),
    }


def _hand_out(one: HandOut, language: str) -> Sheet:
    return {
        "run": one.run,
        "trip": say(language, "trip", number=one.trip),
        "courier": one.courier,
        "load_at": hh_mm(one.load_s),
        "leave_at": hh_mm(one.depart_s),
        "boxes": str(one.boxes),
    }


def _guest(guest: Guest, language: str) -> Sheet:
    return {
        "name": guest.short_name,
        "number": guest.elder_id,
        "label": guest.label,
        "dish": guest.dish,
        "texture": texture_words(language, guest.texture),
        "special": avoid_words(language, guest.avoid) if guest.is_special else "",
        "cautions": caution_words(language, guest.cautions),
    }
