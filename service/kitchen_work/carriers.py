"""Insulated carriers: which go with which van run, sealed by whom, and when the empty ones are back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from service import audit
from service.access import EVERYTHING, Reach
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.kitchen_work.records import Keyer
from service.tables import CarrierLoad, Keeping, ManifestIn, ManifestOut, Plan, VanRun, VanStop

LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Carrier:
    """An insulated carrier as it is packed: number, hot or cold, seal, and how many boxes are in it."""

    number: str
    keeping: Keeping
    seal: str
    boxes: int


def pack_carrier(
    database: Database, van_run_id: int, position: int, carrier: Carrier, keyer: Keyer, *, call: Call | None = None
) -> Answer:
    """Put down a carrier of a van run for one of its stops.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such stop, or it is another kitchen's.
    InvalidError
        If number or seal is empty or too long, or it holds nothing.
    ConflictError
        If the number stands on this run already, there are more boxes in the carriers than go there, or the kitchen
        has signed.
    """

    def work(session: Session) -> Answer:
        run = get_own_run(session, van_run_id, keyer)
        _, stop = get_stop(session, van_run_id, position)
        _refuse_unfit(carrier)
        _refuse_signed(session, run)
        loaded = list_carriers(session, van_run_id)
        if any(one.number == carrier.number for one in loaded):
            raise ConflictError("kitchen_work.carrier_there", number=carrier.number, run=run.code)
        in_them = sum(one.boxes for one in loaded if one.position == position) + carrier.boxes
        if in_them > stop.boxes:
            raise ConflictError("kitchen_work.carriers_full", boxes=in_them, planned=stop.boxes)
        row = CarrierLoad(
            van_run_id=van_run_id,
            position=position,
            number=carrier.number,
            keeping=carrier.keeping,
            seal=carrier.seal,
            boxes=carrier.boxes,
            packed_at=keyer.clock.now(),
            packed_by=keyer.name,
        )
        session.add(row)
        session.flush()
        _note(session, keyer, "carrier.packed", run.code, carrier.number)
        return {"id": row.id, "run": run.code, "number": carrier.number, "boxes": carrier.boxes}

    return answered_once(database, call, keyer.clock, work)


def unpack_carrier(database: Database, carrier_id: int, keyer: Keyer) -> None:
    """Take a carrier off its run again, before the kitchen signs. Raises as `pack_carrier`."""
    with database.write() as session:
        row = _get_carrier(session, carrier_id)
        run = get_own_run(session, row.van_run_id, keyer)
        _refuse_signed(session, run)
        session.delete(row)
        _note(session, keyer, "carrier.unpacked", run.code, row.number)


def carrier_back(database: Database, carrier_id: int, keyer: Keyer) -> None:
    """Note that an empty carrier is back at its kitchen; a second time changes nothing.

    Raises
    ------
    NotFoundError, NotAllowedError, ConflictError
        If there is no such carrier, it is another kitchen's, or it has not left.
    """
    with database.write() as session:
        row = _get_carrier(session, carrier_id)
        run = get_own_run(session, row.van_run_id, keyer)
        if find_out(session, run) is None:
            raise ConflictError("kitchen_work.not_out", run=run.code)
        if row.returned_at is None:
            row.returned_at, row.returned_by = keyer.clock.now(), keyer.name
            session.add(row)
            _note(session, keyer, "carrier.back", run.code, row.number)


def get_stop(session: Session, van_run_id: int, position: int) -> tuple[VanRun, VanStop]:
    """Return a van run and one of its stops.

    Raises
    ------
    NotFoundError
        If there is no such run or stop.
    """
    run = session.get(VanRun, van_run_id)
    stop = session.get(VanStop, (van_run_id, position))
    if run is None or stop is None:
        raise NotFoundError("progress.unknown_run", run=f"{van_run_id}-{position}")
    return run, stop


def get_own_run(session: Session, van_run_id: int, keyer: Keyer) -> VanRun:
    """Return a van run of the keyer's own kitchen, held until the transaction ends.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is none, or it is another kitchen's.
    """
    run = session.exec(select(VanRun).where(VanRun.id == van_run_id).with_for_update()).first()
    if run is None:
        raise NotFoundError("progress.unknown_run", run=van_run_id)
    if keyer.reach not in (EVERYTHING, Reach(kitchen=run.kitchen_code)):
        raise NotAllowedError("access.not_yours")
    return run


def same_runs(session: Session, run: VanRun) -> list[int]:
    """Return the ids of a run in every version of its plan: the same van at the same time with the same stops.

    A later version, made while vans are on the road, keeps what has left; what was signed for it then still is.
    """
    plan = session.get_one(Plan, run.plan_id)
    others = session.exec(
        select(VanRun)
        .join(Plan, col(Plan.id) == col(VanRun.plan_id))
        .where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
        .where(VanRun.code == run.code, VanRun.van_code == run.van_code, VanRun.depart_s == run.depart_s)
    )
    stops = _stops_of(session, run)
    return [other.id or 0 for other in others if other.id == run.id or _stops_of(session, other) == stops]


def _stops_of(session: Session, run: VanRun) -> list[tuple[int, str, int]]:
    found = session.exec(select(VanStop).where(VanStop.van_run_id == run.id))
    return sorted((stop.position, stop.meal_point_code, stop.boxes) for stop in found)


def find_out(session: Session, run: VanRun) -> ManifestOut | None:
    """Return the kitchen's signature under a run, None while there is none."""
    ids = same_runs(session, run)
    return session.exec(select(ManifestOut).where(col(ManifestOut.van_run_id).in_(ids))).first()


def find_in(session: Session, run: VanRun, position: int) -> ManifestIn | None:
    """Return the meal point's signature at a stop of a run, None while there is none."""
    ids = same_runs(session, run)
    wanted = select(ManifestIn).where(col(ManifestIn.van_run_id).in_(ids), ManifestIn.position == position)
    return session.exec(wanted).first()


def list_carriers(session: Session, van_run_id: int) -> list[CarrierLoad]:
    """Return the carriers of a run, stop by stop."""
    run = session.get_one(VanRun, van_run_id)
    of_run = select(CarrierLoad).where(col(CarrierLoad.van_run_id).in_(same_runs(session, run)))
    return list(session.exec(of_run.order_by(col(CarrierLoad.position), col(CarrierLoad.id))))


def _refuse_signed(session: Session, run: VanRun) -> None:
    signed = find_out(session, run)
    if signed is not None:
        raise ConflictError("kitchen_work.signed_out", run=run.code, by=signed.signed_by)


def _refuse_unfit(carrier: Carrier) -> None:
    for given in (carrier.number, carrier.seal):
        if not 0 < len(given.strip()) <= LONGEST_NUMBER or not given.isprintable():
            raise InvalidError("kitchen_work.carrier_unfit", longest=LONGEST_NUMBER)
    if carrier.boxes < 1:
        raise InvalidError("kitchen_work.carrier_empty", number=carrier.number)


def _get_carrier(session: Session, carrier_id: int) -> CarrierLoad:
    row = session.get(CarrierLoad, carrier_id)
    if row is None:
        raise NotFoundError("kitchen_work.unknown_carrier", carrier=carrier_id)
    return row


def _note(session: Session, keyer: Keyer, action: str, subject: str, number: str) -> None:
    audit.note(session, at=keyer.clock.now(), actor=keyer.name, action=action, subject=subject, number=number)
