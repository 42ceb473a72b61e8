"""What a meal costs whom: every line of money, and the two decisions with their reasons."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.subsidies.cases import Case
from service.subsidies.conditions import Obstacle
from service.subsidies.rules import Covers, EatingRule, Kind, Payee, Payer, Rule

OWN_PART = "own_part"
"""Stands for a rule where the elder pays what the rules have left; its version is that of the scheme."""


class Basis(NamedTuple):
    """How an amount was found.

    Attributes
    ----------
    base_fen
        What a share was taken of, or what was left to pay before this line; 0 for a grant, which depends on neither.
    value_fen, share_bp, cap_fen
        As in the rule.
    cut_fen
        How much of the rule's amount fell away because less was left to pay or a cap on money was reached.
    """

    kind: Kind | None
    base_fen: int
    value_fen: int | None = None
    share_bp: int | None = None
    cap_fen: int | None = None
    cut_fen: int = 0


class Line(NamedTuple):
    """One amount from one payer to one payee, never zero and never negative."""

    payer: Payer
    payer_name: str
    payee: Payee
    fen: int
    covers: Covers
    rule_id: str
    rule_version: int
    basis: Basis


class PassedOver(NamedTuple):
    """A rule in force that pays nothing here, and why."""

    rule: Rule
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no with its reason: the key of the sentence, its values, and the rule it rests on (None: no rule)."""

    is_yes: bool
    key: str
    values: Mapping[str, Hashable]
    rule: Rule | EatingRule | None


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer to a case.

    The lines that cover meal and delivery sum to price and fee; grants come on top. A refused case has no lines.

    Attributes
    ----------
    lines
        The rules' in their order of application, then the elder's own.
    refusal
        Key of the reason why this elder may not eat here, None if nothing was refused.
    gap
        What the record does not tell, so that the meal was charged at the full price; None if nothing is missing.
    """

    case: Case
    scheme_version: int
    may_eat: Decision
    is_subsidised: Decision
    lines: tuple[Line, ...]
    passed_over: tuple[PassedOver, ...]
    refusal: str | None = None
    gap: Obstacle | None = None

    @property
    def elder_pays_fen(self) -> int:
        """What the elder pays for meal and delivery together."""
        return sum(line.fen for line in self.lines if line.payer == Payer.ELDER)

    @property
    def bill_fen(self) -> int:
        """What the operator gets for meal and delivery: price and fee, unless refused."""
        return sum(line.fen for line in self.lines if line.covers != Covers.GRANT)

    @property
    def grants_fen(self) -> int:
        """What the operator gets on top of the bill."""
        return sum(line.fen for line in self.lines if line.covers == Covers.GRANT)

    def paid_by(self) -> dict[Payer, int]:
        """Return the sum of each payer."""
        sums: dict[Payer, int] = {}
        for line in self.lines:
            sums[line.payer] = sums.get(line.payer, 0) + line.fen
        return sums
