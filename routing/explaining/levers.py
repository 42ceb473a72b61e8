"""What it would have taken to serve a home left out: one thing changed at a time, each proved by the checker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from routing.check import check_runs
from routing.checks.violations import ViolationCode
from routing.explaining.because import Because, Cause, because
from routing.explaining.offers import Offer, latest_release_s, offers
from routing.explaining.town import Fault, Rule, Town
from routing.places import DAY_S, Window
from routing.plan import RunPlan, VanRun, VanStop
from routing.problem import Courier, Home, RunProblem

BY_ITSELF = frozenset({ViolationCode.UNKNOWN_VAN, ViolationCode.BOXES_NOT_ACCOUNTED_FOR, ViolationCode.POINT_FULL})
"""What a box that comes by itself breaks, when only its hour is in question."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One change, the fact that names it, and the problem and plan that prove it."""

    because: Because
    problem: RunProblem
    plan: RunPlan
    amount: int


def levers(town: Town, home: Home) -> list[Lever]:
    """Return every single change that would have served a home left out, the smallest of each kind.

    Where none would, a courier more whose boxes come earlier is tried. A change is told only if the independent checker
    finds nothing new in the plan that it makes possible; and none where the home fits in as things are.
    """
    release_s, _ = town.release_of(home, home.point_id)
    before = Counter((one.code, one.subject) for one in check_runs(town.problem, town.plan))
    found: dict[Cause, Lever] = {}
    for some in (_candidates(town, home, release_s), _courier_and_boxes(town, home, release_s)):
        for lever in () if found else list(some):
            if _holds(lever, before):
                found[lever.because.cause] = lever
    if Cause.FITS_NOW in found:
        return [found[Cause.FITS_NOW]]
    return sorted(found.values(), key=lambda lever: list(Cause).index(lever.because.cause))


def _holds(lever: Lever, before: Counter[tuple[ViolationCode, str]]) -> bool:
    after = Counter((one.code, one.subject) for one in check_runs(lever.problem, lever.plan))
    by_itself = lever.because.cause in {Cause.IF_BOXES_BY, Cause.IF_BOXES_EARLIER, Cause.IF_COURIER_AND_BOXES}
    return not [code for code, _ in after - before if not (by_itself and code in BY_ITSELF)]


def _candidates(town: Town, home: Home, release_s: int | None) -> Iterator[Lever]:
    if release_s is not None:
        yield from _smallest(town, home, offers(town, home, home.point_id, release_s))
        yield from _courier_more(town, home, release_s)
    yield from _boxes_earlier(town, home, release_s)


def _smallest(town: Town, home: Home, some: Iterable[Offer]) -> Iterator[Lever]:
    """Yield the offers that one change makes possible, of each kind the one that needs least."""
    best: dict[Cause, tuple[tuple[int, int], Offer, Fault | None]] = {}
    for offer in some:
        fault = _only_fault(offer, home)
        if fault is None and offer.faults:
            continue
        cause = Cause.FITS_NOW if fault is None else CHANGES[fault.rule].cause
        rank = (fault.amount if fault else 0, offer.added_m)
        if cause not in best or rank < best[cause][0]:
            best[cause] = (rank, offer, fault)
    for cause, (_, offer, fault) in best.items():
        start_s = offer.start_s(home.home_id)
        plan = _with_run(town, home, offer)
        if fault is None:
            said = because(cause, courier=offer.courier.courier_id, at_s=start_s, added_m=offer.added_m)
            yield Lever(said, town.problem, plan, offer.added_m)
        else:
            change = CHANGES[fault.rule]
            problem = change.make(town.problem, home, offer.courier, fault.amount)
            values: dict[str, str | int] = {
                "courier": offer.courier.courier_id,
                "point": home.point_id,
                "at_s": start_s,
            }
            if change.unit:
                values[change.unit] = fault.amount
            if fault.rule is Rule.LOCKED and home.courier_id is not None:
                values["next_courier"] = home.courier_id
            yield Lever(because(cause, **values), problem, plan, fault.amount)


def _only_fault(offer: Offer, home: Home) -> Fault | None:
    """Return the one rule that an offer breaks, if one change of the right thing mends it."""
    if len(offer.faults) != 1:
        return None
    fault = offer.faults[0]
    at_home = fault.rule in {Rule.WINDOW, Rule.NOT_CERTIFIED, Rule.LOCKED, Rule.FORBIDDEN}
    elsewhere = fault.rule is Rule.POINT_CLOSED and fault.subject != home.point_id
    if fault.rule not in CHANGES or elsewhere or (at_home and fault.subject != home.home_id):
        return None
    return fault


Make = Callable[[RunProblem, Home, Courier, int], RunProblem]


@dataclass(frozen=True, slots=True)
class _Change:
    """How a rule gives way: the fact, the name of its figure, and the problem it makes."""

    cause: Cause
    unit: str
    make: Make


def _longer(window: Window, more_s: int) -> Window:
    return Window(window.start_s, min(window.end_s + more_s, 2 * DAY_S))


def _home_changed(problem: RunProblem, home: Home, new: Home) -> RunProblem:
    return replace(problem, homes=tuple(new if one.home_id == home.home_id else one for one in problem.homes))


def _courier_changed(problem: RunProblem, new: Courier) -> RunProblem:
    return replace(
        problem, couriers=tuple(new if one.courier_id == new.courier_id else one for one in problem.couriers)
    )


def _window_longer(problem: RunProblem, home: Home, _: Courier, more_s: int) -> RunProblem:
    return _home_changed(problem, home, replace(home, window=_longer(home.window, more_s)))


def _shift_longer(problem: RunProblem, _: Home, courier: Courier, more_s: int) -> RunProblem:
    return _courier_changed(problem, replace(courier, shift=_longer(courier.shift, more_s)))


def _point_longer(problem: RunProblem, home: Home, _: Courier, more_s: int) -> RunProblem:
    points = tuple(
        replace(one, window=_longer(one.window, more_s)) if one.point_id == home.point_id else one
        for one in problem.points
    )
    return replace(problem, points=points)


def _carries_more(problem: RunProblem, _: Home, courier: Courier, boxes: int) -> RunProblem:
    return _courier_changed(problem, replace(courier, capacity_boxes=courier.capacity_boxes + boxes))


def _trip_more(problem: RunProblem, _: Home, courier: Courier, trips: int) -> RunProblem:
    return _courier_changed(problem, replace(courier, max_trips=courier.max_trips + trips))


def _certified(problem: RunProblem, _: Home, courier: Courier, __: int) -> RunProblem:
    return _courier_changed(problem, replace(courier, certified=True))


def _unlocked(problem: RunProblem, home: Home, _: Courier, __: int) -> RunProblem:
    return _home_changed(problem, home, replace(home, courier_id=None))


def _allowed(problem: RunProblem, home: Home, courier: Courier, _: int) -> RunProblem:
    still = tuple(one for one in home.not_couriers if one != courier.courier_id)
    return _home_changed(problem, home, replace(home, not_couriers=still))


CHANGES: dict[Rule, _Change] = {
    Rule.WINDOW: _Change(Cause.IF_WINDOW_LONGER, "longer_s", _window_longer),
    Rule.SHIFT: _Change(Cause.IF_SHIFT_LONGER, "longer_s", _shift_longer),
    Rule.POINT_CLOSED: _Change(Cause.IF_POINT_OPEN_LONGER, "longer_s", _point_longer),
    Rule.CAPACITY: _Change(Cause.IF_CARRIES_MORE, "boxes", _carries_more),
    Rule.TRIPS: _Change(Cause.IF_TRIP_MORE, "trips", _trip_more),
    Rule.NOT_CERTIFIED: _Change(Cause.IF_CERTIFIED, "", _certified),
    Rule.LOCKED: _Change(Cause.IF_UNLOCKED, "", _unlocked),
    Rule.FORBIDDEN: _Change(Cause.IF_ALLOWED, "", _allowed),
}
"""What each rule becomes when it gives way; the food clock never does."""


def courier_more(town: Town, home: Home) -> Courier | None:
    """Return one courier more at a home's meal point, like one who starts there, else like any; None if there is none.

    Fit for the home: allowed to go there, and certified where that is asked for.
    """
    here = [one for one in town.problem.couriers if one.point_id == home.point_id and one.capacity_boxes >= home.boxes]
    any_at_all = [one for one in town.problem.couriers if one.capacity_boxes >= home.boxes]
    like = max(here or any_at_all, key=lambda one: (one.shift.end_s - one.shift.start_s, one.courier_id), default=None)
    if like is None:
        return None
    names = {one.courier_id for one in town.problem.couriers} | set(home.not_couriers)
    name = next(f"{home.point_id}+{n}" for n in range(1, len(names) + 2) if f"{home.point_id}+{n}" not in names)
    return replace(like, courier_id=name, point_id=home.point_id, certified=like.certified or home.certified_only)


def _courier_more(town: Town, home: Home, release_s: int) -> Iterator[Lever]:
    extra = courier_more(town, home)
    if extra is None or home.courier_id is not None:
        return
    problem = replace(town.problem, couriers=(*town.problem.couriers, extra))
    grown = Town(problem, town.plan)
    for offer in offers(grown, home, home.point_id, release_s, couriers=[extra]):
        if not offer.faults:
            said = because(
                Cause.IF_CERTIFIED_COURIER_MORE if home.certified_only else Cause.IF_COURIER_MORE,
                point=home.point_id,
                from_at_s=extra.shift.start_s,
                to_at_s=extra.shift.end_s,
                at_s=offer.start_s(home.home_id),
            )
            yield Lever(said, problem, _with_run(town, home, offer), 0)


def _boxes_earlier(town: Town, home: Home, release_s: int | None) -> Iterator[Lever]:
    """Yield by when the home's boxes would have to lie at its meal point for somebody to take them."""
    planned_s = 2 * DAY_S if release_s is None else release_s
    found = _latest_boxes(town, home, planned_s)
    if found is None or found[0] >= planned_s:
        return
    by_s, offer = found
    values: dict[str, str | int] = {
        "courier": offer.courier.courier_id,
        "point": home.point_id,
        "boxes": home.boxes,
        "by_at_s": by_s,
        "at_s": offer.start_s(home.home_id),
    }
    if release_s is None:
        said = because(Cause.IF_BOXES_BY, **values)
    else:
        said = because(Cause.IF_BOXES_EARLIER, **values, earlier_s=release_s - by_s)
    yield Lever(said, town.problem, _with_boxes(town, home, offer, by_s), planned_s - by_s)


def _courier_and_boxes(town: Town, home: Home, release_s: int | None) -> Iterator[Lever]:
    """Yield by when the boxes would have to come for one courier more to take them."""
    extra = courier_more(town, home)
    if extra is None or home.courier_id is not None:
        return
    problem = replace(town.problem, couriers=(*town.problem.couriers, extra))
    planned_s = 2 * DAY_S if release_s is None else release_s
    found = _latest_boxes(Town(problem, town.plan), home, planned_s, [extra])
    if found is not None:
        by_s, offer = found
        at_s = offer.start_s(home.home_id)
        said = because(Cause.IF_COURIER_AND_BOXES, point=home.point_id, boxes=home.boxes, by_at_s=by_s, at_s=at_s)
        yield Lever(said, problem, _with_boxes(town, home, offer, by_s), planned_s - by_s)


def _latest_boxes(
    town: Town, home: Home, planned_s: int, couriers: Sequence[Courier] | None = None
) -> tuple[int, Offer] | None:
    """Return until when, at most `planned_s`, the home's boxes may come by themselves, and who then takes them."""
    latest_s, best = 0, None
    for offer in offers(town, home, home.point_id, 0, couriers=couriers, boxes_apart=True):
        if not offer.faults:
            by_s = latest_release_s(town, offer, planned_s, latest_s)
            if by_s is not None and (best is None or (by_s, -offer.added_m) > (latest_s, -best.added_m)):
                latest_s, best = by_s, offer
    if best is None:
        return None
    legs = [
        replace(leg, release_s=max(leg.release_s, latest_s)) if n == best.trip_at else leg
        for n, leg in enumerate(best.legs)
    ]
    return latest_s, replace(best, ridden=town.ride(best.courier, legs))


def _with_boxes(town: Town, home: Home, offer: Offer, by_s: int) -> RunPlan:
    """Return the plan with one courier's run changed, and the home's boxes come by themselves."""
    stop = VanStop(home.point_id, by_s, by_s, home.boxes, home.batch)
    plan = _with_run(town, home, offer)
    return replace(plan, van_runs=(*plan.van_runs, VanRun("", home.kitchen_id, by_s, (stop,), by_s, 0)))


def _with_run(town: Town, home: Home, offer: Offer) -> RunPlan:
    """Return the plan with one courier's run changed and the home no longer left out."""
    others = [one for one in town.plan.courier_runs if one.courier_id != offer.courier.courier_id]
    return replace(
        town.plan,
        courier_runs=(*others, offer.ridden.run),
        left_out_homes=tuple(one for one in town.plan.left_out_homes if one.home_id != home.home_id),
    )
