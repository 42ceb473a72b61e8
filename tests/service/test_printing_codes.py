from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from service.printing.fonts import FOLDER, SHA256, missing_fonts
from service.printing.qr import qr_svg
from service.printing.render import render
from service.printing.stocks import STOCKS, LabelStock
from service.texts import LANGUAGES
from tests.service import printing_samples as samples

THERMAL_DPI = 203


def scanned(pdf: bytes, page: int = 0, *, dpi: int = THERMAL_DPI) -> list[str]:
    """Return what a scanner reads from a page printed in pure black and white."""
    document = pdfium.PdfDocument(pdf)
    grey = np.asarray(document[page].render(scale=dpi / 72, grayscale=True).to_numpy())
    document.close()
    black_and_white = np.where(grey.squeeze() < 128, 0, 255).astype(np.uint8)
    return [code.text for code in zxingcpp.read_barcodes(black_and_white, formats=zxingcpp.BarcodeFormat.QRCode)]


@pytest.mark.parametrize("stock", [LabelStock.THERMAL_60X40, LabelStock.THERMAL_80X60])
def test_every_label_is_read_at_the_dots_of_a_thermal_printer(stock: LabelStock) -> None:
    labels = [samples.box_label(n, avoid=("peanut",) if n % 2 else ()) for n in range(1, 21)]
    pdf = render(labels, language="zh", stock=stock).pdf
    assert [scanned(pdf, page) for page in range(20)] == [[label.label] for label in labels]


def test_every_label_on_a_sheet_is_read() -> None:
    labels = [samples.box_label(n) for n in range(1, 25)]
    pdf = render(labels, language="zh", stock=LabelStock.SHEET_A4_3X8).pdf
    assert sorted(scanned(pdf, dpi=300)) == [label.label for label in labels]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paper_carries_its_own_code(language: str) -> None:
    sheets = [samples.batch_sheet(), samples.kitchen_count(), samples.route_sheet(), samples.meal_point_sheet()]
    for sheet in [*sheets, samples.loading_manifest()]:
        assert scanned(render([sheet], language=language).pdf) == [sheet.head.code]


def test_a_short_code_is_a_small_picture_with_its_quiet_zone() -> None:
    assert 'width="29" height="29"' in qr_svg("HZ-K04-0001")


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-#", min_size=1, max_size=30))
@settings(max_examples=20, deadline=None)
def test_any_code_of_ours_fits_a_small_picture(payload: str) -> None:
    side = int(qr_svg(payload).split('width="', 1)[1].split('"', 1)[0])
    assert side <= 37


def test_a_module_of_a_label_is_at_least_three_dots() -> None:
    for stock in (LabelStock.THERMAL_60X40, LabelStock.THERMAL_80X60):
        module_mm = 15 * STOCKS[stock].scale / 29
        assert module_mm * THERMAL_DPI / 25.4 >= 3


def test_sheets_of_labels_fit_their_page() -> None:
    for stock in STOCKS.values():
        assert stock.left + stock.columns * stock.width + (stock.columns - 1) * stock.gap_x <= stock.page_width
        assert stock.top + stock.rows * stock.height + (stock.rows - 1) * stock.gap_y <= stock.page_height


def test_the_print_fonts_are_the_ones_that_belong_here(tmp_path: Path) -> None:
    assert missing_fonts() == []
    assert missing_fonts(tmp_path) == list(SHA256)
    (tmp_path / "NotoSansSC-Bold.ttf").write_bytes((FOLDER / "NotoSansSC-Bold.ttf").read_bytes()[:-1])
    (tmp_path / "NotoSansSC-Regular.ttf").write_bytes((FOLDER / "NotoSansSC-Regular.ttf").read_bytes())
    assert missing_fonts(tmp_path) == ["NotoSansSC-Bold.ttf"]


def test_only_our_fonts_are_in_a_paper() -> None:
    pdf = render([samples.route_sheet()], language="zh").pdf
    names = {piece.split(b"/")[0].split(b" ")[0] for piece in pdf.split(b"/BaseFont/")[1:]}
    assert names
    assert all(b"NotoSansSC" in name for name in names)


def test_rare_characters_of_names_have_a_shape() -> None:
    """A character without a shape would be drawn like any other character without one."""
    stop = samples.route_stop(1, name="𬱖")
    other = samples.route_stop(1, name="䶮")
    nothing = samples.route_stop(1, name="\U0001f9ff")
    pictures = [
        pdfium.PdfDocument(render([samples.route_sheet(one)], language="zh").pdf)[0]
        .render(scale=2)
        .to_numpy()
        .tobytes()
        for one in (stop, other, nothing)
    ]
    assert len(set(pictures)) == 3
