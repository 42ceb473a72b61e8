"""The papers that hang in a kitchen, as data for their templates."""

from __future__ import annotations

from kitchens.meals import Texture
from kitchens.papers import (
    BatchSheet,
    CountLine,
    IngredientLine,
    KitchenCount,
    PartLine,
    PickList,
    PickLoad,
    PickSpecial,
    PurchaseLine,
    PurchaseList,
    SpecialGroup,
)
from service.clock import hh_mm
from service.printing.words import (
    Sheet,
    avoid_words,
    contains_words,
    fact,
    head_of,
    instant_words,
    later_words,
    limit_words,
    say,
    texture_words,
)
from service.texts import text


def kitchen_count(paper: KitchenCount, language: str) -> Sheet:
    """Return the kitchen count."""
    changes = [line.change for line in paper.lines if line.change is not None]
    body: Sheet = {
        "totals": [
            fact(language, "ordered", paper.portions),
            fact(language, "spare", paper.spare),
            fact(language, "to_cook", paper.total),
            fact(language, "special_count", paper.special_count),
            fact(language, "left_out_count", len(paper.unserved)),
        ],
        "lines": [_line(line, language) for line in paper.lines],
        "ordered": str(paper.portions),
        "spare": str(paper.spare),
        "to_cook": str(paper.total),
        "change": f"{sum(changes):+d}" if changes else "",
        "specials_note": say(language, "specials_note", count=paper.special_count),
        "groups": [_group(group, language) for group in paper.specials],
        "closed": say(language, "closed", at=instant_words(paper.closed_at), by=paper.closed_by)
        if paper.closed_at
        else "",
        "late": [
            {"order": str(one.order_id), "name": one.short_name, "by": one.decided_by or "–"} for one in paper.late
        ],
        "left_out": [
            {"order": str(one.order_id), "name": one.short_name, "reason": text(language, f"reason.{one.reason}")}
            for one in paper.unserved
        ],
    }
    return {
        "head": head_of(paper.head, language, place=paper.head.subject_name, subject=paper.head.subject),
        "body": body,
    }


def _line(line: CountLine, language: str) -> Sheet:
    return {
        "dish": line.dish,
        "texture": texture_words(language, line.texture),
        "limits": limit_words(language, line.limits),
        "parts": _parts(line.parts, line.texture, language),
        "ordered": str(line.portions),
        "spare": str(line.spare),
        "to_cook": str(line.total),
        "change": "" if line.change is None else f"{line.change:+d}" if line.change else "0",
    }


def _parts(parts: tuple[PartLine, ...], texture: Texture, language: str) -> str:
    """Return what goes with a set, each with its portions, and its texture where that is another than the set's."""
    return "　".join(
        f"{one.dish}{'' if one.texture == texture else f' {texture_words(language, one.texture)}'} × {one.portions}"
        for one in parts
    )


def _group(group: SpecialGroup, language: str) -> Sheet:
    clash = avoid_words(language, group.avoid, for_kitchen=True)
    texture = texture_words(language, group.texture)
    dishes = {one.dish for one in group.people}
    shared = dishes.pop() if len(dishes) == 1 else ""
    return {
        "count": str(group.count),
        "title": clash or texture,
        "texture": texture if clash else "",
        "dish": shared,
        "instead": say(language, "instead_of", dish=group.instead_of) if group.instead_of else "",
        "people": [
            {"label": one.label, "name": one.short_name, "dish": "" if shared else one.dish, "run": one.run}
            for one in group.people
        ],
    }


def batch_sheet(paper: BatchSheet, language: str) -> Sheet:
    """Return a batch sheet."""
    times = [
        fact(language, "start", hh_mm(paper.start_s)),
        fact(language, "finish", hh_mm(paper.finish_s)),
        fact(language, "eat_by", hh_mm(paper.eat_by_s)),
    ]
    if paper.station:
        times.append(fact(language, "station", text(language, f"station.{paper.station}")))
    if paper.recipe:
        times.append(fact(language, "recipe", paper.recipe))
    if paper.weight_g:
        times.append(fact(language, "weight", f"{paper.weight_g / 1000:.1f} kg"))
    keep_until = later_words(paper.head.service_day, paper.finish_s + paper.sample_keep_s)
    body: Sheet = {
        "dish": paper.dish,
        "texture": texture_words(language, paper.texture),
        "limits": limit_words(language, paper.limits),
        "avoid": avoid_words(language, (one for one in paper.avoid if one not in paper.limits), for_kitchen=True),
        "parts": _parts(paper.parts, paper.texture, language),
        "contains": contains_words(language, paper.contains) or "–",
        "to_cook": str(paper.total),
        "sum": say(language, "sum", ordered=paper.portions, spare=paper.spare),
        "times": times,
        "holding": [hh_mm(at) for at in paper.holding_s],
        "holding_note": say(language, "holding_note", celsius=f"{paper.hot_min_c:g}"),
        "sample_note": say(
            language,
            "sample_note",
            grams=paper.sample_min_g,
            hours=paper.sample_keep_s // 3600,
            until=keep_until,
        ),
        "is_special": paper.is_special,
        "ingredients": [_ingredient(one, language) for one in paper.ingredients],
        "goes_to": [{"name": line.point, "boxes": str(line.portions)} for line in paper.points],
    }
    return {"head": head_of(paper.head, language, place=paper.head.subject_name, subject=paper.batch_id), "body": body}


def _ingredient(one: IngredientLine, language: str) -> Sheet:
    return {
        "name": one.name,
        "grams": grams_words(one.grams),
        "contains": contains_words(language, one.contains) if one.contains else "",
        "lot": one.lot,
    }


def grams_words(grams: int) -> str:
    """Return a weight as it is read off a scale: grams, or kilograms with two decimals."""
    return f"{grams} g" if grams < 1000 else f"{grams / 1000:,.2f} kg"


def pick_list(paper: PickList, language: str) -> Sheet:
    """Return what is put together for a meal point or a run."""
    subject = paper.run or paper.point
    plain = sum(line.portions for line in paper.lines)
    facts = [
        fact(language, "boxes", paper.boxes),
        fact(language, "alike", plain),
        fact(language, "special_boxes", len(paper.specials)),
        fact(language, "hot_carriers", paper.hot),
        *([fact(language, "cold_carriers", paper.cold)] if paper.cold else []),
        fact(language, "load_at" if paper.run else "leave", hh_mm(paper.arrive_s if paper.run else paper.leave_s)),
        fact(language, "leave" if paper.run else "arrive", hh_mm(paper.leave_s if paper.run else paper.arrive_s)),
        fact(language, "eat_by", hh_mm(paper.eat_by_s)),
    ]
    by = say(language, "by_van", runs=" ".join(paper.van_runs)) if paper.van_runs else say(language, "on_site")
    body: Sheet = {
        "facts": facts,
        "line": " · ".join((paper.courier, say(language, "from", place=paper.kitchen)) if paper.run else (by,)),
        "lines": [
            {
                "dish": line.dish,
                "texture": texture_words(language, line.texture),
                "limits": limit_words(language, line.limits),
                "count": str(line.portions),
            }
            for line in paper.lines
        ],
        "alike": str(plain),
        "specials": [_special(one, language) for one in paper.specials],
        "specials_note": say(language, "specials_note", count=len(paper.specials)),
        "loads": [_load(load, language) for load in paper.loads],
    }
    place = paper.point if paper.run else paper.kitchen
    return {"head": head_of(paper.head, language, place=place, subject=subject, is_on_road=True), "body": body}


def _load(load: PickLoad, language: str) -> Sheet:
    return {
        "run": load.run,
        "trip": say(language, "trip", number=load.trip),
        "courier": load.courier,
        "leave": hh_mm(load.depart_s),
        "boxes": str(load.boxes),
    }


def _special(one: PickSpecial, language: str) -> Sheet:
    return {
        "label": one.label,
        "name": one.short_name,
        "dish": one.dish,
        "texture": texture_words(language, one.texture),
        "avoid": avoid_words(language, one.avoid),
        "stop": f"{one.run}-{one.stop}" if one.run else "",
    }


def purchase_list(paper: PurchaseList, language: str) -> Sheet:
    """Return what a kitchen buys or takes from its store for the meal."""
    body: Sheet = {
        "facts": [
            fact(language, "to_cook", paper.portions),
            fact(language, "ingredients", len(paper.lines)),
            fact(language, "weight", grams_words(paper.grams)),
        ],
        "lines": [_purchase(line, language) for line in paper.lines],
        "unknown": say(language, "no_recipe", dishes="、".join(paper.unknown)) if paper.unknown else "",
    }
    return {
        "head": head_of(paper.head, language, place=paper.head.subject_name, subject=paper.head.subject),
        "body": body,
    }


def _purchase(line: PurchaseLine, language: str) -> Sheet:
    return {
        **_ingredient(line.ingredient, language),
        "needed": hh_mm(line.needed_s),
        "needs": [{"batch": need.batch_id.rpartition("-")[2], "grams": grams_words(need.grams)} for need in line.needs],
    }
