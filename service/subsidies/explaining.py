"""The two decisions as sentences: may this elder eat, and is the meal subsidised, each with its rule and its date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from service.subsidies.priced import Decision, Priced
from service.texts import Key, text

MOST_KEPT = 20_000


def say_may_eat(priced: Priced, language: str) -> str:
    """Return whether the elder may eat, and why."""
    return _say(priced.may_eat, "may_eat", language)


def say_subsidised(priced: Priced, language: str) -> str:
    """Return whether the meal is subsidised, and why."""
    return _say(priced.is_subsidised, "subsidised", language)


def say_reason(key: str, values: Mapping[str, object], language: str) -> str:
    """Return why a rule is not paid."""
    return text(language, key, **values)


def _say(decision: Decision, area: str, language: str) -> str:
    rule = decision.rule
    verdict = f"money.{area}.yes" if decision.is_yes else f"money.{area}.no"
    values = tuple(decision.values.items())
    if rule is None:
        return _sentence(language, verdict, decision.key, values, None)
    rests_on = (rule.rule_id, rule.version, rule.source.said_in(language), rule.validity.since)
    return _sentence(language, verdict, decision.key, values, rests_on)


@lru_cache(maxsize=MOST_KEPT)
def _sentence(
    language: str,
    verdict: str,
    key: str,
    values: tuple[tuple[str, object], ...],
    rests_on: tuple[str, int, str, date] | None,
) -> str:
    """Return the whole sentence; the same few thousand reasons are given over and over in a month."""
    said = {"verdict": Key(verdict), "reason": text(language, key, **dict(values))}
    if rests_on is None:
        return text(language, "money.decided_without_rule", **said)
    rule, version, source, since = rests_on
    named = {"rule": rule, "version": version, "source": source, "since": since.isoformat()}
    return text(language, "money.decided", **said, **named)
