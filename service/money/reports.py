"""Settlement reports (结算表): what a settlement pays for a kitchen, meal point or payer, or for the district."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.money.booked import PAYERS, Account, BookedMeal, Part, UnpaidMeal
from service.money.report_lines import (
    ClassLine,
    Corrected,
    DayLine,
    ElderLine,
    PaidBy,
    PayerLine,
    PlaceLine,
    Proof,
    RuleLine,
    Scope,
    SettlementReport,
)
from service.subsidies import Covers, Payer
from service.tables import Outcome

PAYER_RANK = {payer.value: rank for rank, payer in enumerate(PAYERS)}


def settlement_report(
    account: Account, scope: Scope, subject: str = "", name: str = "", payer: PaidBy | None = None
) -> SettlementReport:
    """Return the report of an account, or of what one kitchen, meal point or payer has in it.

    Parameters
    ----------
    subject
        Code of the kitchen or meal point ("" for meals without one), or what the payer goes by on papers.
    payer
        Whose amounts alone are counted, in a report of `Scope.PAYER`.
    """
    meals = _narrowed(account.meals, scope, subject, payer)
    corrections = [one for one in _narrowed(account.corrections, scope, subject, payer) if one.parts]
    return SettlementReport(
        head=account.head,
        scope=scope,
        subject=subject,
        subject_name=name,
        paid_with=account.paid_with,
        correction_heads=account.correction_heads,
        meals=len(meals),
        elders=len({meal.elder_number for meal in meals}),
        total_fen=sum(meal.fen for meal in (*meals, *corrections)),
        classes=_classes(meals),
        payers=_payers(meals, corrections),
        rules=_rules(account, (*meals, *corrections)),
        days=_days(meals),
        corrections=_corrected(corrections),
        refused=_unpaid(account.refused, scope, subject),
        unclaimed=_unpaid(account.unclaimed, scope, subject),
        proof=_proof(meals),
        elder_lines=_elders(meals, corrections),
        kitchens=_places(meals, corrections, "kitchen_code") if scope is Scope.DISTRICT else (),
        meal_points=_places(meals, corrections, "meal_point_code") if scope is Scope.DISTRICT else (),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """A meal as one report counts it: with its whole price, and the amounts that belong to the report."""

    whole: BookedMeal
    parts: tuple[Part, ...]
    elder_number: str
    price_fen: int
    fee_fen: int

    @property
    def fen(self) -> int:
        return sum(part.fen for part in self.parts)


def _narrowed(meals: Iterable[BookedMeal], scope: Scope, subject: str, payer: PaidBy | None) -> list[_Counted]:
    found: list[_Counted] = []
    for meal in meals:
        parts = meal.parts
        if scope is Scope.KITCHEN and meal.kitchen_code != subject:
            continue
        if scope is Scope.MEAL_POINT and meal.meal_point_code != subject:
            continue
        if scope is Scope.PAYER:
            parts = tuple(part for part in parts if (part.payer, part.payer_name) == payer)
            if not parts:
                continue
        found.append(_Counted(meal, parts, meal.elder_number, meal.price_fen, meal.fee_fen))
    return found


def _unpaid(some: Iterable[UnpaidMeal], scope: Scope, subject: str) -> tuple[UnpaidMeal, ...]:
    """Return what was not paid; no payer pays it, so that every payer's report shows all of it."""
    if scope is Scope.KITCHEN:
        return tuple(one for one in some if one.kitchen_code == subject)
    if scope is Scope.MEAL_POINT:
        return tuple(one for one in some if one.meal_point_code == subject)
    return tuple(some)


def _classes(meals: Iterable[_Counted]) -> tuple[ClassLine, ...]:
    counts: Counter[tuple[str, int, int]] = Counter()
    sums: defaultdict[tuple[str, int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for meal in meals:
        key = (meal.whole.status_class, meal.price_fen, meal.fee_fen)
        counts[key] += 1
        for part in meal.parts:
            column = 2 if part.covers == Covers.GRANT else 1 if part.payer == Payer.ELDER else 0
            sums[key][column] += part.fen
    return tuple(ClassLine(*key, counts[key], *sums[key]) for key in sorted(counts))


def _payers(meals: Iterable[_Counted], corrections: Iterable[_Counted]) -> tuple[PayerLine, ...]:
    columns = {Covers.MEAL: 0, Covers.DELIVERY: 1, Covers.GRANT: 2}
    sums: defaultdict[PaidBy, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for meal in meals:
        for part in meal.parts:
            sums[part.payer, part.payer_name][columns[Covers(part.covers)]] += part.fen
    for meal in corrections:
        for part in meal.parts:
            sums[part.payer, part.payer_name][3] += part.fen
    return tuple(PayerLine(*key, *sums[key]) for key in sorted(sums, key=payer_order))


def payer_order(payer: PaidBy) -> tuple[int, str]:
    """Return what payers are sorted by."""
    return PAYER_RANK[payer[0]], payer[1]


def _rules(account: Account, meals: Iterable[_Counted]) -> tuple[RuleLine, ...]:
    sums: Counter[tuple[int, str, str, str]] = Counter()
    counts: Counter[tuple[int, str, str, str]] = Counter()
    for meal in meals:
        for part in meal.parts:
            key = (part.rule_id, part.payer, part.payer_name, part.covers)
            sums[key] += part.fen
            counts[key] += 1 if part.fen > 0 else -1
    lines = [RuleLine(account.rules[key[0]], *key[1:], counts[key], sums[key]) for key in sums]
    return tuple(
        sorted(lines, key=lambda line: (line.version, payer_order((line.payer, line.payer_name)), line.covers))
    )


def _days(meals: Iterable[_Counted]) -> tuple[DayLine, ...]:
    counts: defaultdict[date, Counter[str]] = defaultdict(Counter)
    sums: Counter[date] = Counter()
    for meal in meals:
        counts[meal.whole.service_day][meal.whole.meal] += 1
        sums[meal.whole.service_day] += meal.fen
    return tuple(DayLine(day, dict(counts[day]), sums[day]) for day in sorted(counts))


def _corrected(corrections: Iterable[_Counted]) -> tuple[Corrected, ...]:
    found: list[Corrected] = []
    for one in corrections:
        more: Counter[PaidBy] = Counter()
        for part in one.parts:
            more[part.payer, part.payer_name] += part.fen
        meal = one.whole
        whose = (meal.settlement_id, meal.service_day, meal.meal, meal.order_id, meal.elder_number)
        found.extend(Corrected(*whose, *key, more[key]) for key in sorted(more, key=payer_order) if more[key])
    return tuple(found)


def _proof(meals: Iterable[_Counted]) -> Proof:
    counts = Counter(meal.whole.outcome for meal in meals)
    at_the_door = [outcome for outcome in Outcome if outcome in counts]
    return Proof(dict(counts), sum(counts[outcome] for outcome in at_the_door))


def _elders(meals: Iterable[_Counted], corrections: Iterable[_Counted]) -> tuple[ElderLine, ...]:
    own: defaultdict[str, list[_Counted]] = defaultdict(list)
    more: Counter[str] = Counter()
    classes: dict[str, str] = {}
    for meal in corrections:
        more[meal.elder_number] += meal.fen
        classes[meal.elder_number] = meal.whole.status_class
    for meal in meals:
        own[meal.elder_number].append(meal)
        classes[meal.elder_number] = meal.whole.status_class
    return tuple(_elder(number, classes[number], own[number], more[number]) for number in sorted(classes))


def _elder(number: str, status_class: str, meals: list[_Counted], more_fen: int) -> ElderLine:
    paid: Counter[str] = Counter()
    grants = 0
    for meal in meals:
        for part in meal.parts:
            if part.covers == Covers.GRANT:
                grants += part.fen
            else:
                paid[part.payer] += part.fen
    price = sum(meal.price_fen for meal in meals)
    fee = sum(meal.fee_fen for meal in meals)
    return ElderLine(number, status_class, len(meals), price, fee, dict(paid), grants, more_fen)


def _places(meals: Iterable[_Counted], corrections: Iterable[_Counted], code: str) -> tuple[PlaceLine, ...]:
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for meal in meals:
        counts[getattr(meal.whole, code)] += 1
        sums[getattr(meal.whole, code)] += meal.fen
    for meal in corrections:
        more[getattr(meal.whole, code)] += meal.fen
    return tuple(PlaceLine(one, counts[one], sums[one], more[one]) for one in sorted({*counts, *more}))
