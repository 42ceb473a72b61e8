"""The price of one meal: rule after rule is taken off the bill, the elder pays what is left.

Nothing here reads a clock, a file or a database: the same case under the same scheme always gives the same lines.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from service.subsidies.cases import Case, age_on
from service.subsidies.conditions import (
    NOT_NOTED,
    Obstacle,
    Step,
    cap_obstacle,
    occasion_obstacle,
    person_obstacle,
    yuan,
)
from service.subsidies.priced import OWN_PART, Basis, Decision, Line, PassedOver, Priced
from service.subsidies.rules import SHARES, WHOLE_BP, Base, Covers, Kind, Payee, Payer, Rule
from service.subsidies.scheme import InForce, Rounding, Scheme, Settings


@dataclass(slots=True)
class _Bill:
    """What is still to pay while the rules are gone through, and what they have paid."""

    meal_fen: int
    fee_fen: int
    lines: list[Line] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)


def price(case: Case, scheme: Scheme, settings: Settings | None = None) -> Priced:
    """Return who pays what for one meal under `scheme`.

    Rules in force on the day are applied by `order`. The lines for meal and delivery sum to price and fee exactly; an
    elder who may not eat gets a refusal and no lines. Where the record does not tell whether the elder may eat, the
    meal is the elder's own at the full price. `settings` stand in for the scheme's own.
    """
    rules, age = scheme.in_force(case.day), age_on(case.elder.birth_date, case.day)
    may_eat, gap = _may_eat(rules, case, age)
    if not may_eat.is_yes:
        return Priced(case, scheme.version, may_eat, may_eat, (), (), may_eat.key)
    bill = _Bill(case.price_fen, case.delivery_fee_fen)
    if gap is not None:
        _pay_own_part(case, bill, scheme.version)
        unpaid = Decision(is_yes=False, key=gap.key, values=gap.values, rule=rules.eating)
        passed_over = tuple(PassedOver(rule, gap) for rule in rules.rules)
        return Priced(case, scheme.version, may_eat, unpaid, tuple(bill.lines), passed_over, gap=gap)
    for rule in rules.rules:
        obstacle = _obstacle(rule, case, age, bill)
        if obstacle is None:
            bill.paid.add(rule.rule_id)
            obstacle = _pay(rule, case, bill, settings or scheme.settings)
        if obstacle is not None:
            bill.passed_over.append(PassedOver(rule, obstacle))
    subsidised = _is_subsidised(rules, case, bill)
    _pay_own_part(case, bill, scheme.version)
    return Priced(case, scheme.version, may_eat, subsidised, tuple(bill.lines), tuple(bill.passed_over))


def share_fen(base_fen: int, share_bp: int, settings: Settings) -> int:
    """Return a share of an amount, rounded as the settings say."""
    whole, part = divmod(base_fen * share_bp, WHOLE_BP * settings.rounding_unit_fen)
    twice = 2 * part
    one = WHOLE_BP * settings.rounding_unit_fen
    if settings.rounding == Rounding.UP:
        whole += part > 0
    elif settings.rounding == Rounding.HALF_UP:
        whole += twice >= one
    elif settings.rounding == Rounding.HALF_EVEN:
        whole += twice > one or (twice == one and whole % 2 == 1)
    return whole * settings.rounding_unit_fen


def _may_eat(rules: InForce, case: Case, age: int) -> tuple[Decision, Obstacle | None]:
    """Return whether this elder may eat, and what the record does not tell, if that is all that stands in the way."""
    if rules.eating is None:
        return Decision(is_yes=True, key="money.may_eat.no_rule", values={}, rule=None), None
    obstacle = person_obstacle(rules.eating.person, case.elder, age)
    if obstacle is not None and obstacle.key in NOT_NOTED:
        key = obstacle.key.replace(".why.", ".may_eat.")
        return Decision(is_yes=True, key=key, values=obstacle.values, rule=rules.eating), obstacle
    if obstacle is not None:
        return Decision(is_yes=False, key=obstacle.key, values=obstacle.values, rule=rules.eating), None
    return Decision(is_yes=True, key="money.may_eat.fits", values={"age": age}, rule=rules.eating), None


def _is_subsidised(rules: InForce, case: Case, bill: _Bill) -> Decision:
    """Return whether anything is taken off the meal; if not, the reason of the rule that came furthest."""
    taken_off = [line for line in bill.lines if line.covers != Covers.GRANT]
    if taken_off:
        by_id = {rule.rule_id: rule for rule in rules.rules}
        amount = yuan(sum(line.fen for line in taken_off))
        values: dict[str, Hashable] = {"amount": amount, "rules": tuple(line.rule_id for line in taken_off)}
        return Decision(is_yes=True, key="money.subsidised.fits", values=values, rule=by_id[taken_off[0].rule_id])
    about_bill = [one for one in bill.passed_over if one.rule.covers != Covers.GRANT]
    if not about_bill:
        return Decision(is_yes=False, key="money.why.not_in_force", values={"day": case.day.isoformat()}, rule=None)
    nearest = max(about_bill, key=lambda one: one.obstacle.step)
    return Decision(is_yes=False, key=nearest.obstacle.key, values=nearest.obstacle.values, rule=nearest.rule)


def _obstacle(rule: Rule, case: Case, age: int, bill: _Bill) -> Obstacle | None:
    """Return why a rule does not apply; a person whom it fits belongs to it, whatever the meal."""
    unfit = person_obstacle(rule.person, case.elder, age)
    if unfit is not None:
        return unfit
    if rule.group:
        owner = bill.groups.setdefault(rule.group, rule.rule_id)
        if owner != rule.rule_id:
            return Obstacle(Step.GROUP, "money.why.group", {"other": owner})
    unfit = occasion_obstacle(rule.occasion, case, bill.meal_fen) or cap_obstacle(rule.caps, case.used.of(rule.rule_id))
    if unfit is not None:
        return unfit
    if rule.only_with and rule.only_with not in bill.paid:
        return Obstacle(Step.TOGETHER, "money.why.only_with", {"other": rule.only_with})
    return None


def _pay(rule: Rule, case: Case, bill: _Bill, settings: Settings) -> Obstacle | None:
    """Write the lines of a rule that applies and take them off the bill; say so if nothing is left to pay."""
    owed, base = _owed(rule, case, bill, settings)
    most = _most(rule, case, bill)
    if most is not None and owed > most:
        cut, owed = owed - most, most
    else:
        cut = 0
    if owed <= 0:
        return Obstacle(Step.LEFT, "money.why.nothing_left", {})
    amount = rule.amount
    basis = Basis(amount.kind, base, amount.value_fen, amount.share_bp, amount.cap_fen, cut)
    if rule.covers == Covers.GRANT and rule.may_offset_fee and settings.delivery_grant_offsets_fee:
        off_fee = min(owed, bill.fee_fen)
        _write(rule, Covers.DELIVERY, off_fee, basis, bill)
        owed -= off_fee
    _write(rule, rule.covers, owed, basis, bill)
    return None


def _owed(rule: Rule, case: Case, bill: _Bill, settings: Settings) -> tuple[int, int]:
    """Return what the rule would pay if there were enough to pay, and what it was counted from."""
    amount = rule.amount
    of_fee = rule.covers == Covers.DELIVERY
    left = bill.fee_fen if of_fee else bill.meal_fen
    whole = case.delivery_fee_fen if of_fee else case.price_fen
    if amount.kind in SHARES and amount.share_bp is not None:
        base = whole if amount.base == Base.PRICE else left
        share = share_fen(base, amount.share_bp, settings)
        return (share if amount.cap_fen is None else min(share, amount.cap_fen)), base
    value = amount.value_fen or 0
    if amount.kind == Kind.FIXED_SELF_PAY:
        return max(0, left - value), left
    if amount.kind == Kind.UP_TO:
        return min(value, whole), whole
    return value, 0 if rule.covers == Covers.GRANT else left


def _most(rule: Rule, case: Case, bill: _Bill) -> int | None:
    """Return the most that a rule can pay: what is left above its floor, and within its caps on money."""
    used = case.used.of(rule.rule_id)
    limits = [
        cap - count
        for cap, count in ((rule.caps.fen_per_day, used.day_fen), (rule.caps.fen_per_week, used.week_fen))
        if cap is not None
    ]
    if rule.covers == Covers.MEAL:
        limits.append(max(0, bill.meal_fen - rule.floor_fen))
    elif rule.covers == Covers.DELIVERY:
        limits.append(bill.fee_fen)
    return min(limits, default=None)


def _write(rule: Rule, covers: Covers, fen: int, basis: Basis, bill: _Bill) -> None:
    if fen == 0:
        return
    if covers == Covers.MEAL:
        bill.meal_fen -= fen
    elif covers == Covers.DELIVERY:
        bill.fee_fen -= fen
    payee = rule.payee if covers == rule.covers else Payee.ELDER
    bill.lines.append(Line(rule.payer, rule.payer_name, payee, fen, covers, rule.rule_id, rule.version, basis))


def _pay_own_part(case: Case, bill: _Bill, version: int) -> None:
    for covers, left, whole in (
        (Covers.MEAL, bill.meal_fen, case.price_fen),
        (Covers.DELIVERY, bill.fee_fen, case.delivery_fee_fen),
    ):
        if left:
            basis = Basis(None, whole)
            bill.lines.append(Line(Payer.ELDER, "", Payee.OPERATOR, left, covers, OWN_PART, version, basis))
