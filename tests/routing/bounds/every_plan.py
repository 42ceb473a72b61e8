"""What the best of all plans of a tiny town costs, by trying every one; each rule as `routing.check` has it.

Vans and couriers are tried apart: a courier may load as soon as a van could have been there at all. So what is found is
never more than the best plan costs, and no bound may be higher.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations, product

from routing.problem import Consignment, Courier, Home, RunProblem, Van
from routing.travel import UNREACHABLE_S

Lot = tuple[str, str, str]
Served = dict[str, str]
"""Home -> meal point it is served from."""

Load = tuple[str, tuple[Home, ...]]
"""One trip of a courier: from where, to whom."""

Piece = tuple[Consignment, int]
"""Boxes of one consignment on one trip of a van."""


def best_m(problem: RunProblem) -> int | None:
    """Return what the best plan that serves all homes and brings all boxes costs; None where there is none."""
    ridden: dict[tuple[tuple[str, str], ...], int] = {}
    releases_s = {_lot(one): release_s(problem, one) for one in problem.consignments}
    for served, cost in _every_ride(problem, releases_s):
        key = tuple(sorted(served.items()))
        ridden[key] = min(cost, ridden.get(key, cost))
    totals = [cost + driven for key, cost in ridden.items() if (driven := best_drive_m(problem, dict(key))) is not None]
    return min(totals, default=None)


def _lot(one: Consignment) -> Lot:
    return one.kitchen_id, one.point_id, one.batch


def release_s(problem: RunProblem, one: Consignment) -> int | None:
    """Return when a courier may first load boxes of a consignment: over any meal points on the way, by any van."""
    if one.on_site:
        return one.ready_s
    points = [p.point_id for p in problem.points]
    found = []
    for van in problem.vans:
        for n in range(len(points)):
            for before in permutations([p for p in points if p != one.point_id], n):
                came = _come_s(problem, van, [*before, one.point_id], one.ready_s)
                if van.kitchen_id == one.kitchen_id and van.capacity_boxes and came is not None:
                    point = problem.points[points.index(one.point_id)]
                    begin_s = max(came, point.window.start_s)
                    if begin_s <= min(one.due_s, point.window.end_s - point.handling_s):
                        found.append(begin_s + point.handling_s)
    return min(found, default=None)


def _come_s(problem: RunProblem, van: Van, way: Sequence[str], ready_s: int) -> int | None:
    """Return when a van may be at the end of a way on which it stops nowhere; None where no way leads on."""
    row = {p.point_id: len(problem.kitchens) + n for n, p in enumerate(problem.points)}
    here = [k.kitchen_id for k in problem.kitchens].index(van.kitchen_id)
    now = max(van.shift.start_s, ready_s) + van.loading_s
    for point_id in way:
        ride_s = int(problem.van_travel.seconds[here, row[point_id]])
        if ride_s >= UNREACHABLE_S:
            return None
        here, now = row[point_id], now + ride_s
    return now


def _every_ride(problem: RunProblem, releases_s: dict[Lot, int | None]) -> Iterator[tuple[Served, int]]:
    """Yield every way to serve all homes and what it costs: orders of homes, cut into trips and couriers."""
    if not problem.homes:
        yield {}, 0
        return
    for order in permutations(problem.homes):
        for cuts in product("-tc", repeat=len(order) - 1):
            runs: list[list[list[Home]]] = [[[order[0]]]]
            for cut, home in zip(cuts, order[1:], strict=True):
                if cut == "c":
                    runs.append([[home]])
                elif cut == "t":
                    runs[-1].append([home])
                else:
                    runs[-1][-1].append(home)
            firsts = [run[0][0].home_id for run in runs]
            if firsts != sorted(firsts):
                continue  # The same runs in another order: couriers are tried in every order anyway.
            for who in permutations(problem.couriers, len(runs)):
                choices = [list(_loads(problem, one, run, releases_s)) for one, run in zip(who, runs, strict=True)]
                for choice in product(*choices):
                    served = {home.home_id: point for loads, _ in choice for point, homes in loads for home in homes}
                    yield served, sum(cost for _, cost in choice)


def _loads(
    problem: RunProblem, who: Courier, run: list[list[Home]], releases_s: dict[Lot, int | None]
) -> Iterator[tuple[list[Load], int]]:
    """Yield the meal points that a courier's trips can start from, and what the run costs."""
    points = [p.point_id for p in problem.points]
    for starts in product(points, repeat=len(run)):
        loads = [(point, tuple(homes)) for point, homes in zip(starts, run, strict=True)]
        cost = _run_m(problem, who, loads, releases_s)
        if cost is not None:
            yield loads, cost


def _run_m(problem: RunProblem, who: Courier, loads: list[Load], releases_s: dict[Lot, int | None]) -> int | None:
    """Return what one courier's run costs when nobody waits longer than needed; None if it breaks a rule."""
    points = {p.point_id: n for n, p in enumerate(problem.points)}
    rows = {h.home_id: len(points) + n for n, h in enumerate(problem.homes)}
    metres, seconds = problem.courier_travel.metres, problem.courier_travel.seconds
    here, now, cost, floors = points[who.point_id], who.shift.start_s, who.fixed_cost_m, 0
    if len(loads) > who.max_trips:
        return None
    for point_id, homes in loads:
        point = problem.points[points[point_id]]
        come = [releases_s.get((home.kitchen_id, point_id, home.batch)) for home in homes]
        if None in come or sum(home.boxes for home in homes) > who.capacity_boxes:
            return None
        way = [here, points[point_id], *(rows[home.home_id] for home in homes)]
        rides = [int(seconds[i, j]) for i, j in pairwise(way)]
        if max(rides) >= UNREACHABLE_S:
            return None
        rides = [-(-ride * who.pace_percent // 100) for ride in rides]
        load_s = max(now + rides[0], point.window.start_s, *(one for one in come if one is not None))
        now = load_s + who.loading_s
        if now > point.window.end_s:
            return None
        cost += sum(int(metres[i, j]) for i, j in pairwise(way))
        for home, ride in zip(homes, rides[1:], strict=True):
            start_s = max(now + ride, home.window.start_s)
            wish_m = _wish_m(problem, who, home, point_id, start_s)
            if wish_m is None:
                return None
            now, cost, floors = start_s + home.service_s, cost + wish_m, floors + home.floors
        here = way[-1]
    return cost + problem.prices.floor_m * floors * floors // 100 if now <= who.shift.end_s else None


def _wish_m(problem: RunProblem, who: Courier, home: Home, point_id: str, start_s: int) -> int | None:
    """Return what a hand-over costs beside the way; None where it breaks a rule."""
    prices, theirs = problem.prices, {one.point_id: one.cost_m for one in home.points}
    locked = home.courier_id not in {None, who.courier_id} or who.courier_id in home.not_couriers
    if locked or (home.certified_only and not who.certified) or point_id not in theirs:
        return None
    if start_s > min(home.window.end_s, home.latest_s):
        return None
    late_s = 0 if home.due_s is None else max(0, start_s - home.due_s)
    churned = home.former_courier_id not in {None, who.courier_id}
    known = who.courier_id in home.familiar
    return theirs[point_id] + late_s * prices.late_m_per_s + churned * prices.churn_m - known * prices.familiar_m


def best_drive_m(problem: RunProblem, served: Served) -> int | None:
    """Return what the vans cost at least when homes are served so; None where they cannot bring all boxes."""
    owed = Counter({_lot(one): one.boxes for one in problem.consignments})
    for home in problem.homes:
        owed[home.kitchen_id, home.point_id, home.batch] -= home.boxes
        owed[home.kitchen_id, served[home.home_id], home.batch] += home.boxes
    total = 0
    for kitchen in problem.kitchens:
        lots = [c for c in problem.consignments if c.kitchen_id == kitchen.kitchen_id and not c.on_site]
        lots = [c for c in lots if owed[_lot(c)] > 0]
        if not lots:
            continue
        costs = [cost for pieces in _cut_up(lots, owed) for cost in _drives_m(problem, kitchen.kitchen_id, pieces)]
        if not costs:
            return None
        total += min(costs)
    return total


def _cut_up(lots: list[Consignment], owed: Counter[Lot]) -> Iterator[list[Piece]]:
    """Yield the consignments whole, or each cut in up to two, in every proportion."""
    ways = [[((one, n),) for n in [owed[_lot(one)]]] + _halves(one, owed[_lot(one)]) for one in lots]
    for chosen in product(*ways):
        yield [piece for pieces in chosen for piece in pieces]


def _halves(one: Consignment, boxes: int) -> list[tuple[Piece, ...]]:
    return [((one, n), (one, boxes - n)) for n in range(1, boxes // 2 + 1)]


def _drives_m(problem: RunProblem, kitchen_id: str, pieces: list[Piece]) -> Iterator[int]:
    """Yield what each way costs to bring the pieces: orders of pieces, cut into trips and vans."""
    vans = [van for van in problem.vans if van.kitchen_id == kitchen_id]
    for order in permutations(pieces):
        for cuts in product("-tv", repeat=len(order) - 1):
            runs: list[list[list[Piece]]] = [[[order[0]]]]
            for cut, piece in zip(cuts, order[1:], strict=True):
                if cut == "v":
                    runs.append([[piece]])
                elif cut == "t":
                    runs[-1].append([piece])
                else:
                    runs[-1][-1].append(piece)
            for who in permutations(vans, len(runs)):
                costs = [_drive_m(problem, van, trips) for van, trips in zip(who, runs, strict=True)]
                if None not in costs:
                    yield sum(cost for cost in costs if cost is not None)


def _drive_m(problem: RunProblem, van: Van, trips: list[list[Piece]]) -> int | None:
    """Return what one van's trips cost, each as early as can be; None if they break a rule."""
    row = {p.point_id: len(problem.kitchens) + n for n, p in enumerate(problem.points)}
    home = [k.kitchen_id for k in problem.kitchens].index(van.kitchen_id)
    points = {p.point_id: p for p in problem.points}
    metres, seconds = problem.van_travel.metres, problem.van_travel.seconds
    now, cost = van.shift.start_s, van.fixed_cost_m
    for pieces in trips:
        halts = [[pieces[0]]]
        for piece in pieces[1:]:
            if piece[0].point_id == halts[-1][0][0].point_id:
                halts[-1].append(piece)
            else:
                halts.append([piece])
        carriers = [-(-sum(n for _, n in halt) // problem.boxes_per_carrier) for halt in halts]
        if sum(carriers) * problem.boxes_per_carrier > van.capacity_boxes:
            return None
        now, here = max(now, *(one.ready_s for one, _ in pieces)) + van.loading_s, home
        for halt in halts:
            point = points[halt[0][0].point_id]
            there = row[point.point_id]
            begin_s = max(now + int(seconds[here, there]), point.window.start_s)
            if begin_s > min(point.window.end_s - point.handling_s, *(one.due_s for one, _ in halt)):
                return None
            cost, now, here = cost + int(metres[here, there]), begin_s + point.handling_s, there
        cost, now = cost + int(metres[here, home]), now + int(seconds[here, home])
    return cost if now <= van.shift.end_s else None
