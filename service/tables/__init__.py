"""Every row the database holds, one file a noun; importing this package declares them all."""

from service.tables.absences import AbsenceReason, ElderAbsence, ElderRisk, Risk
from service.tables.addresses import AddressTask
from service.tables.audit import AuditEntry
from service.tables.calls import ActKind, CallBack, CallBackKind, CallBackState, CallOutcome, DeskAct, PhoneCall
from service.tables.cards import CardKind, CardState, ElderCard
from service.tables.consents import ElderConsent, Purpose
from service.tables.contacts import ContactRole, ElderContact, ElderPhone
from service.tables.couriers import Courier
from service.tables.days import MealDay, MealState
from service.tables.devices import Device, DeviceKind, KioskVisit
from service.tables.elders import Elder, ElderState
from service.tables.failing import FailureLine, FailureState, KitchenFailure
from service.tables.family_links import FamilyLink
from service.tables.imports import ImportChange, ImportRun, ImportState
from service.tables.jobs import Job
from service.tables.kitchen_work import (
    BatchRecord,
    BoxTick,
    CarrierLoad,
    CloseStep,
    Keeping,
    LeftOutNote,
    ManifestIn,
    ManifestOut,
    MissingBox,
    MissingWay,
    RecordKind,
    Step,
)
from service.tables.kitchens import Kitchen, KitchenCapability, KitchenMeal, KitchenStation
from service.tables.locks import LockKind, StopLock
from service.tables.meal_points import MealPoint
from service.tables.menu_version import MenuVersion
from service.tables.menus import CycleEntry, Dish, EntryState, MenuCycle, MenuEntry, MenuSwap
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
from service.tables.papers import CopyFate, Extent, Paper, PaperFile, PaperKind, PaperPrint, PaperSheet, ReprintReason
from service.tables.payments import DeliveryFee, PaidBy, Payment
from service.tables.places import Community, Street
from service.tables.plans import Batch, CourierRun, Outcome, Plan, PlannedOrder, PlanQuestion, VanRun, VanStop, Visit
from service.tables.recipes import (
    Course,
    CourseOption,
    CoursePrice,
    DishPrice,
    Ingredient,
    OrderChoice,
    PlannedPart,
    RecipeLine,
)
from service.tables.search import KeyKind, SearchKey, SearchLine
from service.tables.settling import ClearedClaim, UnclaimedMeal
from service.tables.standing import SINCE_EVER, Dwelling, ElderCareLevel, ElderClass, ElderPlace, PlaceKind, StatusClass
from service.tables.states import ElderStateChange
from service.tables.taken import TakenMeal, TakenWay
from service.tables.users import LoginFailure, LoginSession, Role, User
from service.tables.vans import Van
from service.tables.worries import Worry, WorryState

__all__ = [
    "SINCE_EVER",
    "AbsenceReason",
    "ActKind",
    "AddressTask",
    "AnsweredCall",
    "AuditEntry",
    "Batch",
    "BatchRecord",
    "BoxTick",
    "CallBack",
    "CallBackKind",
    "CallBackState",
    "CallOutcome",
    "CardKind",
    "CardState",
    "CarrierLoad",
    "ClearedClaim",
    "CloseStep",
    "Community",
    "ContactRole",
    "CopyFate",
    "Courier",
    "CourierRun",
    "Course",
    "CourseOption",
    "CoursePrice",
    "CycleEntry",
    "DeliveryFee",
    "DeskAct",
    "Device",
    "DeviceKind",
    "Dish",
    "DishPrice",
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
    "EntryState",
    "Extent",
    "FailureLine",
    "FailureState",
    "FamilyLink",
    "ImportChange",
    "ImportRun",
    "ImportState",
    "Ingredient",
    "Job",
    "Keeping",
    "KeyKind",
    "KioskVisit",
    "Kitchen",
    "KitchenCapability",
    "KitchenFailure",
    "KitchenMeal",
    "KitchenStation",
    "LateRequest",
    "LedgerEntry",
    "LeftOutNote",
    "LockKind",
    "LoginFailure",
    "LoginSession",
    "ManifestIn",
    "ManifestOut",
    "MealDay",
    "MealOrder",
    "MealPoint",
    "MealState",
    "MenuCycle",
    "MenuEntry",
    "MenuSwap",
    "MenuVersion",
    "MissingBox",
    "MissingWay",
    "Notice",
    "OrderChoice",
    "OrderSource",
    "OrderState",
    "Outcome",
    "PaidBy",
    "Paper",
    "PaperFile",
    "PaperKind",
    "PaperPrint",
    "PaperSheet",
    "Payment",
    "PhoneCall",
    "PlaceKind",
    "Plan",
    "PlanQuestion",
    "PlannedOrder",
    "PlannedPart",
    "Purpose",
    "RecipeLine",
    "RecordKind",
    "RefusedClaim",
    "ReprintReason",
    "Risk",
    "Role",
    "SearchKey",
    "SearchLine",
    "SettledMeal",
    "Settlement",
    "StandingException",
    "StandingOrder",
    "StatusClass",
    "Step",
    "StopLock",
    "Street",
    "SubsidyRule",
    "TakenMeal",
    "TakenWay",
    "UnclaimedMeal",
    "User",
    "Van",
    "VanRun",
    "VanStop",
    "Verdict",
    "Visit",
    "Worry",
    "WorryState",
]
