"""The answer to a case, and a scheme, as JSON: what `nuanfan price --json` and `nuanfan schemes --json` print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.errors import NuanfanError
from service.subsidies.asking import Asked
from service.subsidies.explaining import say_may_eat, say_reason, say_subsidised
from service.subsidies.priced import OWN_PART, Basis, Decision, Line, Priced
from service.subsidies.rules import EatingRule, Rule, Source, Validity
from service.subsidies.scheme import Scheme
from service.texts import LANGUAGES, text

BP_PER_PERCENT = 100


def answer_json(asked: Asked, priced: Priced, line: int, odd_places: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer to the case on a line of input; `odd_places` are names in it that nobody knows."""
    case = priced.case
    refused = priced.refusal is not None
    said: dict[str, Any] = {"line": line} if asked.own_id is None else {"line": line, "id": asked.own_id}
    said |= {
        "scheme": case.scheme_id,
        "scheme_version": priced.scheme_version,
        "date": case.day.isoformat(),
        "meal": case.meal,
        "price_fen": case.price_fen,
        "delivery_fee_fen": case.delivery_fee_fen,
        "refusal": _refusal(priced),
        "lines": [_line(one) for one in priced.lines],
        "elder_pays_fen": None if refused else priced.elder_pays_fen,
        "paid_by": priced.paid_by(),
        "bill_fen": priced.bill_fen,
        "grants_fen": priced.grants_fen,
        "may_eat": _decision(priced.may_eat, {one: say_may_eat(priced, one) for one in LANGUAGES}),
        "is_subsidised": _decision(priced.is_subsidised, {one: say_subsidised(priced, one) for one in LANGUAGES}),
        "passed_over": [
            {"rule": one.rule.rule_id, "rule_version": one.rule.version, "reason": _short_key(one.obstacle.key)}
            for one in priced.passed_over
        ],
    }
    warnings = _warnings(asked, odd_places)
    if warnings:
        said["warnings"] = warnings
    return said


def refusal_json(refusal: NuanfanError, line: int) -> dict[str, Any]:
    """Return what is said of a line that is no case."""
    return {"line": line, "error": {"key": refusal.key, **{one: refusal.say(one) for one in LANGUAGES}}}


def scheme_json(scheme: Scheme) -> dict[str, Any]:
    """Return a scheme with source and validity, and each of its rules with theirs."""
    return {
        "scheme": scheme.scheme_id,
        "version": scheme.version,
        "name": {"zh": scheme.name, "en": scheme.name_en},
        "source": _source(scheme.source),
        **_validity(scheme.validity),
        "rounding": scheme.settings.rounding.value,
        "rounding_unit_fen": scheme.settings.rounding_unit_fen,
        "delivery_grant_offsets_fee": scheme.settings.delivery_grant_offsets_fee,
        "note": scheme.note,
        "eating": [_rule_head(rule) for rule in scheme.eating_rules],
        "rules": [
            {
                **_rule_head(rule),
                "kind": rule.amount.kind.value,
                "payer": rule.payer.value,
                "payer_name": rule.payer_name,
                "payee": rule.payee.value,
                "covers": rule.covers.value,
                "order": rule.order,
            }
            for rule in scheme.rules
        ],
    }


def _warnings(asked: Asked, odd_places: Sequence[str]) -> list[dict[str, str]]:
    found = []
    if asked.unknown_classes:
        classes = list(asked.unknown_classes)
        found.append({one: text(one, "money.case.unknown_classes", classes=classes) for one in LANGUAGES})
    if odd_places:
        found.append({one: text(one, "money.case.unknown_places", places=list(odd_places)) for one in LANGUAGES})
    return found


def _refusal(priced: Priced) -> dict[str, str] | None:
    if priced.refusal is None:
        return None
    said = {one: say_reason(priced.refusal, priced.may_eat.values, one) for one in LANGUAGES}
    return {"reason": _short_key(priced.refusal), **said}


def _line(line: Line) -> dict[str, Any]:
    return {
        "payer": line.payer,
        "payer_name": line.payer_name,
        "payee": line.payee,
        "fen": line.fen,
        "covers": line.covers,
        "rule": line.rule_id,
        "rule_version": line.rule_version,
        "basis": _basis(line.basis),
    }


def _basis(basis: Basis) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": OWN_PART if basis.kind is None else basis.kind, "base_fen": basis.base_fen}
    if basis.share_bp is not None:
        said["percent"] = basis.share_bp / BP_PER_PERCENT
    for name in ("value_fen", "cap_fen"):
        value = getattr(basis, name)
        if value is not None:
            said[name] = value
    if basis.cut_fen:
        said["cut_fen"] = basis.cut_fen
    return said


def _decision(decision: Decision, sentences: dict[str, str]) -> dict[str, Any]:
    rule = decision.rule
    return {
        "yes": decision.is_yes,
        "reason": _short_key(decision.key),
        "rule": None if rule is None else rule.rule_id,
        "rule_version": None if rule is None else rule.version,
        "since": None if rule is None else rule.validity.since.isoformat(),
        **sentences,
    }


def _short_key(key: str) -> str:
    """Return the last part of a key, which names the reason to a program."""
    return key.rsplit(".", 1)[-1]


def _rule_head(rule: Rule | EatingRule) -> dict[str, Any]:
    head = {"rule": rule.rule_id, "version": rule.version, **_validity(rule.validity)}
    return {**head, "source": _source(rule.source), "note": rule.note}


def _validity(validity: Validity) -> dict[str, Any]:
    return {
        "valid_from": validity.since.isoformat(),
        "valid_to": None if validity.until is None else validity.until.isoformat(),
        "valid_from_known_to": validity.since_known_to,
    }


def _source(source: Source) -> dict[str, str]:
    return {
        "document": source.document,
        "clause": source.clause,
        "document_en": source.document_en,
        "clause_en": source.clause_en,
        "url": source.url,
        "confidence": source.confidence,
    }
