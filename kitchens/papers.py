"""All papers of a meal: what they say, from the plan and the facts about people and places.

The values stand in `kitchens.paper_head`, `kitchens.kitchen_papers` and `kitchens.road_papers` and can be imported from
here; how they look is a template's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from kitchens.change_papers import (
    CallLine,
    CallList,
    CallWhy,
    Cell,
    ChangeSlip,
    Move,
    SlipLine,
    SubstitutionGroup,
    SubstitutionLine,
    SubstitutionSheet,
    SubstitutionWhy,
)
from kitchens.facts import (
    CourierFacts,
    DayFile,
    DishFacts,
    ElderFacts,
    Facts,
    KitchenFacts,
    PlaceFacts,
    Printing,
    VanFacts,
    short_name,
)
from kitchens.kitchen_papers import (
    BatchSheet,
    BoxLabel,
    CountLine,
    IngredientLine,
    KitchenCount,
    PickList,
    PickLoad,
    PickSpecial,
    PointLine,
    PurchaseLine,
    PurchaseList,
    PurchaseNeed,
    Special,
    SpecialGroup,
    Stack,
    Unserved,
)
from kitchens.packing import PackedDay, box_labels, pack
from kitchens.paper_head import DishLine, PaperHead, PartLine, Title
from kitchens.road_papers import (
    OUTCOME_CODES,
    YESTERDAYS_BOX,
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
from kitchens.write_change import call_list, carry_over, change_slips, substitution_sheets
from kitchens.write_kitchen import batch_sheets, kitchen_count, purchase_list
from kitchens.write_packing import kitchen_pick_lists, run_pick_lists
from kitchens.write_road import loading_manifests, meal_point_sheets, route_sheets

AnyPaper = (
    KitchenCount
    | BatchSheet
    | SubstitutionSheet
    | PickList
    | BoxLabel
    | LoadingManifest
    | MealPointSheet
    | RouteSheet
    | CallList
    | PurchaseList
    | ChangeSlip
)


Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Papers:
    """All papers of a meal: counts, batch sheets and labels by kitchen, manifests and route sheets by run.

    `change_slips` tell how the sheets of the version before changed; a first version has none.
    """

    kitchen_counts: tuple[KitchenCount, ...]
    batch_sheets: tuple[BatchSheet, ...]
    box_labels: tuple[BoxLabel, ...]
    loading_manifests: tuple[LoadingManifest, ...]
    route_sheets: tuple[RouteSheet, ...]
    meal_point_sheets: tuple[MealPointSheet, ...]
    substitution_sheets: tuple[SubstitutionSheet, ...] = ()
    pick_lists: tuple[PickList, ...] = ()
    call_lists: tuple[CallList, ...] = ()
    purchase_lists: tuple[PurchaseList, ...] = ()
    change_slips: tuple[ChangeSlip, ...] = ()

    def everything(self) -> tuple[AnyPaper, ...]:
        """Return all of them, as they are needed in the course of the day."""
        return (
            *self.purchase_lists,
            *self.kitchen_counts,
            *self.substitution_sheets,
            *self.batch_sheets,
            *self.pick_lists,
            *self.box_labels,
            *self.loading_manifests,
            *self.meal_point_sheets,
            *self.route_sheets,
            *self.call_lists,
            *self.change_slips,
        )


def write_papers(file: DayFile) -> Papers:
    """Return all papers of a meal as of one version; kitchens, runs and meal points stand in the order of their ids."""
    return papers_of(pack(file))


def papers_of(packed: PackedDay) -> Papers:
    """Return all papers of a packed day."""
    kitchens = sorted({batch.kitchen_id for batch in packed.file.plan.batches.batches})
    sheets = {one: batch_sheets(packed, one) for one in kitchens}
    routes = route_sheets(packed)
    calls = call_list(packed, routes)
    return Papers(
        kitchen_counts=tuple(kitchen_count(packed, one) for one in kitchens),
        batch_sheets=tuple(sheet for some in sheets.values() for sheet in some),
        box_labels=tuple(label for one in kitchens for label in box_labels(packed, one)),
        loading_manifests=loading_manifests(packed),
        route_sheets=routes,
        meal_point_sheets=meal_point_sheets(packed),
        substitution_sheets=tuple(substitution_sheets(packed, kitchens)),
        pick_lists=(
            *(one for kitchen in kitchens for one in kitchen_pick_lists(packed, kitchen)),
            *run_pick_lists(packed),
        ),
        call_lists=() if calls is None else (calls,),
        purchase_lists=tuple(purchase_list(packed, one, sheets[one]) for one in kitchens),
    )


def next_papers(former: Sequence[AnyPaper], papers: Papers, printing: Printing) -> Papers:
    """Return the papers of a later version: what shows the same as before stays that sheet, and slips tell the rest."""
    kept = carry_over(former, papers.everything())
    slips = tuple(change_slips(former, kept, printing))

    def of(kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(paper for paper in kept if isinstance(paper, kind))

    return Papers(
        kitchen_counts=of(KitchenCount),
        batch_sheets=of(BatchSheet),
        box_labels=of(BoxLabel),
        loading_manifests=of(LoadingManifest),
        route_sheets=of(RouteSheet),
        meal_point_sheets=of(MealPointSheet),
        substitution_sheets=of(SubstitutionSheet),
        pick_lists=of(PickList),
        call_lists=of(CallList),
        purchase_lists=of(PurchaseList),
        change_slips=slips,
    )


__all__ = [
    "OUTCOME_CODES",
    "YESTERDAYS_BOX",
    "AnyPaper",
    "Arrival",
    "BatchSheet",
    "BoxLabel",
    "CallLine",
    "CallList",
    "CallWhy",
    "Carrier",
    "Cell",
    "ChangeSlip",
    "CountLine",
    "CourierFacts",
    "DayFile",
    "DishFacts",
    "DishLine",
    "ElderFacts",
    "Facts",
    "Guest",
    "HandOut",
    "IngredientLine",
    "KitchenCount",
    "KitchenFacts",
    "LoadingManifest",
    "ManifestStop",
    "MealPointSheet",
    "Move",
    "PaperHead",
    "Papers",
    "PartLine",
    "PickList",
    "PickLoad",
    "PickSpecial",
    "PlaceFacts",
    "PointLine",
    "Printing",
    "PurchaseLine",
    "PurchaseList",
    "PurchaseNeed",
    "RouteMeal",
    "RouteSheet",
    "RouteStop",
    "RouteTrip",
    "SlipLine",
    "Special",
    "SpecialGroup",
    "Stack",
    "SubstitutionGroup",
    "SubstitutionLine",
    "SubstitutionSheet",
    "SubstitutionWhy",
    "Title",
    "Unserved",
    "VanFacts",
    "next_papers",
    "papers_of",
    "short_name",
    "write_papers",
]
