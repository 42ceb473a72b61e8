"""What runs and boxes are called: codes that stay the same from one version of a plan to the next.

Whoever holds a sheet or a box that has not changed must not have to ask whether it has. So a courier keeps their run
code and a van run its own, and a box keeps its label unless what is written on it changed: then it gets a number that
no version has used before, and the old label is void.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kitchens.plan import DayPlan
from routing.plan import CourierRun, VanRun


@dataclass(frozen=True, slots=True)
class FormerCodes:
    """What the versions before called things; empty for the first.

    Attributes
    ----------
    couriers
        Run codes by courier, of all versions: a code that was somebody's never becomes another's.
    vans
        Codes of the van runs of the version before, by van and kitchen, as they leave.
    labels
        What is written on each box of the version before by order: its label, and the text that came with it.
    last_label
        The highest label number that any version has used, by kitchen.
    last_van
        The highest number of a van run that any version has used.
    """

    couriers: Mapping[str, str] = field(default_factory=dict)
    vans: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    last_label: Mapping[str, int] = field(default_factory=dict)
    last_van: int = 0


NO_FORMER = FormerCodes()

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that cannot be taken for each other by hand or by ear (Crockford's base 32)."""

SHORT_LENGTH = 8


def short_code(code: str) -> str:
    """Return the code of a sheet as it is typed and told on the telephone: eight signs, such as "7K3Q-FN2X"."""
    number = int.from_bytes(hashlib.sha256(code.encode()).digest()[:5], "big")
    signs = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SHORT_LENGTH)))
    return f"{signs[:4]}-{signs[4:]}"


def read_short_code(typed: str) -> str:
    """Return a short code as it is stored, however it was typed: without its dash, in small letters, with O for 0."""
    signs = typed.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    return f"{signs[:4]}-{signs[4:]}" if len(signs) == SHORT_LENGTH and set(signs) <= set(ALPHABET) else ""


def courier_run_codes(plan: DayPlan, former: FormerCodes = NO_FORMER) -> dict[str, CourierRun]:
    """Return the courier runs by code: "R01" onwards in the order of the couriers' ids, kept over versions."""
    runs = sorted(plan.runs.courier_runs, key=lambda run: run.courier_id)
    last = max((int(code[1:]) for code in former.couriers.values()), default=0)
    codes: dict[str, CourierRun] = {}
    for run in runs:
        code = former.couriers.get(run.courier_id)
        if code is None:
            last += 1
            code = f"R{last:02d}"
        codes[code] = run
    return dict(sorted(codes.items(), key=lambda one: _turn(one[0])))


def van_run_codes(plan: DayPlan, former: FormerCodes = NO_FORMER) -> dict[str, VanRun]:
    """Return the van runs by code, "V01" onwards as they leave; the nth run of a van for a kitchen keeps its code."""
    runs = sorted(plan.runs.van_runs, key=lambda run: (run.depart_s, run.van_id))
    last = former.last_van
    seen: dict[tuple[str, str], int] = defaultdict(int)
    codes: dict[str, VanRun] = {}
    for run in runs:
        pair = run.van_id, run.kitchen_id
        known = former.vans.get(pair, ())
        if seen[pair] < len(known):
            code = known[seen[pair]]
        else:
            last += 1
            code = f"V{last:02d}"
        seen[pair] += 1
        codes[code] = run
    return dict(sorted(codes.items(), key=lambda one: _turn(one[0])))


def number_labels(
    kitchen_id: str, stacked: Iterable[tuple[int, str]], former: FormerCodes = NO_FORMER
) -> dict[int, str]:
    """Return the labels of a kitchen's boxes by order, such as "K01-0007".

    Parameters
    ----------
    stacked
        (order, what is written on its box) as the labels lie in the stack.
    """
    last = former.last_label.get(kitchen_id, 0)
    labels: dict[int, str] = {}
    for order_id, written in stacked:
        label, before = former.labels.get(order_id, ("", ""))
        if not label or before != written or kitchen_of_label(label) != kitchen_id:
            last += 1
            label = f"{kitchen_id}-{last:04d}"
        labels[order_id] = label
    return labels


def kitchen_of_label(label: str) -> str:
    """Return the kitchen that a label names."""
    return label.rpartition("-")[0]


def number_of_label(label: str) -> int:
    """Return the number of a label."""
    return int(label.rpartition("-")[2])


def _turn(code: str) -> tuple[int, str]:
    return len(code), code
