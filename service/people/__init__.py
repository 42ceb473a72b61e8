"""People: their records as they stand on a day, their states over time, their doors, and records that look alike.

What is written down about an elder ends on a day or is superseded by a later row; nothing is deleted. Who changes a
record by hand goes through `service.editing`, which checks cells as an import does.
"""

from service.people.doors import NOT_ASKED, open_address_task, settle_address, settle_task
from service.people.lifecycle import apply_due_changes, plan_change, state_on, withdraw_change
from service.people.likeness import Likeness, list_alike
from service.people.merging import merge, say_different, undo_merge
from service.people.record import Contact, Record, find_holders, get_record, is_away, is_usable, list_away
from service.people.roots import find_root, get_root, numbers_of
from service.people.search import Found, find_callers, find_people

__all__ = [
    "NOT_ASKED",
    "Contact",
    "Found",
    "Likeness",
    "Record",
    "apply_due_changes",
    "find_callers",
    "find_holders",
    "find_people",
    "find_root",
    "get_record",
    "get_root",
    "is_away",
    "is_usable",
    "list_alike",
    "list_away",
    "merge",
    "numbers_of",
    "open_address_task",
    "plan_change",
    "say_different",
    "settle_address",
    "settle_task",
    "state_on",
    "undo_merge",
    "withdraw_change",
]
