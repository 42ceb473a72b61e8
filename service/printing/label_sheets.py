"""Box labels, as data for their template: what it is, for whom, until when; no address and no diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from kitchens.meals import Texture
from kitchens.papers import BoxLabel
from service.clock import hh_mm
from service.printing.qr import qr_svg
from service.printing.stocks import STOCKS, LabelStock
from service.printing.words import Sheet, avoid_words, later_words, say, sheet_words, texture_words
from service.texts import text

DAY_S = 86_400


def box_labels(labels: Sequence[BoxLabel], language: str, stock: LabelStock) -> Sheet:
    """Return the data of labels in the order given, which is the order of the stack."""
    return {
        "language": language,
        "words": {key: sheet_words(language)[key] for key in ("eat_before", "lid")},
        "title": text(language, labels[0].head.title),
        "sheets": [],
        "stock": asdict(STOCKS[stock]),
        "labels": [_label(label, language) for label in labels],
    }


def _eat_before(label: BoxLabel) -> str:
    """Return the time, with the day where a chilled meal keeps beyond midnight."""
    if label.eat_by_s < DAY_S:
        return hh_mm(label.eat_by_s)
    return later_words(label.head.service_day, label.eat_by_s)


def _label(label: BoxLabel, language: str) -> Sheet:
    licence = say(language, "licence", number=label.licence) if label.licence else ""
    phone = say(language, "phone", number=label.phone) if label.phone else ""
    return {
        "stop": f"{label.run}-{label.stop}" if label.run else say(language, f"stays.{label.fulfilment}"),
        "nth": f"{label.number}/{label.of}" if label.of > 1 else "",
        "where": "" if label.run else label.point,
        "name": label.short_name,
        "form": texture_words(language, label.texture),
        "is_plain": label.texture is Texture.REGULAR,
        "dish": label.dish,
        "special": avoid_words(language, label.avoid),
        "instead": say(language, "instead_of", dish=label.instead_of) if label.avoid and label.instead_of else "",
        "cooked": say(language, "cooked", time=hh_mm(label.cooked_s)),
        "eat_before": _eat_before(label),
        "keep": say(language, f"keep_{label.keeping}"),
        "kitchen": [part for part in (label.kitchen, licence, phone) if part],
        "code": label.label,
        "mark": label.mark,
        "qr": qr_svg(label.label),
    }
