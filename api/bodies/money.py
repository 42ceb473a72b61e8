"""Settlements, payments and hand-overs as they come in and go out; every amount is in fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.bodies.orders import Code
from api.deps import RowId, ServiceDay
from kitchens.meals import Meal
from service.board.money import NotPaid, SettlementHead, SettlementView, Sum
from service.money.accounts import MOST_FEN, Balance
from service.money.claiming import OpenStop
from service.money.periods import LONGEST_REASON, Outlook, say_claim
from service.served import Stopped, Unclaimed
from service.settlement import Change, Difference, difference_lines
from service.tables import PaidBy, TakenWay

Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]
MOST_CLEARED = 500
LONGEST_SCHEME = 200_000


class Strict(BaseModel):
    """A body that has no other fields than these."""

    model_config = ConfigDict(extra="forbid")


class SettleIn(Strict):
    """A period to be settled; visits without an outcome are refused unless `despite_open` says why."""

    since: ServiceDay
    until: ServiceDay
    despite_open: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class ClearIn(Strict):
    """Doubtful claims that somebody has looked at."""

    order_ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_CLEARED)]
    reason: Reason


class ReplayIn(Strict):
    """Under which rules to price anew: the text of a scheme file, or none for the installation's own scheme."""

    scheme_toml: Annotated[str, Field(max_length=LONGEST_SCHEME)] | None = None
    books: bool = False


class HeadOut(Strict):
    """One act of booking."""

    id: int
    from_day: date
    until_day: date
    scheme: str
    scheme_version: int
    made_at: datetime
    made_by: str
    replays_id: int | None
    meals: int
    refused: int
    unclaimed: int
    total_fen: int


class SumOut(Strict):
    """Fen of one payer (with name), kitchen, meal point, or rule (with scheme and version)."""

    key: list[str]
    fen: int


class NotPaidOut(Strict):
    """One order that was not paid, with the sentence."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    kitchen_code: str | None
    meal_point_code: str | None
    reason: str
    zh: str
    en: str
    cleared_by: str | None = None


class SettlementOut(Strict):
    """One settlement with its totals and everybody it did not pay (the first 500 of each kind)."""

    head: HeadOut
    by_payer: list[SumOut]
    by_kitchen: list[SumOut]
    by_meal_point: list[SumOut]
    by_rule: list[SumOut]
    refused: list[NotPaidOut]
    unclaimed: list[NotPaidOut]
    corrections: list[HeadOut]


class OpenStopOut(Strict):
    """A visit without an outcome."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    meal_point_code: str
    courier_code: str
    visit_id: int


class OutlookOut(Strict):
    """What a period would come to if it were settled now."""

    since: date
    until: date
    claimed: int
    stopped: list[NotPaidOut]
    unclaimed: list[NotPaidOut]
    open_stops: list[OpenStopOut]


class ChangeOut(Strict):
    """What one payer pays for one meal, before and after."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    payer: str
    payer_name: str
    payee: str
    was_fen: int
    now_fen: int


class DifferenceOut(Strict):
    """What a corrected rule would change, or with `settlement_id` has changed."""

    replays_id: int
    scheme: str
    scheme_version: int
    meals: int
    changes: list[ChangeOut]
    by_payer: list[SumOut]
    refused_orders: list[int]
    settlement_id: int | None
    zh: list[str]
    en: list[str]


class ClearedOut(Strict):
    """How many claims were cleared."""

    cleared: int


class TakeIn(Strict):
    """How a meal was handed over at the meal point."""

    way: TakenWay
    terminal: Annotated[str, Field(max_length=40)] = ""


class TakenOut(Strict):
    """A meal that was handed over."""

    order_id: int
    at: datetime
    way: TakenWay
    terminal: str
    by: str


class PaymentIn(Strict):
    """Money that changes hands: above zero, also for a refund."""

    fen: Annotated[int, Field(ge=1, le=MOST_FEN)]
    how: PaidBy
    meal_point_code: Code | None = None
    terminal: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=200)] = ""


class PaymentOut(Strict):
    """A payment as it stands; what went back is negative."""

    id: int
    elder_number: str
    fen: int
    how: PaidBy
    meal_point_code: str | None
    terminal: str
    by: str
    at: datetime
    note: str


class AccountOut(Strict):
    """What stands on an account; `ahead_fen` is what ordered meals will cost and is no part of `left_fen`."""

    elder_number: str
    paid_in_fen: int
    owed_fen: int
    left_fen: int
    ahead_meals: int
    ahead_fen: int
    unpriced_meals: int
    payments: list[PaymentOut] = []


class TillOut(Strict):
    """What one meal point took in one way on one day."""

    meal_point_code: str | None
    how: PaidBy
    payments: int
    fen: int


class FeeIn(Strict):
    """What bringing a meal costs from a day on."""

    fen: Annotated[int, Field(ge=0, le=MOST_FEN)]
    from_day: ServiceDay
    meal_point_code: Code | None = None


class FeeOut(FeeIn):
    """A delivery fee as it stands."""

    id: int
    noted_by: str
    noted_at: datetime


def head_out(head: SettlementHead) -> HeadOut:
    """Return what the outside sees of a settlement's head."""
    return HeadOut(**{name: getattr(head, name) for name in HeadOut.model_fields})


def settlement_out(view: SettlementView) -> SettlementOut:
    """Return what the outside sees of a settlement."""
    return SettlementOut(
        head=head_out(view.head),
        by_payer=_sums(view.by_payer),
        by_kitchen=_sums(view.by_kitchen),
        by_meal_point=_sums(view.by_meal_point),
        by_rule=_sums(view.by_rule),
        refused=[_not_paid(one) for one in view.refused],
        unclaimed=[_not_paid(one) for one in view.unclaimed],
        corrections=[head_out(one) for one in view.corrections],
    )


def outlook_out(found: Outlook) -> OutlookOut:
    """Return what the outside sees of a period that is not settled yet."""
    return OutlookOut(
        since=found.since,
        until=found.until,
        claimed=found.claimed,
        stopped=[_aside(one) for one in found.stopped],
        unclaimed=[_aside(one) for one in found.unclaimed],
        open_stops=[_open_stop(one) for one in found.open_stops],
    )


def difference_out(found: Difference) -> DifferenceOut:
    """Return what the outside sees of a replay."""
    return DifferenceOut(
        replays_id=found.replays_id,
        scheme=found.scheme_id,
        scheme_version=found.scheme_version,
        meals=found.meals,
        changes=[_change(one) for one in found.changes],
        by_payer=[SumOut(key=list(key), fen=fen) for key, fen in sorted(found.by_payer().items())],
        refused_orders=list(found.refused),
        settlement_id=found.settlement_id,
        zh=difference_lines(found, "zh"),
        en=difference_lines(found, "en"),
    )


def account_out(found: Balance, payments: list[PaymentOut]) -> AccountOut:
    """Return what the outside sees of an account."""
    return AccountOut(
        elder_number=found.elder_number,
        paid_in_fen=found.paid_in_fen,
        owed_fen=found.owed_fen,
        left_fen=found.left_fen,
        ahead_meals=found.ahead_meals,
        ahead_fen=found.ahead_fen,
        unpriced_meals=found.unpriced_meals,
        payments=payments,
    )


def _sums(sums: tuple[Sum, ...]) -> list[SumOut]:
    return [SumOut(key=list(one.key), fen=one.fen) for one in sums]


def _not_paid(one: NotPaid) -> NotPaidOut:
    return NotPaidOut(
        order_id=one.order_id,
        elder_number=one.elder_number,
        service_day=one.service_day,
        meal=Meal(one.meal),
        kitchen_code=one.kitchen_code,
        meal_point_code=one.meal_point_code,
        reason=one.reason,
        zh=say_claim(one.reason, one.details, "zh"),
        en=say_claim(one.reason, one.details, "en"),
        cleared_by=one.cleared_by,
    )


def _aside(one: Stopped | Unclaimed) -> NotPaidOut:
    """Return an order that would not be paid."""
    whose = one.served if isinstance(one, Stopped) else one
    day, meal = (one.served.case.day, one.served.case.meal) if isinstance(one, Stopped) else (one.service_day, one.meal)
    return NotPaidOut(
        order_id=whose.order_id,
        elder_number=whose.elder_number,
        service_day=day,
        meal=meal,
        kitchen_code=whose.kitchen_code or None,
        meal_point_code=whose.meal_point_code or None,
        reason=one.reason,
        zh=say_claim(one.reason, one.values, "zh"),
        en=say_claim(one.reason, one.values, "en"),
    )


def _open_stop(one: OpenStop) -> OpenStopOut:
    return OpenStopOut(**{name: getattr(one, name) for name in OpenStopOut.model_fields})


def _change(one: Change) -> ChangeOut:
    return ChangeOut(**{name: getattr(one, name) for name in ChangeOut.model_fields})
