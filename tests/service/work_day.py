"""A planned lunch at work, by function: who keys in, every box of a list ticked, carriers packed, a run signed out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan
from service.clock import StoppedClock
from service.db import Database
from service.kitchen_work.boxes import PackBox, Ramp, read_ramp
from service.kitchen_work.carriers import Carrier, pack_carrier
from service.kitchen_work.manifests import Warmth, sign_out
from service.kitchen_work.packing import Scan, check_box, tick_box
from service.kitchen_work.records import Keyer, key_sheet
from service.kitchen_work.sheets import read_line
from service.tables import Batch, Keeping, Plan, VanRun
from tests.pages.work_town import plan_lunch
from tests.service.towns import MONDAY

LUNCH = Meal.LUNCH
WORK_TABLES = ("batch_record", "box_tick", "carrier_load", "manifest_out", "manifest_in", "missing_box", "close_step")


@dataclass
class Work:
    """The planned lunch of the town at ten o'clock."""

    database: Database
    clock: StoppedClock
    keyers: dict[str, Keyer] = field(default_factory=dict)

    def keyer(self, name: str, reach: Reach = EVERYTHING) -> Keyer:
        """Return somebody who keys in."""
        return self.keyers.setdefault(name, Keyer(name, reach, self.clock))

    def sheet(self, line: str, name: str = "chufang") -> Any:
        """Key in a batch sheet."""
        return key_sheet(self.database, MONDAY, LUNCH, read_line(line), self.keyer(name))

    def plan(self, session: Session) -> Plan:
        """Return the newest plan."""
        return get_plan(session, MONDAY, LUNCH)

    def ramp(self) -> Ramp:
        """Return every box."""
        with self.database.read() as session:
            return read_ramp(session, self.plan(session))

    def batch(self, code: str) -> Batch:
        """Return a batch of the newest plan."""
        with self.database.read() as session:
            wanted = select(Batch).where(Batch.plan_id == self.plan(session).id, Batch.code == code)
            return session.exec(wanted).one()

    def run(self, code: str) -> VanRun:
        """Return a van run of the newest plan."""
        with self.database.read() as session:
            wanted = select(VanRun).where(VanRun.plan_id == self.plan(session).id, VanRun.code == code)
            return session.exec(wanted).one()

    def tick(self, box: PackBox, **other: str) -> Any:
        """Tick a box out as its label and lid say, or as told otherwise."""
        read = {"list_key": box.pick_list, "label": box.label, "mark": box.mark, **other}
        return tick_box(self.database, MONDAY, LUNCH, Scan(**read), self.keyer("chufang"))

    def check(self, box: PackBox, name: str = "fuhe") -> Any:
        """Let a second person sign for a box."""
        return check_box(self.database, MONDAY, LUNCH, Scan(box.pick_list, box.label, box.mark), self.keyer(name))

    def pack(self, key: str, *, but: tuple[str, ...] = ()) -> list[PackBox]:
        """Tick out every box of a list, but some, and let a second person sign; return what was packed."""
        packed = [box for box in self.ramp().of_list(key) if box.label not in but]
        for box in packed:
            self.tick(box)
            if box.is_special:
                self.check(box)
        return packed

    def carry(self, run: str, position: int, boxes: int, number: str = "1") -> Any:
        """Put a hot carrier down."""
        carrier = Carrier(number, Keeping.HOT, f"S{number}", boxes)
        return pack_carrier(self.database, self.run(run).id or 0, position, carrier, self.keyer("chufang"))

    def sign_out(self, run: str, hot_c: float | None = 70.0, name: str = "chufang") -> Any:
        """Sign for a run at the kitchen."""
        return sign_out(self.database, self.run(run).id or 0, Warmth(hot_c), self.keyer(name))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything that was ever written at work, and what batches say: to see that nothing was."""
        with self.database.read() as session:
            found = {}
            for name in WORK_TABLES:
                order = ", ".join(column.name for column in SQLModel.metadata.tables[name].primary_key)
                found[name] = [tuple(row) for row in session.execute(text(f"SELECT * FROM {name} ORDER BY {order}"))]
            cooked = session.exec(select(Batch.id, Batch.cooked_at).order_by(col(Batch.id)))
            found["batch"] = [tuple(row) for row in cooked]
            return found


def work_at(database: Database, clock: StoppedClock, home: Path) -> Work:
    """Plan the town's lunch and return it at ten o'clock on Monday."""
    plan_lunch(database, clock, home)
    return Work(database, clock)
