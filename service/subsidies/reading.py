"""Schemes as they stand in TOML files, read with care: what is wrong is said with file, rule and field.

A file holds `id`, `version`, `name`, `name_en`, `source`, `valid_from`; `settings`; any number of `[[eating]]` and
`[[rules]]` tables. Words that this module does not know are refused, so that a slip of the pen is never a lost subsidy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.errors import InvalidError, NotFoundError
from service.subsidies.fields import Fields
from service.subsidies.places import Level, Place
from service.subsidies.rules import (
    HIGHEST_CARE_LEVEL,
    Amount,
    Base,
    Caps,
    Covers,
    Dwelling,
    EatingRule,
    Kind,
    Occasion,
    Payee,
    Payer,
    Person,
    Rule,
    Source,
    Spend,
    Validity,
)
from service.subsidies.scheme import Rounding, Scheme, Settings

FOLDER = Path(__file__).parent / "schemes"


@cache
def shipped_schemes() -> Mapping[str, Scheme]:
    """Return every scheme that comes with the product, by its id."""
    found = [read_scheme(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {scheme.scheme_id: scheme for scheme in found}


def get_scheme(scheme_id: str) -> Scheme:
    """Return one shipped scheme.

    Raises
    ------
    NotFoundError
        If there is none of that id; the sentence names those there are.
    """
    try:
        return shipped_schemes()[scheme_id]
    except KeyError as error:
        raise NotFoundError("money.scheme.unknown", given=scheme_id, known=sorted(shipped_schemes())) from error


def read_scheme(path: Path) -> Scheme:
    """Read one file.

    Raises
    ------
    InvalidError
        If it cannot be read as a scheme; the sentence names file, rule and field.
    """
    try:
        given = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError("money.scheme.unreadable", file=path.name, detail=str(error)) from error
    return parse_scheme(given, path.name)


def parse_scheme(given: str, file: str) -> Scheme:
    """Read the text of a file named `file`, as somebody sends it.

    Raises
    ------
    InvalidError
        As `read_scheme`.
    """
    try:
        tables = tomllib.loads(given.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise InvalidError("money.scheme.unreadable", file=file, detail=str(error)) from error
    return scheme_from(tables, file)


def scheme_from(given: Mapping[str, Any], file: str) -> Scheme:
    """Make a scheme of the tables of a file named `file`.

    Raises
    ------
    InvalidError
        As `read_scheme`.
    """
    fields = Fields(given, "scheme", {"file": file, "rule": "–"})
    source, validity = _source(fields.table("source"), None), _validity(fields, None)
    settings = _settings(fields.table("settings", needed=False))
    eating = tuple(_eating_rule(table, source, validity) for table in fields.tables("eating"))
    rules = tuple(_rule(table, source, validity) for table in fields.tables("rules"))
    words = {name: fields.text(name) for name in ("id", "name", "name_en")}
    version, note = fields.number("version", least=1), fields.text("note", needed=False)
    fields.refuse_others()
    with fields.saying_where():
        return Scheme(
            words["id"], version, words["name"], words["name_en"], source, validity, settings, eating, rules, note
        )


def _settings(fields: Fields) -> Settings:
    with fields.saying_where():
        found = Settings(
            fields.word("rounding", Rounding, Rounding.DOWN),
            fields.number("rounding_unit_fen", default=1),
            fields.flag("delivery_grant_offsets_fee"),
        )
    fields.refuse_others()
    return found


def _source(fields: Fields, otherwise: Source | None) -> Source:
    """Return a source whose missing parts are those of the scheme."""
    parts = ("document", "clause", "document_en", "clause_en", "confidence", "url")
    texts = {
        part: fields.text(part, needed=otherwise is None and part != "url") or getattr(otherwise, part, "")
        for part in parts
    }
    fields.refuse_others()
    return Source(**texts)


def _validity(fields: Fields, otherwise: Validity | None) -> Validity:
    """Return the days of a rule; what it does not say is as for the whole scheme."""
    until, known_to = fields.day_or_none("valid_to"), fields.text("valid_from_known_to", needed=False)
    with fields.saying_where():
        if otherwise is None:
            return Validity(fields.day("valid_from"), until, known_to or "day")
        since = fields.day_or_none("valid_from")
        return Validity(
            since or otherwise.since,
            until or otherwise.until,
            known_to or ("day" if since else otherwise.since_known_to),
        )


def _eating_rule(fields: Fields, source: Source, validity: Validity) -> EatingRule:
    found = EatingRule(
        str(fields.where["rule"]),
        fields.number("version", least=1),
        _person(fields.table("person")),
        _validity(fields, validity),
        _source(fields.table("source", needed=False), source),
        fields.text("note", needed=False),
    )
    fields.refuse_others()
    return found


def _rule(fields: Fields, source: Source, validity: Validity) -> Rule:
    with fields.saying_where():
        found = Rule(
            rule_id=str(fields.where["rule"]),
            version=fields.number("version", least=1),
            amount=_amount(fields),
            payer=fields.word("payer", Payer),
            payer_name=fields.text("payer_name"),
            payee=fields.word("payee", Payee),
            covers=fields.word("covers", Covers, Covers.MEAL),
            order=fields.number("order"),
            validity=_validity(fields, validity),
            source=_source(fields.table("source", needed=False), source),
            person=_person(fields.table("person", needed=False)),
            occasion=_occasion(fields.table("occasion", needed=False)),
            caps=_caps(fields.table("caps", needed=False)),
            group=fields.text("group", needed=False),
            only_with=fields.text("only_with", needed=False),
            floor_fen=fields.number("floor_fen", default=0),
            may_offset_fee=fields.flag("may_offset_fee"),
            note=fields.text("note", needed=False),
        )
    fields.refuse_others()
    return found


def _amount(fields: Fields) -> Amount:
    return Amount(
        fields.word("kind", Kind),
        fields.number_or_none("value_fen"),
        fields.share_bp("percent"),
        fields.number_or_none("cap_fen"),
        fields.word("base", Base, Base.PRICE),
    )


def _person(fields: Fields) -> Person:
    with fields.saying_where():
        found = Person(
            fields.number("age_from", default=0),
            fields.number_or_none("age_to"),
            fields.classes("classes"),
            fields.number_or_none("care_from"),
            fields.number("care_to", default=HIGHEST_CARE_LEVEL),
            fields.classes("classes_as_care"),
            _place(fields, "hukou_in"),
            _place(fields, "residence_in"),
            fields.word_or_none("dwelling", Dwelling),
        )
    fields.refuse_others()
    return found


def _occasion(fields: Fields) -> Occasion:
    with fields.saying_where():
        found = Occasion(
            fields.words("meals", Meal),
            fields.flag("workdays_only"),
            fields.words("ways", Fulfilment),
            fields.words("modes", ProvisionMode),
            _place(fields, "place_in"),
            fields.word_or_none("hukou_at_place", Level),
            fields.word_or_none("residence_at_place", Level),
            fields.number("min_spend_fen", default=0),
            fields.flag("spend_must_exceed"),
            fields.word("min_spend_of", Spend, Spend.MEAL),
        )
    fields.refuse_others()
    return found


def _caps(fields: Fields) -> Caps:
    names = ("per_meal", "per_day", "per_week", "fen_per_day", "fen_per_week")
    with fields.saying_where():
        found = Caps(**{name: fields.number_or_none(name) for name in names})
    fields.refuse_others()
    return found


def _place(fields: Fields, name: str) -> Place | None:
    if not fields.has(name):
        return None
    inner = fields.table(name)
    with inner.saying_where():
        found = Place(*(inner.text(part, needed=part == "city") for part in ("city", "district", "street")))
    inner.refuse_others()
    return found
