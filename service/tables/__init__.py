"""Every row the database holds, one file a noun; importing this package declares them all."""

from service.tables.absences import AbsenceReason, ElderAbsence, ElderRisk, Risk
from service.tables.addresses import AddressTask
from service.tables.audit import AuditEntry
from service.tables.cards import CardKind, CardState, ElderCard
from service.tables.consents import ElderConsent, Purpose
from service.tables.contacts import ContactRole, ElderContact, ElderPhone
from service.tables.couriers import Courier
from service.tables.days import MealDay, MealState
from service.tables.elders import Elder, ElderState
from service.tables.imports import ImportChange, ImportRun, ImportState
from service.tables.jobs import Job
from service.tables.kitchens import Kitchen, KitchenMeal
from service.tables.locks import LockKind, StopLock
from service.tables.meal_points import MealPoint
from service.tables.menus import Dish, MenuEntry
from service.tables.money import LedgerEntry, RefusedClaim, SettledMeal, Settlement, SubsidyRule
from service.tables.notices import Notice
from service.tables.orders import (
    AnsweredCall,
    LateRequest,
    MealOrder,
    OrderSource,
    OrderState,
    StandingException,
    StandingOrder,
)
from service.tables.pairs import ElderPair, Verdict
from service.tables.papers import Paper, PaperKind
from service.tables.places import Community, Street
from service.tables.plans import Batch, CourierRun, Outcome, Plan, PlannedOrder, PlanQuestion, VanRun, VanStop, Visit
from service.tables.standing import SINCE_EVER, Dwelling, ElderCareLevel, ElderClass, ElderPlace, PlaceKind, StatusClass
from service.tables.states import ElderStateChange
from service.tables.users import LoginFailure, LoginSession, Role, User
from service.tables.vans import Van

__all__ = [
    "SINCE_EVER",
    "AbsenceReason",
    "AddressTask",
    "AnsweredCall",
    "AuditEntry",
    "Batch",
    "CardKind",
    "CardState",
    "Community",
    "ContactRole",
    "Courier",
    "CourierRun",
    "Dish",
    "Dwelling",
    "Elder",
    "ElderAbsence",
    "ElderCard",
    "ElderCareLevel",
    "ElderClass",
    "ElderConsent",
    "ElderContact",
    "ElderPair",
    "ElderPhone",
    "ElderPlace",
    "ElderRisk",
    "ElderState",
    "ElderStateChange",
    "ImportChange",
    "ImportRun",
    "ImportState",
    "Job",
    "Kitchen",
    "KitchenMeal",
    "LateRequest",
    "LedgerEntry",
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
    "PlaceKind",
    "Plan",
    "PlanQuestion",
    "PlannedOrder",
    "Purpose",
    "RefusedClaim",
    "Risk",
    "Role",
    "SettledMeal",
    "Settlement",
    "StandingException",
    "StandingOrder",
    "StatusClass",
    "StopLock",
    "Street",
    "SubsidyRule",
    "User",
    "Van",
    "VanRun",
    "VanStop",
    "Verdict",
    "Visit",
]
