"""All papers of a meal: what they say, from the plan and the facts about people and places.

The values stand in `kitchens.paper_head`, `kitchens.kitchen_papers` and `kitchens.road_papers` and can be imported from
here; how they look is a template's business.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    KitchenCount,
    PointLine,
    Special,
    SpecialGroup,
    Stack,
    Unserved,
)
from kitchens.packing import box_labels, pack
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
from kitchens.write_kitchen import batch_sheets, kitchen_count
from kitchens.write_road import loading_manifests, meal_point_sheets, route_sheets


@dataclass(frozen=True, slots=True)
class Papers:
    """All papers of a meal: counts, batch sheets and labels by kitchen, manifests and route sheets by run."""

    kitchen_counts: tuple[KitchenCount, ...]
    batch_sheets: tuple[BatchSheet, ...]
    box_labels: tuple[BoxLabel, ...]
    loading_manifests: tuple[LoadingManifest, ...]
    route_sheets: tuple[RouteSheet, ...]
    meal_point_sheets: tuple[MealPointSheet, ...]


def write_papers(file: DayFile) -> Papers:
    """Return all papers of a meal; kitchens, runs and meal points stand in the order of their ids."""
    packed = pack(file)
    kitchens = sorted({batch.kitchen_id for batch in file.plan.batches.batches})
    return Papers(
        kitchen_counts=tuple(kitchen_count(packed, one) for one in kitchens),
        batch_sheets=tuple(sheet for one in kitchens for sheet in batch_sheets(packed, one)),
        box_labels=tuple(label for one in kitchens for label in box_labels(packed, one)),
        loading_manifests=loading_manifests(packed),
        route_sheets=route_sheets(packed),
        meal_point_sheets=meal_point_sheets(packed),
    )


__all__ = [
    "OUTCOME_CODES",
    "YESTERDAYS_BOX",
    "Arrival",
    "BatchSheet",
    "BoxLabel",
    "Carrier",
    "CountLine",
    "CourierFacts",
    "DayFile",
    "DishFacts",
    "DishLine",
    "ElderFacts",
    "Facts",
    "Guest",
    "HandOut",
    "KitchenCount",
    "KitchenFacts",
    "LoadingManifest",
    "ManifestStop",
    "MealPointSheet",
    "PaperHead",
    "Papers",
    "PartLine",
    "PlaceFacts",
    "PointLine",
    "Printing",
    "RouteMeal",
    "RouteSheet",
    "RouteStop",
    "RouteTrip",
    "Special",
    "SpecialGroup",
    "Stack",
    "Title",
    "Unserved",
    "VanFacts",
    "short_name",
    "write_papers",
]
