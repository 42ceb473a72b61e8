"""Box labels, as data for their template: what it is, for whom, until when; no address and no diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from kitchens.meals import Texture
from kitchens.papers import BoxLabel
from service.clock import hh_mm
from service.printing.qr import qr_svg
from service.printing.stocks import STOCKS, LabelStock
from service.printing.words import Sheet, avoid_words, say, sheet_words, texture_words
from service.texts import text


def box_labels(labels: Sequence[BoxLabel], language: str, stock: LabelStock) -> Sheet:
    """Return the data of labels in the order given, which is the order of the stack."""
    return {
        "language": language,
        "words": {"eat_before": sheet_words(language)["eat_before"]},
        "title": text(language, labels[0].head.title),
        "sheets": [],
        "stock": asdict(STOCKS[stock]),
        "labels": [_label(label, language) for label in labels],
    }


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
        "eat_before": hh_mm(label.eat_by_s),
        "keep": say(language, "keep_hot"),
        "kitchen": [part for part in (label.kitchen, licence, phone) if part],
        "code": label.label,
        "qr": qr_svg(label.label),
    }
