"""Fewer pairs of kitchen and meal point: the price of drives made exact for questions small enough to be searched."""

from __future__ import annotations

from ortools.sat.python import cp_model

from kitchens.reach import Pair, Reach

MOST_CHOICES = 6_000
"""Above this many (group, kitchen) choices the search finds nothing better in its time."""

EFFORT = 0.1
"""Deterministic time of the search, a few tenths of a second: the same everywhere, so that plans can be repeated."""

Meals = dict[tuple[Pair, int], int]
"""(able kitchens as a bit mask, meal point), kitchen -> meals."""


def thin_out(reach: Reach, sizes: dict[Pair, int], meals: Meals, *, seed: int) -> Meals:
    """Return `meals` or an assignment that costs less and carries as many of each group.

    Only what is not from the usual kitchen costs anything; a day on which every meal is stays as it is.
    """
    opened = {(k, point) for (_, point), k in meals if reach.usual[point] != k}
    choices = [(group, k) for group in sizes for k in reach.serving(*group)]
    if len(opened) < 2 or len(choices) > MOST_CHOICES:
        return meals
    return _search(reach, sizes, meals, choices, seed)


def _search(reach: Reach, sizes: dict[Pair, int], meals: Meals, choices: list[tuple[Pair, int]], seed: int) -> Meals:
    model = cp_model.CpModel()
    number = {key: model.new_int_var(0, sizes[key[0]], "") for key in choices}
    for key, variable in number.items():
        model.add_hint(variable, meals.get(key, 0))
    for group in sizes:
        carried = sum(some for (other, _), some in meals.items() if other == group)
        model.add(sum(number[group, k] for k in reach.serving(*group)) == carried)
    for k, room in enumerate(reach.kitchen_meals):
        model.add(sum(variable for (_, other), variable in number.items() if other == k) <= room)
    drives = _drives(model, reach, sizes, meals, number)
    away = [variable for (group, k), variable in number.items() if reach.usual[group[1]] != k]
    prices = [int(reach.drive_m[pair]) for pair in drives]
    model.minimize(
        reach.rules.away_m * sum(away) + sum(p * drive for p, drive in zip(prices, drives.values(), strict=True))
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return meals
    return {key: some for key, variable in number.items() if (some := int(solver.value(variable)))}


def _drives(
    model: cp_model.CpModel,
    reach: Reach,
    sizes: dict[Pair, int],
    meals: Meals,
    number: dict[tuple[Pair, int], cp_model.IntVar],
) -> dict[Pair, cp_model.IntVar]:
    """Return whether each pair other than the usual one is driven; group by group, which bounds tighter than in sum."""
    drives: dict[Pair, cp_model.IntVar] = {}
    for (group, k), variable in number.items():
        pair = (k, group[1])
        if reach.usual[group[1]] == k:
            continue
        if pair not in drives:
            drives[pair] = model.new_bool_var("")
            model.add_hint(drives[pair], any(c == k and g[1] == group[1] for g, c in meals))
        model.add(variable <= min(sizes[group], reach.kitchen_meals[k]) * drives[pair])
    return drives
