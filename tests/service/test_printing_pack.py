from __future__ import annotations

import hashlib
import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from kitchens.papers import Papers
from service.errors import StorageError
from service.printing.pack import LABELS_A_FILE, list_papers, write_pack
from service.printing.render import PaperValue
from service.printing.workers import Failed, run_jobs
from service.printing.writing import store
from service.tables.papers import PaperKind
from tests.service import printing_samples as samples


def a_day() -> list[PaperValue]:
    return list_papers(
        Papers(
            kitchen_counts=(samples.kitchen_count(),),
            batch_sheets=(samples.batch_sheet(1), samples.batch_sheet(2)),
            box_labels=tuple(samples.box_label(n) for n in range(1, 4)),
            loading_manifests=(samples.loading_manifest(),),
            route_sheets=(samples.route_sheet(),),
            meal_point_sheets=(samples.meal_point_sheet(),),
        )
    )


def test_a_day_becomes_one_file_for_each_kind_and_subject(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    written = write_pack(a_day(), tmp_path / "day", language="zh", progress=lambda done, of: steps.append((done, of)))
    assert [(one.kind, one.subject, one.pages) for one in written] == [
        (PaperKind.KITCHEN_COUNT, "K01", 1),
        (PaperKind.BATCH_SHEET, "K01", 2),
        (PaperKind.BOX_LABELS, "K01", 3),
        (PaperKind.LOADING_MANIFEST, "V01", 1),
        (PaperKind.MEAL_POINT_SHEET, "P01", 1),
        (PaperKind.ROUTE_SHEET, "R01", 2),
    ]
    assert steps == [(done, 6) for done in range(1, 7)]
    assert not [one.error for one in written if one.error]


def test_what_is_told_of_a_file_is_what_lies_on_the_disk(tmp_path: Path) -> None:
    written = write_pack(a_day(), tmp_path, language="en")
    assert sorted(tmp_path.iterdir()) == sorted(one.file for one in written if one.file)
    for one in written:
        assert one.file is not None
        assert one.sha256 == hashlib.sha256(one.file.read_bytes()).hexdigest()
        assert one.pages == len(pdfium.PdfDocument(one.file))
        assert one.seconds > 0


def test_worker_processes_write_the_same_bytes_as_this_one(tmp_path: Path) -> None:
    papers = [*a_day(), *(replace(samples.batch_sheet(), head=samples.head(samples.Title.BATCH_SHEET, "K02")),)]
    here = write_pack(papers[:1], tmp_path / "here", language="zh")
    there = write_pack(papers, tmp_path / "there", language="zh", workers=2)
    assert len(there) == 7
    assert there[0].sha256 == here[0].sha256


def test_a_broken_paper_is_named_and_the_others_are_written(tmp_path: Path) -> None:
    broken = replace(samples.route_sheet(), courier="\ud83c")
    written = write_pack([samples.kitchen_count(), broken, samples.batch_sheet()], tmp_path, language="zh")
    assert [bool(one.error) for one in written] == [False, True, False]
    assert written[1].file is None
    assert "12-2-RO-R01" in written[1].error
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def full_disk() -> Iterator[int]:
    """Let no file of this process grow beyond 50 kB, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    yield 50_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_for_the_paper_and_leaves_no_half_file(tmp_path: Path, full_disk: int) -> None:
    papers = [samples.box_label(1, avoid=()), samples.route_sheet()]
    written = write_pack(papers, tmp_path, language="en")
    assert [bool(one.error) for one in written] == [False, True]
    assert "was not written to the disk" in written[1].error
    assert [file.name for file in tmp_path.iterdir()] == ["box_labels_K01_en.pdf"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        write_pack([samples.kitchen_count()], tmp_path / "file" / "day", language="zh")


def test_a_file_that_stands_is_replaced_whole_or_stays(tmp_path: Path, full_disk: int) -> None:
    path = tmp_path / "paper.pdf"
    store(path, b"old")
    with pytest.raises(StorageError):
        store(path, b"x" * (full_disk + 1))
    assert path.read_bytes() == b"old"
    store(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_many_labels_of_one_kitchen_come_in_parts(tmp_path: Path) -> None:
    labels = [samples.box_label(n, avoid=()) for n in range(1, LABELS_A_FILE + 3)]
    written = write_pack(labels, tmp_path, language="zh", workers=0)
    assert [(one.part, one.parts, one.pages) for one in written] == [(1, 2, LABELS_A_FILE), (2, 2, 2)]
    assert len({one.file for one in written}) == 2


def test_a_subject_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    paper = replace(samples.kitchen_count(), head=samples.head(samples.Title.KITCHEN_COUNT, "../厨 房"))
    written = write_pack([paper], tmp_path / "day", language="zh")
    assert written[0].file is not None
    assert written[0].file.parent == tmp_path / "day"
    assert written[0].file.is_file()


def test_no_papers_are_no_files(tmp_path: Path) -> None:
    assert write_pack([], tmp_path, language="zh") == []


def double_unless_odd(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        raise ArithmeticError(f"{number} is odd")
    return 2 * number


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_job_that_raises_fails_alone(workers: int) -> None:
    answers = dict(run_jobs(double_unless_odd, [1, 7, 3], [1, 1, 1], workers=workers, life=2))
    assert answers[0] == 2
    assert answers[2] == 6
    failed = answers[1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, ArithmeticError)


def test_a_worker_that_is_killed_loses_nobody_elses_job() -> None:
    numbers = [1, 2, 13, 4, 5, 6]
    answers = dict(run_jobs(double_unless_odd, numbers, [1] * 6, workers=2, life=10))
    assert [isinstance(answers[index], Failed) for index in range(6)] == [number == 13 for number in numbers]
    assert [answers[index] for index in (0, 1, 3, 4, 5)] == [2, 4, 8, 10, 12]


def process_of(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_workers_are_replaced_after_their_life() -> None:
    answers = dict(run_jobs(process_of, list(range(6)), [5] * 6, workers=1, life=10))
    processes = [answer[1] for _, answer in sorted(answers.items()) if not isinstance(answer, Failed)]
    assert processes[0] == processes[1] != processes[2] == processes[3] != processes[4]
    assert os.getpid() not in processes
