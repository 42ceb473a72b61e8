"""At work: readings and batch sheets, ticks at the ramp, carriers and signatures, missing boxes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.kitchen_work import (
    CarrierIn,
    CarrierOut,
    CheckOut,
    KeptOut,
    LateStopOut,
    MissingOut,
    ReadingIn,
    ScanIn,
    SettleIn,
    SheetIn,
    SignInIn,
    SignInOut,
    SignOutIn,
    SignOutOut,
    TickOut,
)
from api.deps import House, HouseDep, RowId, ServiceDay, allowed
from api.errors import problems
from api.routes.orders import Key, keyed
from kitchens.meals import Meal
from service.access import Login
from service.board.heads import get_plan
from service.clock import seconds_into
from service.kitchen_work.carriers import Carrier, pack_carrier
from service.kitchen_work.late_runs import late_runs
from service.kitchen_work.manifests import Arrival, Warmth, sign_in, sign_out
from service.kitchen_work.missing import Settling, settle_missing
from service.kitchen_work.packing import Scan, check_box, tick_box
from service.kitchen_work.ramp_view import missing_views
from service.kitchen_work.records import Keyer, day_of_batch, key_entry, key_sheet
from service.kitchen_work.sheets import Entry, read_line, tenths_of
from service.tables import MissingBox, RecordKind

router = APIRouter(prefix="/api", tags=["kitchen work"])
REFUSALS = problems(400, 401, 403, 404, 409, 422)
READS = problems(401, 403, 404, 422)
Recorder = Annotated[Login, Depends(allowed(Operation.RECORD_BATCH))]
Packer = Annotated[Login, Depends(allowed(Operation.PACK))]
Loader = Annotated[Login, Depends(allowed(Operation.LOAD))]
Settler = Annotated[Login, Depends(allowed(Operation.SETTLE_MISSING))]


@router.post("/batch-sheets", summary="Key in a batch sheet", responses=REFUSALS)
def sheet(house: HouseDep, login: Recorder, body: SheetIn, key: Key = None) -> KeptOut:
    """Keep a whole batch sheet of the newest plan, or nothing of it; what stands already changes nothing."""
    line = read_line(body.line, login.reach.kitchen or "")
    call = keyed(login, key, "sheet", body)
    kept = key_sheet(house.database, body.service_day, body.meal, line, _keyer(house, login), call=call)
    return KeptOut(**kept)


@router.post("/batches/{batch_id}/readings", summary="A core temperature", responses=REFUSALS)
def reading(house: HouseDep, login: Recorder, batch_id: RowId, body: ReadingIn, key: Key = None) -> KeptOut:
    """Keep one core temperature; one below the limit shortens the eat-by at once."""
    at_s = None
    if body.at is not None:
        with house.database.read() as session:
            at_s = seconds_into(day_of_batch(session, batch_id), body.at)
    tenths = tenths_of(f"{body.core_c:.1f}", f"{body.core_c:g}")
    entry = Entry(RecordKind(body.kind), at_s, tenths_c=tenths)
    call = keyed(login, key, f"reading/{batch_id}", body)
    return KeptOut(**key_entry(house.database, batch_id, entry, _keyer(house, login), why=body.why, call=call))


@router.get("/late-stops/{service_day}/{meal}", summary="What will be too old", responses=READS)
def late(house: HouseDep, login: Recorder, service_day: ServiceDay, meal: Meal) -> list[LateStopOut]:
    """Return the boxes that come too late by what was measured, first to break first; a kitchen sees its own."""
    with house.database.read() as session:
        plan = get_plan(session, service_day, meal)
        now_s = seconds_into(service_day, house.clock.now())
        runs = late_runs(session, plan, now_s, login.reach.kitchen)
    return [LateStopOut(**asdict(stop)) for run in runs for stop in run.stops]


@router.post("/packing/ticks", summary="Tick a box out", responses=REFUSALS)
def tick(house: HouseDep, login: Packer, body: ScanIn, key: Key = None) -> TickOut:
    """Tick one box out: refused with 409 where the lid says another pan, or the box clashes with its elder today."""
    scan = Scan(body.list, body.label, body.mark)
    call = keyed(login, key, "tick", body)
    return TickOut(**tick_box(house.database, body.service_day, body.meal, scan, _keyer(house, login), call=call))


@router.post("/packing/checks", summary="Sign second for a special box", responses=REFUSALS)
def check(house: HouseDep, login: Packer, body: ScanIn, key: Key = None) -> CheckOut:
    """Sign for a special box as the second person; whoever packed it is refused."""
    scan = Scan(body.list, body.label, body.mark)
    call = keyed(login, key, "check", body)
    return CheckOut(**check_box(house.database, body.service_day, body.meal, scan, _keyer(house, login), call=call))


@router.post("/van-runs/{run_id}/carriers", summary="Put a carrier down", status_code=201, responses=REFUSALS)
def carrier(house: HouseDep, login: Packer, run_id: RowId, body: CarrierIn, key: Key = None) -> CarrierOut:
    """Put an insulated carrier down for one stop of a van run."""
    packed = Carrier(body.number.strip(), body.keeping, body.seal.strip(), body.boxes)
    call = keyed(login, key, f"carrier/{run_id}", body)
    kept = pack_carrier(house.database, run_id, body.position, packed, _keyer(house, login), call=call)
    return CarrierOut(**kept)


@router.post("/van-runs/{run_id}/sign-out", summary="The kitchen signs", responses=REFUSALS)
def signed_out(house: HouseDep, login: Packer, run_id: RowId, body: SignOutIn, key: Key = None) -> SignOutOut:
    """Sign for what leaves: refused with 409 while a box is open, a special unsigned, or carriers do not add up."""
    warmth = Warmth(body.hot_c, body.cold_c)
    call = keyed(login, key, f"sign-out/{run_id}", body)
    return SignOutOut(**sign_out(house.database, run_id, warmth, _keyer(house, login), call=call))


@router.post("/van-runs/{run_id}/stops/{position}/sign-in", summary="The meal point signs", responses=REFUSALS)
def signed_in(
    house: HouseDep, login: Loader, run_id: RowId, position: RowId, body: SignInIn, key: Key = None
) -> SignInOut:
    """Sign for what arrived; each missing box goes to the open list by its label."""
    arrival = Arrival(body.boxes, tuple(body.missing), Warmth(body.hot_c, body.cold_c), body.seals_whole, body.why)
    call = keyed(login, key, f"sign-in/{run_id}/{position}", body)
    return SignInOut(**sign_in(house.database, run_id, position, arrival, _keyer(house, login), call=call))


@router.get("/missing-boxes/{service_day}/{meal}", summary="Missing boxes", responses=READS)
def missing(house: HouseDep, login: Loader, service_day: ServiceDay, meal: Meal) -> list[MissingOut]:
    """Return the missing boxes of a meal, open ones first; a kitchen and a meal point see their own."""
    with house.database.read() as session:
        plan = get_plan(session, service_day, meal)
        return [_missing_out(one.row) for one in missing_views(session, plan, login.reach)]


@router.post("/missing-boxes/{missing_id}/settled", summary="What became of it", responses=REFUSALS)
def settled(house: HouseDep, login: Settler, missing_id: RowId, body: SettleIn) -> MissingOut:
    """Say once what became of a missing box; a substitute that clashes with its elder is refused."""
    settling = Settling(body.way, body.note, body.dish_code, body.kitchen_code, body.texture)
    return _missing_out(settle_missing(house.database, missing_id, settling, _keyer(house, login)))


def _keyer(house: House, login: Login) -> Keyer:
    return Keyer(login.name, login.reach, house.clock)


def _missing_out(row: MissingBox) -> MissingOut:
    return MissingOut(**row.model_dump(include=set(MissingOut.model_fields)))
