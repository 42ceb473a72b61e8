"""A scheme: the rules of one town that belong together, and which of them hold on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from service.subsidies.rules import EatingRule, Rule, Source, Validity

AnyRule = TypeVar("AnyRule", Rule, EatingRule)


class Rounding(StrEnum):
    """What becomes of a part of a fen in a share."""

    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the texts leave to whoever runs the scheme.

    Attributes
    ----------
    rounding, rounding_unit_fen
        Shares are rounded to whole multiples of the unit (1 a fen, 10 a jiao); down to the fen if nothing is said, so
        that nobody's money is claimed beyond the share.
    delivery_grant_offsets_fee
        Whether a grant for bringing the meal pays the elder's delivery fee first. Off: fee and grant stand beside
        each other.
    """

    rounding: Rounding = Rounding.DOWN
    rounding_unit_fen: int = 1
    delivery_grant_offsets_fee: bool = False

    def __post_init__(self) -> None:
        """Refuse a unit that is none."""
        if self.rounding_unit_fen < 1:
            raise ValueError(f"expected rounding_unit_fen of 1 or more, got {self.rounding_unit_fen}")


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds on one day: the rules in their order of application, and the rule of eating if there is one."""

    eating: EatingRule | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Scheme:
    """The rules of one town.

    Raises
    ------
    ValueError
        If a version of a rule stands twice, or `only_with` names no rule that is applied earlier.
    """

    scheme_id: str
    version: int
    name: str
    name_en: str
    source: Source
    validity: Validity
    settings: Settings
    eating_rules: tuple[EatingRule, ...]
    rules: tuple[Rule, ...]
    note: str = ""
    _in_force: dict[date, InForce] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse rules that do not fit together."""
        if not self.rules:
            raise ValueError("expected at least one rule")
        seen: set[tuple[str, int]] = set()
        versions: tuple[Rule | EatingRule, ...] = (*self.eating_rules, *self.rules)
        for one in versions:
            if (one.rule_id, one.version) in seen:
                raise ValueError(f"version {one.version} of {one.rule_id} stands twice")
            seen.add((one.rule_id, one.version))
        for rule in self.rules:
            if rule.only_with and not any(
                other.rule_id == rule.only_with and other.order < rule.order for other in self.rules
            ):
                raise ValueError(f"{rule.rule_id} names {rule.only_with}, which is no rule of an earlier order")

    def in_force(self, day: date) -> InForce:
        """Return what holds on `day`: of each rule its highest version whose days include it."""
        found = self._in_force.get(day)
        if found is None:
            rules = sorted(_newest(self.rules, day), key=lambda rule: (rule.order, rule.rule_id))
            eating = _newest(self.eating_rules, day)
            found = self._in_force[day] = InForce(eating[0] if eating else None, tuple(rules))
        return found


def _newest(rules: Sequence[AnyRule], day: date) -> list[AnyRule]:
    newest: dict[str, AnyRule] = {}
    for rule in rules:
        held = newest.get(rule.rule_id)
        if rule.validity.covers(day) and (held is None or held.version < rule.version):
            newest[rule.rule_id] = rule
    return list(newest.values())
