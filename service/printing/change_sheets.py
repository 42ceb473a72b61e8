"""The papers that tell of a change, as data for their templates: substitutions, calls, and how a sheet changed."""

from __future__ import annotations

from collections.abc import Iterable

from kitchens.meals import Limit, Texture
from kitchens.papers import (
    CallLine,
    CallList,
    Cell,
    ChangeSlip,
    Move,
    SlipLine,
    SubstitutionGroup,
    SubstitutionSheet,
    SubstitutionWhy,
)
from service.clock import hh_mm
from service.printing.words import (
    Sheet,
    avoid_words,
    caution_words,
    contains_words,
    fact,
    head_of,
    instant_words,
    limit_words,
    say,
    texture_words,
)
from service.texts import text

UNSAID = frozenset({"place", "parent", "is_special"})
"""Fields of a slip that a person sees elsewhere: on the map of the new sheet, or in the line above."""

YES_OR_NO = frozenset({"has_lift", "owes_box", "asked"})


def substitution_sheet(paper: SubstitutionSheet, language: str) -> Sheet:
    """Return what is given instead of what, to whom, and whether they were asked."""
    by_failure = sum(group.count for group in paper.groups if group.why is SubstitutionWhy.FAILURE)
    body: Sheet = {
        "facts": [
            fact(language, "substitutions", paper.count),
            fact(language, "kinds_of_dishes", len(paper.groups)),
            *([fact(language, "by_failure", by_failure)] if by_failure else []),
        ],
        "ordered": _ordered(paper, language),
        "groups": [_group(group, language) for group in paper.groups],
    }
    return {
        "head": head_of(paper.head, language, place=paper.head.subject_name, subject=paper.head.subject),
        "body": body,
    }


def _ordered(paper: SubstitutionSheet, language: str) -> str:
    if paper.ordered_at is None:
        return ""
    return say(language, "ordered_by", by=paper.ordered_by, at=instant_words(paper.ordered_at))


def _group(group: SubstitutionGroup, language: str) -> Sheet:
    return {
        "count": str(group.count),
        "missing": group.missing,
        "given": group.given,
        "why": say(language, f"substituted.{group.why}"),
        "lines": [
            {
                "label": line.label,
                "old": line.old_label,
                "name": line.short_name,
                "texture": "" if line.texture is Texture.REGULAR else texture_words(language, line.texture),
                "avoid": avoid_words(language, line.avoid, for_kitchen=True),
                "where": line.run or line.point,
                "asked": "" if line.asked is None else say(language, "yes" if line.asked else "no_word"),
            }
            for line in group.lines
        ],
    }


def call_list(paper: CallList, language: str) -> Sheet:
    """Return whom to phone, what to say, and where to write what they answered."""
    body: Sheet = {
        "facts": [
            fact(language, "calls", paper.count),
            fact(language, "urgent", sum(line.urgent for line in paper.lines)),
            fact(language, "desk", paper.desk_phone or "–"),
        ],
        "lines": [_call(line, language) for line in paper.lines],
        "outcomes": [say(language, f"call.{one}") for one in ("told", "no_answer", "refused", "call_back")],
    }
    return {"head": head_of(paper.head, language, place=say(language, "desk"), subject=""), "body": body}


def _call(line: CallLine, language: str) -> Sheet:
    until = (
        f"{hh_mm(line.from_s)}–{hh_mm(line.until_s)}" if line.from_s is not None and line.until_s is not None else ""
    )
    was = hh_mm(line.was_from_s) if line.was_from_s is not None else ""
    values = {"missing": line.missing, "given": line.given, "time": until, "was": was}
    return {
        "name": line.name,
        "number": line.elder_id,
        "phone": line.phone or "–",
        "say": say(language, f"call.{line.why}", **values),
        "urgent": line.urgent,
        "before": say(language, "call_before", time=hh_mm(line.call_before_s)) if line.call_before_s else "",
        "run": line.run,
        "label": line.label,
    }


def change_slip(paper: ChangeSlip, language: str) -> Sheet:
    """Return how one sheet changed: what is out, what is in, what moved, and what reads otherwise."""
    versions = {"old": paper.old_version, "new": paper.new_version}
    body: Sheet = {
        "of": text(language, f"paper.{paper.of_kind}"),
        "void": say(language, "void_sheet", code=paper.void_code) if paper.void_code else say(language, "void_labels"),
        "now": _now(paper, language),
        "versions": say(language, "versions", **versions),
        "ordered": say(language, "ordered_by", by=paper.ordered_by, at=instant_words(paper.ordered_at)),
        "why": " · ".join(say(language, f"why.{word}") for word in paper.why),
        "counts": [fact(language, f"move.{move}", sum(line.move is move for line in paper.lines)) for move in Move],
        "facts": _differences(paper.facts, paper.facts_was, language),
        "lines": [_line(line, language) for line in paper.lines],
    }
    subject = paper.head.code.split("-CS-", 1)[-1]
    return {"head": head_of(paper.head, language, place=paper.head.subject_name, subject=subject), "body": body}


def _now(paper: ChangeSlip, language: str) -> str:
    if paper.new_code:
        return say(language, "holds_now", code=paper.new_code)
    return "" if not paper.void_code else say(language, "nothing_holds")


def _line(line: SlipLine, language: str) -> Sheet:
    kind = line.key.rpartition(">")[2].partition(":")[0]
    named = [said for cell in line.named if (said := cell_words(cell, language))]
    told = {cell.field for cell in line.named}
    fields: list[Sheet] = []
    if line.move is Move.IN and kind != "BoxLabel":
        fields = [one for one in _differences(line.cells, (), language) if one["field"] not in told]
    elif line.move in {Move.MOVED, Move.CHANGED}:
        fields = _differences(line.cells, line.was, language)
    return {
        "move": str(line.move),
        "move_words": say(language, f"move.{line.move}"),
        "kind": say(language, f"line.{kind}"),
        "named": " · ".join(dict.fromkeys(named)),
        "place": f"{line.was_at} → {line.at}" if line.move is Move.MOVED else "",
        "fields": fields,
    }


def _differences(now: Iterable[Cell], was: Iterable[Cell], language: str) -> list[Sheet]:
    old, new = {cell.field: cell for cell in was}, {cell.field: cell for cell in now}
    return [
        {
            "field": field,
            "label": say(language, f"field.{field}"),
            "was": cell_words(old[field], language) if field in old else "",
            "now": cell_words(new[field], language) if field in new else "",
        }
        for field in dict.fromkeys([*new, *old])
        if is_told(field) and any(cell_words(some[field], language) for some in (old, new) if field in some)
    ]


def is_told(field: str) -> bool:
    """Return whether a slip says what became of a field; ids stand for names that are told."""
    return field not in UNSAID and not (field.endswith("_id") and field not in {"elder_id", "batch_id"})


def cell_words(cell: Cell, language: str) -> str:
    """Return what stands in a field as people read it."""
    words = cell.text.split()
    match cell.field:
        case "texture":
            return "" if cell.text == Texture.REGULAR else texture_words(language, Texture(cell.text))
        case "avoid":
            return avoid_words(language, words)
        case "contains":
            return contains_words(language, words)
        case "limits":
            return limit_words(language, [Limit(word) for word in words])
        case "cautions":
            return caution_words(language, words)
        case "fulfilment" | "reason" | "station":
            return text(language, f"{cell.field}.{cell.text}") if cell.text else ""
        case "keeping":
            return say(language, f"keep_{cell.text}")
        case "why":
            return say(language, f"substituted.{cell.text}")
    if cell.field in YES_OR_NO:
        return say(language, "yes" if cell.text == "1" else "no_word") if cell.text else ""
    return cell.text
