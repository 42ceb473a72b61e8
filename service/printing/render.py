"""From what a paper says to the PDF that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from kitchens.papers import (
    AnyPaper,
    BatchSheet,
    BoxLabel,
    CallList,
    ChangeSlip,
    KitchenCount,
    LoadingManifest,
    MealPointSheet,
    PickList,
    PurchaseList,
    RouteSheet,
    SubstitutionSheet,
)
from service.printing.basemap import Basemap
from service.printing.change_sheets import call_list, change_slip, substitution_sheet
from service.printing.kitchen_sheets import batch_sheet, kitchen_count, pick_list, purchase_list
from service.printing.label_sheets import box_labels
from service.printing.route_sheets import route_sheet
from service.printing.run_sheets import loading_manifest, meal_point_sheet
from service.printing.stocks import LabelStock
from service.printing.typesetting import Rendered, typeset
from service.printing.words import Sheet, sheet_words

PaperValue = AnyPaper


def render(
    papers: Sequence[PaperValue],
    *,
    language: str,
    stock: LabelStock = LabelStock.THERMAL_60X40,
    basemap: Basemap | None = None,
) -> Rendered:
    """Return papers of one kind as one PDF, each with its own head and page numbers.

    The same papers give the same bytes. The typesetter keeps what it laid out, so that a process that renders many
    labels grows; `pack.write_pack` takes care of that.

    Parameters
    ----------
    language
        "zh" or "en".
    stock
        The stickers that labels are printed on; nothing to other papers.
    basemap
        The ground below the map of a route sheet.

    Raises
    ------
    ValueError
        If there is no paper, or they are of several kinds.
    InvalidError
        If the typesetter refuses.
    """
    if len({type(paper) for paper in papers}) != 1:
        raise ValueError("expected at least one paper, all of one kind")
    head = papers[0].head
    labels = [paper for paper in papers if isinstance(paper, BoxLabel)]
    if labels:
        data = box_labels(labels, language, stock)
    else:
        sheets = [sheet_of(paper, language, basemap) for paper in papers]
        data = {"language": language, "words": sheet_words(language), "sheets": sheets}
    return typeset(kind_of(papers[0]), data, made_at=head.printed_at, name=head.code, tagged=not labels)


def kind_of(paper: PaperValue) -> str:
    """Return what kind of paper it is, as `PaperKind` and the template are called."""
    return paper.head.title.removeprefix("paper.")


def sheet_of(paper: PaperValue, language: str, basemap: Basemap | None = None) -> Sheet:
    """Return what the template of a paper is given."""
    if isinstance(paper, KitchenCount):
        return kitchen_count(paper, language)
    if isinstance(paper, BatchSheet):
        return batch_sheet(paper, language)
    if isinstance(paper, LoadingManifest):
        return loading_manifest(paper, language)
    if isinstance(paper, RouteSheet):
        return route_sheet(paper, language, basemap)
    if isinstance(paper, MealPointSheet):
        return meal_point_sheet(paper, language)
    if isinstance(paper, PickList):
        return pick_list(paper, language)
    if isinstance(paper, PurchaseList):
        return purchase_list(paper, language)
    if isinstance(paper, SubstitutionSheet):
        return substitution_sheet(paper, language)
    if isinstance(paper, CallList):
        return call_list(paper, language)
    if isinstance(paper, ChangeSlip):
        return change_slip(paper, language)
    raise TypeError(f"expected a sheet, got {type(paper).__name__}")
