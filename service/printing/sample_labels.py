"""Labels of nobody, as many as are asked for: how long printers and processors take is tried on them."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kitchens.kitchen_papers import BoxLabel, Stack
from kitchens.meals import Fulfilment, Meal, Texture
from kitchens.paper_head import PaperHead, Title
from service.errors import InvalidError
from service.printing.pack import Written, write_pack
from service.printing.stocks import LabelStock

MOST_SAMPLES = 100_000
WORKERS = 2
DOORS_A_RUN = 24
EVERY_NTH_CLASHES, EVERY_NTH_IS_SOFT = 12, 5
DISHES = ("豉汁蒸排骨＋蒜蓉菜心＋冬瓜汤", "清蒸鲩鱼＋节瓜粉丝＋莲藕汤", "香菇滑鸡＋清炒豆角＋番茄蛋汤")
NAMES = ("样*妹", "例*强", "样*芳", "例*")


@dataclass(frozen=True, slots=True)
class LabelsWritten:
    """How many labels took how long; `peak_mib` is the memory of this process and of all workers at their largest."""

    labels: int
    files: int
    pages: int
    seconds: float
    peak_mib: int
    written: tuple[Written, ...]


def write_sample_labels(
    count: int, folder: Path, now: datetime, *, language: str, stock: LabelStock = LabelStock.THERMAL_60X40
) -> LabelsWritten:
    """Write `count` labels of a kitchen that does not exist.

    Raises
    ------
    InvalidError
        If none or more than 100,000 are asked for.
    StorageError
        If the folder cannot be made.
    """
    if not 1 <= count <= MOST_SAMPLES:
        raise InvalidError("print.samples_unfit", most=MOST_SAMPLES)
    began = time.perf_counter()
    written = write_pack(sample_labels(count, now), folder, language=language, workers=WORKERS, stock=stock)
    seconds = time.perf_counter() - began
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kib += WORKERS * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    pages = sum(one.pages for one in written)
    return LabelsWritten(count, len(written), pages, seconds, -(-kib // 1024), tuple(written))


def sample_labels(count: int, now: datetime) -> Iterator[BoxLabel]:
    """Yield labels in which everything differs that differs on real ones: codes, runs, stops, dishes, textures."""
    head = _head(now)
    for number in range(1, count + 1):
        clashes, is_soft = number % EVERY_NTH_CLASHES == 0, number % EVERY_NTH_IS_SOFT == 0
        texture = Texture.SOFT if is_soft else Texture.REGULAR
        yield BoxLabel(
            head=head,
            label=f"K00-{number:05d}",
            stack=Stack.CLASH if clashes else Stack.TEXTURE if is_soft else Stack.PLAIN,
            run=f"R{number // DOORS_A_RUN % 999 + 1:02d}",
            stop=number % DOORS_A_RUN + 1,
            number=1,
            of=1,
            point="样例社区长者饭堂",
            fulfilment=Fulfilment.HOME,
            short_name=NAMES[number % len(NAMES)],
            dish=DISHES[number % len(DISHES)],
            texture=texture,
            avoid=("peanut", "shellfish") if clashes else (),
            instead_of=DISHES[0] if clashes else "",
            cooked_s=9 * 3600 + number % 60 * 60,
            eat_by_s=13 * 3600 + number % 60 * 60,
            kitchen="样例中央厨房",
            licence="样例许可-K00",
            phone="020-5550-0000",
            mark=f"{number % 40:02d}BD",
        )


def _head(now: datetime) -> PaperHead:
    return PaperHead(
        title=Title.BOX_LABELS,
        subject="K00",
        subject_name="样例中央厨房",
        service_day=date(2026, 1, 1),
        meal=Meal.LUNCH,
        plan_number="00000000-L",
        version=1,
        printed_at=now,
        printed_by="sample",
        code="00000000-L-1-BL-K00",
        is_estimated=False,
        is_confidential=False,
    )
