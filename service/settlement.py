"""Settling a period (结算): every served meal is priced and booked, or stopped with a reason; and priced anew later.

What a meal's price depended on is kept with it. A corrected rule is replayed over what was known then; the difference
is shown first, and booked, if somebody says so, by taking the old entries back and adding new ones. Nothing is edited.
"""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlmodel import Session, select

from kitchens.meals import Meal
from service import audit, ledger
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.ledger import Booked, Entry
from service.money.gaps import Gaps
from service.served import MEAL_ORDER, Bounds, ServedMeal, Stopped, Unclaimed, sift
from service.subsidies import Case, Priced, Scheme, Settings, price, yuan
from service.subsidies.freezing import thaw_case
from service.subsidies.using import Use, used_before, uses_of
from service.tables import SettledMeal, Settlement
from service.texts import text

MOST_NAMED = 10
MOST_SHOWN_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settlement came to; of the meals that are not paid only those that no earlier one told in the same way."""

    settlement_id: int
    meals: int
    entries: int
    total_fen: int
    stopped: tuple[Stopped, ...]
    unclaimed: tuple[Unclaimed, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one payer pays for one meal, before and after a rule was corrected."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    payer: str
    payer_name: str
    payee: str
    was_fen: int
    now_fen: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What a corrected rule would change, or has changed; `settlement_id` is the correction's own once it is booked."""

    replays_id: int
    scheme_id: str
    scheme_version: int
    meals: int
    changes: tuple[Change, ...]
    refused: tuple[int, ...]
    settlement_id: int | None

    def by_payer(self) -> dict[tuple[str, str], int]:
        """Return how much more (or less) each payer pays."""
        found: Counter[tuple[str, str]] = Counter()
        for change in self.changes:
            found[change.payer, change.payer_name] += change.now_fen - change.was_fen
        return dict(found)


def settle(
    database: Database,
    served: Sequence[ServedMeal],
    *,
    since: date,
    until: date,
    scheme: Scheme,
    bounds: Bounds,
    by: str,
    clock: Clock,
    settings: Settings | None = None,
    unclaimed: Sequence[Unclaimed] = (),
    may_be_empty: bool = True,
) -> Settled:
    """Price and book the meals of a period under one scheme, in one transaction.

    A meal of somebody whose record does not tell whether a subsidy is due is booked at the full price, and named among
    the stopped claims, so that somebody finds out: a replay pays what is due once it is noted.

    Claims that are stopped, and orders for which nothing is claimed, are kept beside with their reasons, once: what an
    earlier settlement of these days has said already is not said again.

    Raises
    ------
    InvalidError
        If a meal lies outside the period or belongs to another scheme.
    ConflictError
        If one of them has been settled already, a rule was changed without a new version, or nothing is to be
        said though it must not be empty.
    """
    for one in served:
        if not since <= one.case.day <= until or one.case.scheme_id != scheme.scheme_id:
            raise InvalidError("money.settle.not_of_period", order=one.order_id, since=since, until=until)
    choice = settings or scheme.settings
    with collector_resting(), database.write() as session:
        ledger.hold(session)
        _refuse_settled(session, served, since, until)
        settlement = _settlement(session, (since, until), scheme, choice, by, clock)
        possible, stopped = sift(served, bounds)
        pricing = _Pricing(scheme, choice, _uses_around(session, scheme, {one.case.day for one in possible}))
        rows = ledger.rule_rows(session, scheme, clock.now())
        entries = ledger.book(session, settlement, pricing.of(possible), rows)
        told = ledger.said_before(session, since, until)
        doubts = (*stopped, *pricing.refused, *pricing.gaps)
        anew = tuple(one for one in doubts if told.get(one.served.order_id) != one.reason)
        aside = tuple(one for one in unclaimed if told.get(one.order_id) != one.reason)
        if not (entries or anew or aside or may_be_empty):
            raise ConflictError("settling.nothing_new", since=since, until=until)
        ledger.book_refusals(session, settlement, anew)
        ledger.book_unclaimed(session, settlement, aside)
        for order_id, who in bounds.cleared.items():
            audit.note(session, at=clock.now(), actor=who, action="claim.cleared", subject=str(order_id))
        _note(session, settlement, by, clock, entries)
        meals = len(possible) - len(pricing.refused)
        return Settled(settlement.id or 0, meals, entries, pricing.total_fen, anew, aside)


def replay(
    database: Database,
    settlement_id: int,
    scheme: Scheme,
    *,
    by: str,
    clock: Clock,
    settings: Settings | None = None,
    books: bool = False,
) -> Difference:
    """Price a settlement anew under a corrected scheme and return the difference; with `books`, book it too.

    Without `settings` those of the corrected scheme hold. A meal that the corrected rules would refuse altogether is
    named in `refused` and left as it stands: a person has to decide who bears it.

    Raises
    ------
    NotFoundError
        If there is no such settlement.
    InvalidError
        If it was made under another scheme.
    ConflictError
        If it is itself a correction, or a rule was changed without a new version.
    """
    choice = settings or scheme.settings
    with collector_resting(), database.write() if books else database.read() as session:
        if books:
            ledger.hold(session)
        old = _get_first(session, settlement_id, scheme)
        meals = session.exec(select(SettledMeal).where(SettledMeal.settlement_id == settlement_id)).all()
        standing = ledger.standing_of(session, settlement_id)
        anew = dict(_again(session, meals, scheme, choice))
        changes = tuple(_changes(meals, standing, anew))
        refused = tuple(order for order, priced in anew.items() if priced.refusal is not None)
        made_id = None
        if books and changes:
            changed = {change.order_id for change in changes}
            made = _settlement(session, (old.from_day, old.until_day), scheme, choice, by, clock, old)
            rows = ledger.rule_rows(session, scheme, clock.now())
            concerned = [meal for meal in meals if meal.order_id in changed]
            _note(session, made, by, clock, _correct(session, made, concerned, standing, anew, rows))
            made_id = made.id
        return Difference(settlement_id, scheme.scheme_id, scheme.version, len(meals), changes, refused, made_id)


def _get_first(session: Session, settlement_id: int, scheme: Scheme) -> Settlement:
    """Return a settlement that can be replayed: a first one, made under the same scheme."""
    found = session.get(Settlement, settlement_id)
    if found is None:
        raise NotFoundError("money.settle.unknown", settlement=settlement_id)
    if found.scheme != scheme.scheme_id:
        raise InvalidError("money.settle.other_scheme", scheme=found.scheme, given=scheme.scheme_id)
    if found.replays_id is not None:
        raise ConflictError("money.settle.is_correction", settlement=settlement_id, first=found.replays_id)
    return found


def difference_lines(difference: Difference, language: str) -> list[str]:
    """Return the difference as people read it: a line a change, then a line a payer."""
    said = [
        text(
            language,
            "money.replay.change",
            day=change.service_day.isoformat(),
            meal=text(language, f"meal.{change.meal}"),
            elder=change.elder_number,
            payer=_payer(change.payer, change.payer_name, language),
            was=yuan(change.was_fen),
            now=yuan(change.now_fen),
            more=_signed(change.now_fen - change.was_fen),
        )
        for change in difference.changes
    ]
    for (payer, name), more in sorted(difference.by_payer().items()):
        said.append(text(language, "money.replay.sum", payer=_payer(payer, name, language), more=_signed(more)))
    if difference.refused:
        orders = difference.refused[:MOST_NAMED]
        said.append(text(language, "money.replay.refused", count=len(difference.refused), orders=list(orders)))
    return said or [text(language, "money.replay.none", meals=difference.meals)]


@dataclass(slots=True)
class _Pricing:
    """Prices meals one after the other as they are booked, so that a month never stands in memory as a whole."""

    scheme: Scheme
    settings: Settings
    uses: defaultdict[str, list[Use]]
    refused: list[Stopped] = field(default_factory=list)
    gaps: list[Stopped] = field(default_factory=list)
    total_fen: int = 0

    def of(self, possible: Iterable[ServedMeal]) -> Iterator[Booked]:
        """Yield meals with their prices, each after what was used before it; who may not eat is set aside."""
        for one in possible:
            had = self.uses[one.elder_number]
            priced = price(_with_used(one.case, had), self.scheme, self.settings)
            if priced.refusal is not None:
                self.refused.append(Stopped(one, priced.refusal, priced.may_eat.values))
                continue
            if priced.gap is not None:
                self.gaps.append(Stopped(one, priced.gap.key.replace(".why.", ".stop."), priced.gap.values))
            had.extend(uses_of(priced))
            self.total_fen += sum(line.fen for line in priced.lines)
            kitchen, point = one.kitchen_code or None, one.meal_point_code or None
            yield Booked(one.order_id, one.elder_number, one.outcome, kitchen, point, priced)


def _again(
    session: Session, meals: Sequence[SettledMeal], scheme: Scheme, settings: Settings
) -> Iterator[tuple[int, Priced]]:
    """Price settled meals anew in the order in which they were had, from the facts that were kept.

    A place that was not noted then, so that the meal was charged at the full price, is taken from today's record.
    """
    gaps = Gaps.of(session, meals)
    orders = frozenset(meal.order_id for meal in meals)
    uses = _uses_around(session, scheme, {meal.service_day for meal in meals}, orders)
    for meal in sorted(meals, key=lambda one: (one.service_day, MEAL_ORDER[Meal(one.meal)], one.id)):
        had = uses[meal.elder_number]
        case = _with_used(thaw_case(meal.facts), had)
        priced = price(case, scheme, settings)
        if priced.gap is not None:
            priced = price(gaps.filled(case, meal.elder_number), scheme, settings)
        had.extend(uses_of(priced))
        yield meal.order_id, priced


def _uses_around(
    session: Session, scheme: Scheme, days: set[date], except_orders: frozenset[int] = frozenset()
) -> defaultdict[str, list[Use]]:
    """Return what the ledger says of the whole weeks that the days lie in: a week may cross two months."""
    found: defaultdict[str, list[Use]] = defaultdict(list)
    if days:
        first, last = min(days), max(days)
        monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
        found.update(ledger.uses_between(session, scheme.scheme_id, monday, sunday, except_orders))
    return found


def _with_used(case: Case, had: list[Use]) -> Case:
    """Return the case with what was used; uses of weeks before it are dropped, as meals come in their order."""
    monday = case.day - timedelta(days=case.day.weekday())
    if had and had[0].day < monday:
        had[:] = [use for use in had if use.day >= monday]
    return replace(case, used=used_before(had, case.day, case.meal))


@contextmanager
def collector_resting() -> Iterator[None]:
    """Keep the collector from looking through a whole month of small values again and again: they form no circles.

    Measured on 8,000 meals it took a third of the time. Everything is freed by its count of references as ever.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _refuse_settled(session: Session, served: Iterable[ServedMeal], since: date, until: date) -> None:
    settled = ledger.settled_orders(session, since, until)
    again = sorted({one.order_id for one in served} & settled)
    if again:
        raise ConflictError("money.settle.already", count=len(again), orders=again[:MOST_NAMED])


def _settlement(
    session: Session,
    days: tuple[date, date],
    scheme: Scheme,
    settings: Settings,
    by: str,
    clock: Clock,
    replays: Settlement | None = None,
) -> Settlement:
    made = Settlement(
        from_day=days[0],
        until_day=days[1],
        scheme=scheme.scheme_id,
        scheme_version=scheme.version,
        rounding=settings.rounding,
        rounding_unit_fen=settings.rounding_unit_fen,
        offsets_fee=settings.delivery_grant_offsets_fee,
        made_at=clock.now(),
        made_by=by,
        replays_id=None if replays is None else replays.id,
    )
    session.add(made)
    session.flush()
    return made


def _changes(
    meals: Iterable[SettledMeal], standing: Mapping[int, list[Entry]], anew: Mapping[int, Priced]
) -> Iterator[Change]:
    """Yield what each payer pays otherwise; lines that rest on other versions at the same sums are no change."""
    for meal in meals:
        priced = anew[meal.order_id]
        if priced.refusal is not None:
            continue
        was: Counter[tuple[str, str, str]] = Counter()
        now: Counter[tuple[str, str, str]] = Counter()
        for entry in standing.get(meal.order_id, ()):
            was[entry.payer, entry.payer_name, entry.payee] += entry.fen
        for line in priced.lines:
            now[line.payer.value, line.payer_name, line.payee.value] += line.fen
        whose = (meal.order_id, meal.elder_number, meal.service_day, Meal(meal.meal))
        for key in sorted({*was, *now}):
            if was[key] != now[key]:
                yield Change(*whose, *key, was[key], now[key])


def _correct(
    session: Session,
    made: Settlement,
    meals: Iterable[SettledMeal],
    standing: Mapping[int, list[Entry]],
    anew: Mapping[int, Priced],
    rows: dict[tuple[str, int], int],
) -> int:
    """Take the entries of meals back and add those of the new price; return how many were added."""
    given = list(meals)
    ledger.reverse(session, made, [entry for meal in given for entry in standing.get(meal.order_id, ())])
    again = [
        Booked(
            meal.order_id, meal.elder_number, meal.outcome, meal.kitchen_code, meal.meal_point_code, anew[meal.order_id]
        )
        for meal in given
    ]
    return ledger.book(session, made, again, rows)


def _note(session: Session, settlement: Settlement, by: str, clock: Clock, entries: int) -> None:
    act = "settlement.made" if settlement.replays_id is None else "settlement.corrected"
    audit.note(session, at=clock.now(), actor=by, action=act, subject=str(settlement.id), entries=entries)


def _payer(payer: str, name: str, language: str) -> str:
    said = text(language, f"money.payer.{payer}")
    return f"{said}（{name}）" if name and language == "zh" else f"{said} ({name})" if name else said


def _signed(fen: int) -> str:
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)
