"""Which role may do what: one table, and whatever does not stand in it is refused.

How far a role sees within an operation is its reach (`service.access.Reach`): a kitchen, meal point or courier sees
only its own part.
"""

from __future__ import annotations

from enum import StrEnum

from service.access import Login
from service.tables import Device, DeviceKind, Role


class Operation(StrEnum):
    """What can be asked of the product."""

    BOARD = "board"
    FIGURES = "figures"
    PLAN = "plan"
    CHANGE_PLAN = "change_plan"
    KITCHEN = "kitchen"
    COURIER = "courier"
    PAPERS = "papers"
    OPEN_ADDRESSES = "open_addresses"
    SEE_ELDER = "see_elder"
    CHANGE_ELDER = "change_elder"
    MERGE_ELDERS = "merge_elders"
    ORDER = "order"
    DECIDE_LATE = "decide_late"
    MARK_COOKED = "mark_cooked"
    RECORD_BATCH = "record_batch"
    PACK = "pack"
    LOAD = "load"
    SETTLE_MISSING = "settle_missing"
    CLOSE_DAY = "close_day"
    REPORT_FAILURE = "report_failure"
    MARK_VAN_LEFT = "mark_van_left"
    MARK_COURIER_LEFT = "mark_courier_left"
    RECORD_OUTCOME = "record_outcome"
    SEE_NOTICES = "see_notices"
    SEE_MENU = "see_menu"
    SEE_CLASHES = "see_clashes"
    CHANGE_MENU = "change_menu"
    CHANGE_PRICE = "change_price"
    MONEY = "money"
    PAYMENTS = "payments"
    TAKE_MEAL = "take_meal"
    DEVICES = "devices"
    KIOSK = "kiosk"
    DESK = "desk"
    EXCHANGE = "exchange"
    FAMILY = "family"
    FAMILY_LINKS = "family_links"
    MONEY_PAPERS = "money_papers"


_DESK = frozenset({Role.ADMIN, Role.DISTRICT})
_OFFICE = _DESK | {Role.OPERATOR}
_EVERYBODY = frozenset(Role)

RULES: dict[Operation, frozenset[Role]] = {
    Operation.BOARD: _OFFICE | {Role.KITCHEN, Role.MEAL_POINT},
    Operation.FIGURES: _OFFICE,
    Operation.PLAN: _OFFICE | {Role.KITCHEN, Role.MEAL_POINT},
    Operation.CHANGE_PLAN: _DESK,
    Operation.KITCHEN: _DESK | {Role.KITCHEN},
    Operation.COURIER: _OFFICE | {Role.MEAL_POINT, Role.COURIER},
    Operation.PAPERS: _DESK | {Role.KITCHEN, Role.MEAL_POINT, Role.COURIER},
    Operation.OPEN_ADDRESSES: _OFFICE | {Role.MEAL_POINT},
    Operation.SEE_ELDER: _OFFICE | {Role.MEAL_POINT},
    Operation.CHANGE_ELDER: _OFFICE,
    Operation.MERGE_ELDERS: _DESK,
    Operation.ORDER: frozenset({Role.ADMIN, Role.OPERATOR, Role.MEAL_POINT}),
    Operation.DECIDE_LATE: _DESK | {Role.KITCHEN},
    Operation.MARK_COOKED: _DESK | {Role.KITCHEN},
    Operation.REPORT_FAILURE: _OFFICE | {Role.KITCHEN},
    Operation.RECORD_BATCH: _DESK | {Role.KITCHEN},
    Operation.PACK: _DESK | {Role.KITCHEN},
    # A kitchen signs for what leaves, a meal point for what arrives; whose it is says the reach.
    Operation.LOAD: _OFFICE | {Role.KITCHEN, Role.MEAL_POINT},
    Operation.SETTLE_MISSING: _OFFICE,
    Operation.CLOSE_DAY: _DESK,
    Operation.MARK_VAN_LEFT: _DESK | {Role.KITCHEN},
    Operation.MARK_COURIER_LEFT: _OFFICE | {Role.MEAL_POINT, Role.COURIER},
    Operation.RECORD_OUTCOME: _OFFICE | {Role.MEAL_POINT, Role.COURIER},
    Operation.SEE_NOTICES: _EVERYBODY,
    Operation.SEE_MENU: _OFFICE | {Role.KITCHEN, Role.MEAL_POINT},
    Operation.SEE_CLASHES: _OFFICE | {Role.KITCHEN, Role.MEAL_POINT},
    Operation.CHANGE_MENU: _DESK | {Role.KITCHEN},
    Operation.CHANGE_PRICE: _DESK,
    Operation.MONEY: _DESK,
    Operation.PAYMENTS: _OFFICE | {Role.MEAL_POINT},
    Operation.TAKE_MEAL: _DESK | {Role.MEAL_POINT},
    Operation.DEVICES: _DESK,
    Operation.KIOSK: frozenset(),
    Operation.DESK: _OFFICE | {Role.MEAL_POINT},
    # No login tells of calls: the exchange proves itself by its token.
    Operation.EXCHANGE: frozenset(),
    # No login orders by a link: the holder proves to be one by its secret.
    Operation.FAMILY: frozenset(),
    Operation.FAMILY_LINKS: _OFFICE,
    Operation.MONEY_PAPERS: _DESK | {Role.KITCHEN, Role.MEAL_POINT},
}


DEVICE_RULES: dict[DeviceKind, frozenset[Operation]] = {DeviceKind.KIOSK: frozenset({Operation.KIOSK})}
"""What a registered device may do without anybody's login: nothing else in the product."""


def may(login: Login | None, operation: Operation) -> bool:
    """Return whether this login may do `operation` at all, within its reach."""
    return login is not None and login.role in RULES.get(operation, frozenset())


def device_may(device: Device | None, operation: Operation) -> bool:
    """Return whether a registered device may do `operation`, within its meal point."""
    return device is not None and operation in DEVICE_RULES.get(DeviceKind(device.kind), frozenset())
