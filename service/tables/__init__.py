"""Every row the database holds, one file a noun; importing this package declares them all."""

from service.tables.addresses import AddressTask
from service.tables.audit import AuditEntry
from service.tables.couriers import Courier
from service.tables.days import MealDay, MealState
from service.tables.elders import Elder, ElderState
from service.tables.imports import ImportChange, ImportRun, ImportState
from service.tables.jobs import Job
from service.tables.kitchens import Kitchen, KitchenMeal
from service.tables.locks import LockKind, StopLock
from service.tables.meal_points import MealPoint
from service.tables.menus import Dish, MenuEntry
from service.tables.notices import Notice
from service.tables.orders import MealOrder, OrderSource, OrderState, StandingOrder
from service.tables.papers import Paper, PaperKind
from service.tables.places import Community, Street
from service.tables.plans import Batch, CourierRun, Outcome, Plan, PlannedOrder, PlanQuestion, VanRun, VanStop, Visit
from service.tables.users import LoginFailure, LoginSession, Role, User
from service.tables.vans import Van

__all__ = [
    "AddressTask",
    "AuditEntry",
    "Batch",
    "Community",
    "Courier",
    "CourierRun",
    "Dish",
    "Elder",
    "ElderState",
    "ImportChange",
    "ImportRun",
    "ImportState",
    "Job",
    "Kitchen",
    "KitchenMeal",
    "LockKind",
    "LoginFailure",
    "LoginSession",
    "MealDay",
    "MealOrder",
    "MealPoint",
    "MealState",
    "MenuEntry",
    "Notice",
    "OrderSource",
    "OrderState",
    "Outcome",
    "Paper",
    "PaperKind",
    "Plan",
    "PlanQuestion",
    "PlannedOrder",
    "Role",
    "StandingOrder",
    "StopLock",
    "Street",
    "User",
    "Van",
    "VanRun",
    "VanStop",
    "Visit",
]
