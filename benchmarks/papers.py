"""How long the papers of a day take, and what they look like.

python -m benchmarks.papers                              the sample district's lunch, all papers, two processes
python -m benchmarks.papers --labels 20000               and that many labels of one kitchen
python -m benchmarks.papers --pictures docs/pictures     sample pages as PNG files, nothing measured
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from benchmarks.paper_day import DATA, sample_papers
from kitchens.papers import BoxLabel, LoadingManifest, Papers
from service.printing.basemap import Basemap, load_basemap
from service.printing.pack import list_papers, write_pack
from service.printing.render import PaperValue, render
from service.printing.typesetting import Rendered

WORKERS = 2
PICTURE_SCALE = 1.5
GAP = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=0, help="labels of one kitchen on top of the day")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--pictures", type=Path, help="folder for sample pages; nothing is measured")
    arguments = parser.parse_args()
    papers = sample_papers()
    basemap = load_basemap(DATA / "basemap.geojson")
    if arguments.pictures is not None:
        draw_pictures(arguments.pictures, papers, basemap)
        return
    measure("day", list_papers(papers), arguments.workers, basemap)
    kitchen = max(papers.kitchen_counts, key=lambda one: one.portions).head.subject
    measure(f"kitchen {kitchen}", list(of_kitchen(papers, kitchen)), arguments.workers, basemap)
    if arguments.labels:
        measure("labels", list(many_labels(papers.box_labels, arguments.labels)), arguments.workers, basemap)


def measure(what: str, papers: Sequence[PaperValue], workers: int, basemap: Basemap) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        began = time.perf_counter()
        written = write_pack(papers, Path(folder), language="zh", workers=workers, basemap=basemap)
        seconds = time.perf_counter() - began
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = sum(one.file.stat().st_size for one in written if one.file is not None)
    failed = [one.error for one in written if one.error]
    print(f"{what}: {len(papers)} papers, {len(written)} files, {sum(one.pages for one in written)} pages")
    print(f"  {seconds:.1f} s with {workers} workers; {children.ru_utime - before:.1f} s of processor time in them")
    print(f"  {size / 1e6:.1f} MB written; largest process so far {children.ru_maxrss / 1024:.0f} MiB")
    for kind, count in Counter(one.kind for one in written).items():
        print(f"  {kind}: {count} files, {sum(one.seconds for one in written if one.kind == kind):.2f} s")
    if failed:
        raise SystemExit(f"{len(failed)} files failed: {failed[0]}")


def of_kitchen(papers: Papers, kitchen: str) -> Iterable[PaperValue]:
    """Yield what a kitchen prints before its vans leave."""
    name = next(one.head.subject_name for one in papers.kitchen_counts if one.head.subject == kitchen)
    for paper in list_papers(papers):
        if paper.head.subject == kitchen or (isinstance(paper, LoadingManifest) and paper.kitchen == name):
            yield paper


def many_labels(labels: Sequence[BoxLabel], count: int) -> Iterable[BoxLabel]:
    head = labels[0].head
    for number, label in enumerate(islice(cycle(labels), count), start=1):
        yield replace(label, head=head, label=f"{head.subject}-{number:05d}")


def draw_pictures(folder: Path, papers: Papers, basemap: Basemap) -> None:
    english = sample_papers(language="en")
    longest = max(papers.route_sheets, key=lambda sheet: sheet.doors)
    specials = [label for label in papers.box_labels if label.avoid and label.run][:1]
    labels = [*specials, *(label for label in papers.box_labels if label.run and not label.avoid)][:2]
    count = max(papers.kitchen_counts, key=lambda one: one.special_count)
    batch = next(sheet for sheet in english.batch_sheets if sheet.total > 40)
    manifest = max(papers.loading_manifests, key=lambda sheet: sheet.boxes)
    point = max(papers.meal_point_sheets, key=lambda sheet: len(sheet.hand_outs))
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder / "route-sheet.png", render([longest], language="zh", basemap=basemap), pages=(0, -1))
    draw(folder / "kitchen-count.png", render([count], language="zh"))
    draw(folder / "batch-sheet-english.png", render([batch], language="en"))
    draw(folder / "loading-manifest.png", render([manifest], language="zh"))
    draw(folder / "meal-point-sheet.png", render([point], language="zh"))
    draw(folder / "box-labels.png", render(labels, language="zh"), pages=(0, 1), scale=3.5)
    pick = max(papers.pick_lists, key=lambda sheet: len(sheet.specials))
    draw(folder / "pick-list.png", render([pick], language="zh"))


def draw(file: Path, rendered: Rendered, *, pages: Sequence[int] = (0,), scale: float = PICTURE_SCALE) -> None:
    """Draw pages side by side on grey; the two packages are those of the tests."""
    import pypdfium2 as pdfium
    from PIL import Image

    document = pdfium.PdfDocument(rendered.pdf)
    shots = [document[page % len(document)].render(scale=scale).to_pil().convert("L") for page in pages]
    width, height = shots[0].size
    picture = Image.new("L", ((width + GAP) * len(shots) - GAP, height), 128)
    for index, shot in enumerate(shots):
        picture.paste(shot, ((width + GAP) * index, 0))
    picture.quantize(16).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
