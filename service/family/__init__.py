"""The family's way to order: a personal link, the two weeks that it shows, and what can be done with it."""

from service.family.acts import cancel_by_link, order_by_link
from service.family.links import (
    LIFETIMES_DAYS,
    TEXT_VERSIONS,
    LinkGoneError,
    LinkLine,
    family_consent,
    get_link,
    list_links,
    make_link,
    revoke_link,
)
from service.family.weeks import FamilyDay, FamilyMeal, FamilyWeeks, read_weeks

__all__ = [
    "LIFETIMES_DAYS",
    "TEXT_VERSIONS",
    "FamilyDay",
    "FamilyMeal",
    "FamilyWeeks",
    "LinkGoneError",
    "LinkLine",
    "cancel_by_link",
    "family_consent",
    "get_link",
    "list_links",
    "make_link",
    "order_by_link",
    "read_weeks",
    "revoke_link",
]
