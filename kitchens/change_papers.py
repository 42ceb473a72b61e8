"""What the papers of a change say: what is given instead and to whom, who is to be phoned, and how a sheet changed.

A substitution sheet hangs in a kitchen: names are shortened and nobody's address or illness stands on it. A call list
lies at the desk and says no more than who is to be told what.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kitchens.meals import Texture
from kitchens.paper_head import PaperHead, equal


class SubstitutionWhy(StrEnum):
    """Why a dish is not what was wished: it clashes, the kitchen has it not today, or what should cook it failed."""

    CLASH = "clash"
    NOT_ON_MENU = "not_on_menu"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class SubstitutionLine:
    """One box with another dish in it: `label` is the new one, `old_label` the one to take off (empty if none was).

    `avoid` are the machine words of what clashed; `asked` says whether the elder agreed (None: two blanks).
    """

    order_id: int
    short_name: str
    label: str
    old_label: str
    missing: str
    given: str
    texture: Texture
    why: SubstitutionWhy
    avoid: tuple[str, ...] = ()
    run: str = ""
    point: str = ""
    asked: bool | None = None


@dataclass(frozen=True, slots=True)
class SubstitutionGroup:
    """Everybody who gets the same dish instead of the same dish for the same reason."""

    missing: str
    given: str
    why: SubstitutionWhy
    count: int
    lines: tuple[SubstitutionLine, ...]

    def __post_init__(self) -> None:
        equal(f"{self.given} instead of {self.missing}", self.count, (1 for _ in self.lines))


@dataclass(frozen=True, slots=True)
class SubstitutionSheet:
    """换菜单: of one kitchen. `ordered_by` and `ordered_at` tell who decided, empty where the menu did."""

    head: PaperHead
    count: int
    groups: tuple[SubstitutionGroup, ...]
    ordered_by: str = ""
    ordered_at: datetime | None = None

    def __post_init__(self) -> None:
        equal("substitutions", self.count, (group.count for group in self.groups))


class CallWhy(StrEnum):
    """Why somebody is phoned; the value is the key of what is said."""

    LEFT_OUT = "left_out"
    OTHER_DISH = "other_dish"
    OTHER_TIME = "other_time"
    OTHER_DISH_AND_TIME = "other_dish_and_time"


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call: whom, on which number, and what is to be said.

    `from_s` and `until_s` are what the elder may be told now, `was_from_s` what they were told before (None: nothing);
    `call_before_s` is when it is too late to call. `missing` and `given` name dishes. `urgent` comes first.
    """

    elder_id: str
    name: str
    phone: str
    why: CallWhy
    missing: str = ""
    given: str = ""
    from_s: int | None = None
    until_s: int | None = None
    was_from_s: int | None = None
    call_before_s: int | None = None
    run: str = ""
    label: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class CallList:
    """电话通知单: of the desk. Everybody who must hear of it from a person, the most urgent first."""

    head: PaperHead
    count: int
    lines: tuple[CallLine, ...]
    desk_phone: str = ""

    def __post_init__(self) -> None:
        equal("calls", self.count, (1 for _ in self.lines))


class Move(StrEnum):
    """What became of a line of a sheet."""

    OUT = "out"
    IN = "in"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a line as it stands on the paper: `field` is a machine word, `text` what is written there."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line that is not what it was. Positions count from 1; `was_at` is 0 for a line that is new, `at` for one gone.

    `named` says which line it is. `cells` holds every field of a new line, and of one that stays those that changed, as
    they are now; `was` holds every field of a line that is gone, and of one that stays those that changed, as they
    were.
    """

    move: Move
    key: str
    named: tuple[Cell, ...]
    was_at: int
    at: int
    cells: tuple[Cell, ...]
    was: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ChangeSlip:
    """变更单: how one sheet changed from one version to the next, so that old sheet and slip together are the new one.

    `void_code` is the sheet that holds no more, `new_code` the one that holds from now on ("" where nothing is left of
    it); `facts` are figures of its head that changed, as they are now, and `facts_was` as they were. `why` are machine
    words, `ordered_by` who decided.
    """

    head: PaperHead
    of_kind: str
    void_code: str
    new_code: str
    old_version: int
    new_version: int
    ordered_by: str
    ordered_at: datetime
    why: tuple[str, ...]
    facts: tuple[Cell, ...]
    facts_was: tuple[Cell, ...]
    lines: tuple[SlipLine, ...]
