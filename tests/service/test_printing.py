from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta

import pypdfium2 as pdfium
import pytest

from kitchens.codes import short_code
from kitchens.food_clock import Keeping
from kitchens.meals import Ingredient, Limit, Texture
from kitchens.paper_changes import shown
from service.errors import InvalidError
from service.printing.change_sheets import is_told
from service.printing.render import PaperValue, kind_of, render
from service.printing.stocks import LabelStock
from service.printing.typesetting import TEMPLATES, Rendered
from service.printing.words import day_words, later_words
from service.tables.papers import PaperKind
from service.texts import LANGUAGES, catalogue
from tests.service import printing_samples as samples

MAKERS: list[Callable[[], PaperValue]] = [
    samples.kitchen_count,
    samples.batch_sheet,
    samples.box_label,
    samples.loading_manifest,
    samples.route_sheet,
    samples.meal_point_sheet,
    samples.pick_list,
    samples.purchase_list,
    samples.substitution_sheet,
    samples.call_list,
    samples.change_slip,
]
SHEETS = [maker for maker in MAKERS if maker is not samples.box_label]
ON_ROAD = [samples.loading_manifest, samples.route_sheet, samples.meal_point_sheet, samples.pick_list]
both_languages = pytest.mark.parametrize("language", LANGUAGES)
A4_PT = (595.27, 841.89)


def pages_of(rendered: Rendered) -> list[str]:
    document = pdfium.PdfDocument(rendered.pdf)
    texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    return texts


def words_of(paper: PaperValue, language: str = "zh") -> str:
    """Return the text of a paper without any white space, as line breaks fall where they will."""
    return squeezed("".join(pages_of(render([paper], language=language))))


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def outside(rendered: Rendered) -> list[str]:
    """Return the characters that stand outside their page."""
    document = pdfium.PdfDocument(rendered.pdf)
    lost: list[str] = []
    for number in range(len(document)):
        width, height = document[number].get_size()
        page = document[number].get_textpage()
        for index in range(page.count_chars()):
            left, bottom, right, top = page.get_charbox(index)
            letter = page.get_text_range(index, 1)
            if letter.strip() and not (
                left >= -0.5 and bottom >= -0.5 and right <= width + 0.5 and top <= height + 0.5
            ):
                lost.append(letter)
    document.close()
    return lost


@pytest.mark.parametrize("maker", MAKERS)
@both_languages
def test_every_paper_is_set_in_both_languages_and_knows_its_pages(
    maker: Callable[[], PaperValue], language: str
) -> None:
    rendered = render([maker()], language=language)
    texts = pages_of(rendered)
    assert rendered.pages == len(texts)
    assert not outside(rendered)
    assert "{" not in "".join(texts)


@pytest.mark.parametrize("maker", SHEETS)
def test_every_sheet_says_what_it_is_for_whom_when_and_from_which_plan(maker: Callable[[], PaperValue]) -> None:
    paper = maker()
    zh, en = words_of(paper, "zh"), words_of(paper, "en")
    assert squeezed(catalogue("zh")[paper.head.title]) in zh
    assert squeezed(catalogue("en")[paper.head.title]) in en
    for words, parts in (
        (zh, ("2026年11月23日", "星期一", "午餐", "计划12", "第2版", "2026-11-2218:03打印", "样管理员")),
        (en, ("Monday23November2026", "lunch", "plan12", "version2", "printed2026-11-2218:03", "样管理员")),
    ):
        for part in (*parts, paper.head.code):
            assert part in words


@pytest.mark.parametrize("maker", SHEETS)
@both_languages
def test_every_page_says_which_of_how_many_it_is(maker: Callable[[], PaperValue], language: str) -> None:
    texts = pages_of(render([maker()], language=language))
    for number, text in enumerate(texts, start=1):
        line = f"第{number}页，共{len(texts)}页" if language == "zh" else f"page{number}of{len(texts)}"
        assert line in squeezed(text)
        assert samples.head(maker().head.title, maker().head.subject).code in squeezed(text)


def test_several_sheets_in_one_file_each_count_their_own_pages() -> None:
    texts = pages_of(render([samples.batch_sheet(1), samples.batch_sheet(2)], language="zh"))
    assert [squeezed(text).count("第1页，共1页") for text in texts] == [1, 1]
    assert ["K01-01" in texts[0], "K01-02" in texts[1]] == [True, True]


@pytest.mark.parametrize("maker", SHEETS)
def test_only_sheets_with_names_ask_to_be_returned_or_destroyed(maker: Callable[[], PaperValue]) -> None:
    paper = maker()
    assert ("销毁" in words_of(paper)) == paper.head.is_confidential
    assert ("destroy" in words_of(paper, "en")) == paper.head.is_confidential


@pytest.mark.parametrize("maker", SHEETS)
def test_estimated_travel_times_are_marked_where_they_stand(maker: Callable[[], PaperValue]) -> None:
    paper = maker()
    assert ("行程时间为估算" in words_of(paper)) == (maker in ON_ROAD)
    measured = replace(paper, head=replace(paper.head, is_estimated=False))
    assert "行程时间为估算" not in words_of(measured)


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_paper_gives_the_same_bytes(maker: Callable[[], PaperValue]) -> None:
    assert render([maker()], language="zh").pdf == render([maker()], language="zh").pdf


def test_the_file_is_dated_when_the_paper_was_printed() -> None:
    paper = samples.batch_sheet()
    later = replace(paper, head=replace(paper.head, printed_at=samples.PRINTED_AT + timedelta(hours=1)))
    dates = [
        pdfium.PdfDocument(render([one], language="zh").pdf).get_metadata_value("CreationDate")
        for one in (paper, later)
    ]
    assert [date.removeprefix("D:")[:10] for date in dates] == ["2026112210", "2026112211"]


def test_the_kitchen_count_adds_up_and_groups_specials_before_names() -> None:
    words = words_of(samples.kitchen_count())
    assert "合计81485" in words
    assert words.index("不含花生、虾蟹贝") < words.index("陈*妹") < words.index("欧*䶮")
    assert "代替豉汁蒸排骨、冬瓜汤" in words
    assert "地址还没有定位" in words


def test_a_kitchen_count_without_specials_or_left_out_orders_says_so() -> None:
    words = words_of(samples.kitchen_count(specials=False, unserved=False))
    assert "本餐没有特殊餐" in words
    assert "0没有漏掉任何人" in words


def test_the_batch_sheet_has_its_blanks_and_when_to_measure() -> None:
    words = words_of(samples.batch_sheet())
    for part in (
        "10:00",
        "13:30",
        "中心温度",
        "须在60°C以上",
        "不少于125克",
        "48小时",
        "至11-2509:30",
        "复核签名",
        "29.9kg",
    ):
        assert part in words
    assert "复核签名" not in words_of(samples.batch_sheet(special=False))


def test_the_manifest_lists_carriers_counts_and_both_signatures() -> None:
    words = words_of(samples.loading_manifest())
    for part in ("样A·V01", "10:05", "样例街道例餐巷2号", "K01-0002", "差异原因", "司机签名", "接收人签名", "合计48"):
        assert part in words


def test_the_route_sheet_tells_the_door_the_bag_and_what_to_write() -> None:
    words = words_of(samples.route_sheet())
    for part in (
        "欧阳𬱖䶮", samples.PHONE, squeezed(samples.STREET), "6栋–2梯–7楼–703", "走6层", "西侧小门", "大声敲门",
        "可交邻居704李样姨", "体检通知书", "11:00–11:15", "最迟12:45", "有变动", "应收", "K01-0001", "软食",
        "12345678", "昨日饭盒", "跌倒", "孤单低落", f"打值班电话{samples.DESK_PHONE}", "每一站都有送达结果", "路线图",
    ):  # fmt: skip
        assert part in words


def test_the_route_sheet_names_the_eight_outcomes_in_order() -> None:
    words = words_of(samples.route_sheet(), "en")
    places = [words.index(squeezed(catalogue("en")[f"outcome.{code}"])) for code in samples.route_sheet().outcomes]
    assert places == sorted(places)
    assert len(places) == 8


def test_the_meal_point_sheet_lists_guests_runs_and_boxes_that_nobody_brings() -> None:
    words = words_of(samples.meal_point_sheet())
    for part in ("堂食3人", "自取2人", "取餐人", "何例禾", "1份没有人送", "E0005", "不含蛋", "剩余去向", "刷卡"):
        assert part in words


FORBIDDEN_IN_KITCHENS = (samples.STREET, samples.PHONE, "703", "欧阳𬱖䶮", "门禁", "西侧小门")


@pytest.mark.parametrize(
    "maker",
    [
        samples.kitchen_count,
        samples.batch_sheet,
        samples.box_label,
        samples.pick_list,
        samples.purchase_list,
        samples.substitution_sheet,
    ],
)
@both_languages
def test_papers_of_the_kitchen_hold_no_address_and_no_full_name(maker: Callable[[], PaperValue], language: str) -> None:
    words = words_of(maker(), language)
    for secret in FORBIDDEN_IN_KITCHENS:
        assert squeezed(secret) not in words


@pytest.mark.parametrize("maker", [samples.box_label, samples.route_sheet])
@both_languages
def test_no_illness_is_named_outside_the_kitchen(maker: Callable[[], PaperValue], language: str) -> None:
    paper = samples.box_label(avoid=(Limit.RENAL,)) if maker is samples.box_label else samples.route_sheet()
    words = words_of(paper, language)
    assert squeezed(catalogue(language)["limit.renal"]) not in words
    assert squeezed(catalogue(language)["sheet.special_diet"]) in words


def test_a_name_that_looks_like_markup_is_only_a_name() -> None:
    name = '#panic("x") *_$ <a> @b \\'
    stop = samples.route_stop(1, name=name, street='#include "/etc/passwd" </svg>')
    assert squeezed(name) in words_of(samples.route_sheet(stop))


@both_languages
def test_long_texts_and_long_runs_stay_on_their_pages(language: str) -> None:
    street = "一条名字特别长的街道上的一个名字特别长的小区里的一座名字特别长的大院" * 4
    stops = [samples.route_stop(n, name="Maria Guadalupe 陈李 O'Hara-Wong", street=street) for n in range(1, 41)]
    rendered = render([samples.route_sheet(*stops)], language=language)
    texts = pages_of(rendered)
    assert not outside(rendered)
    assert squeezed("".join(texts)).count("Guadalupe") == 40
    assert squeezed(texts[1]).count("K01-00") > 0
    assert rendered.pages == len(texts) > 5


@both_languages
def test_thirty_dishes_many_stops_and_many_guests_stay_on_their_pages(language: str) -> None:
    for paper in (
        samples.kitchen_count(dishes=30),
        samples.loading_manifest(stops=14),
        samples.meal_point_sheet(eat_in=61, pick_up=40),
        samples.pick_list(specials=60, dishes=30),
        samples.purchase_list(lines=60),
        samples.substitution_sheet(people=90),
        samples.call_list(people=40),
        samples.change_slip(lines=80),
    ):
        rendered = render([paper], language=language)
        assert not outside(rendered)
        assert rendered.pages == len(pages_of(rendered)) > 1


@both_languages
@pytest.mark.parametrize("stock", LabelStock)
def test_a_label_says_everything_that_must_be_avoided_however_much_it_is(language: str, stock: LabelStock) -> None:
    label = samples.box_label(
        avoid=(*Ingredient, *Limit, "not_on_menu"),
        dish="Very long dish name with many parts, and rice, and greens of the season, and soup",
    )
    rendered = render([label], language=language, stock=stock)
    words = squeezed("".join(pages_of(rendered)))
    assert not outside(rendered)
    for word in Ingredient:
        assert squeezed(catalogue(language)[f"ingredient.{word}"]) in words
    assert squeezed(samples.box_label().phone) in words


def test_a_label_says_run_stop_name_dish_and_until_when() -> None:
    words = words_of(samples.box_label(7))
    for part in ("R01-7", "1/2", "欧*䶮", "软食", squeezed(samples.OTHER_DISH), "不含花生、虾蟹贝", "代替", "13:30"):
        assert part in words
    for part in ("09:30出锅", "趁热吃", samples.KITCHEN, "样例许可-K01", "020-5550-0001", "K01-0007"):
        assert part in words


def test_a_label_without_a_run_says_where_the_box_stays() -> None:
    words = words_of(samples.box_label(run="", avoid=(), texture=Texture.REGULAR))
    assert "自取" in words
    assert samples.POINT in words
    assert "不含" not in words


@pytest.mark.parametrize(
    ("stock", "pages", "size_mm"),
    [(LabelStock.THERMAL_60X40, 25, (60, 40)), (LabelStock.THERMAL_80X60, 25, (80, 60)),
     (LabelStock.SHEET_A4_3X8, 2, (210, 297))],
)  # fmt: skip
def test_labels_come_on_the_stock_that_is_in_the_printer(
    stock: LabelStock, pages: int, size_mm: tuple[int, int]
) -> None:
    rendered = render([samples.box_label(n) for n in range(1, 26)], language="zh", stock=stock)
    assert rendered.pages == pages
    width, height = pdfium.PdfDocument(rendered.pdf)[0].get_size()
    assert (round(width * 25.4 / 72), round(height * 25.4 / 72)) == size_mm


def test_papers_of_several_kinds_are_not_one_file() -> None:
    with pytest.raises(ValueError, match="one kind"):
        render([samples.batch_sheet(), samples.kitchen_count()], language="zh")
    with pytest.raises(ValueError, match="at least one"):
        render([], language="zh")


def test_a_paper_that_cannot_be_set_is_refused_by_name() -> None:
    broken = replace(samples.batch_sheet(), dish="\ud83c")
    with pytest.raises(InvalidError) as refusal:
        render([broken], language="zh")
    assert broken.head.code in refusal.value.say("zh")
    assert broken.head.code in refusal.value.say("en")


def test_there_is_a_template_for_every_kind_of_paper() -> None:
    kinds = {kind_of(maker()) for maker in MAKERS}
    assert kinds == set(PaperKind)
    assert {file.stem for file in TEMPLATES.glob("*.typ")} == kinds | {"frame", "money_report", "elder_statement"}


def test_every_word_of_a_template_stands_in_both_catalogues() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.glob("*.typ"))
    keys = set(re.findall(r't\("([a-z_.0-9]+)"\)', source))
    for group in re.findall(r'\(((?:"[a-z_]+",? ?)+)\)(?:\.map\(key|\)| \+ if)', source):
        keys |= set(re.findall(r'"([a-z_]+)"', group))
    assert len(keys) > 80
    for language in LANGUAGES:
        assert {f"sheet.{key}" for key in keys} <= set(catalogue(language))


def test_days_and_times_read_as_people_write_them() -> None:
    assert day_words("zh", samples.DAY) == "2026 年 11 月 23 日 星期一"
    assert day_words("en", samples.DAY) == "Monday 23 November 2026"
    assert later_words(samples.DAY, 57 * samples.HOUR_S + 1800) == "11-25 09:30"


@both_languages
def test_what_to_be_careful_about_stands_at_the_door_and_at_the_guest(language: str) -> None:
    stop = replace(samples.route_stop(1), cautions=("alone", "watch"))
    point = samples.meal_point_sheet()
    guest = replace(point.eat_in[0], cautions=("choking",))
    for paper, words in (
        (samples.route_sheet(stop), ("caution.alone", "caution.watch")),
        (replace(point, eat_in=(guest, *point.eat_in[1:])), ("caution.choking",)),
    ):
        for word in words:
            assert squeezed(catalogue(language)[word]) in words_of(paper, language)


@pytest.mark.parametrize("maker", SHEETS)
@both_languages
def test_every_sheet_can_be_found_by_its_short_code(maker: Callable[[], PaperValue], language: str) -> None:
    paper = maker()
    texts = pages_of(render([paper], language=language))
    assert all(short_code(paper.head.code) in text for text in texts)


@both_languages
def test_a_second_copy_says_so_and_why_and_in_which_version_it_holds(language: str) -> None:
    paper = samples.route_sheet()
    again = replace(paper, head=replace(paper.head, holds_in=3, copy=2, reprint="damaged"))
    words = words_of(again, language)
    known = catalogue(language)
    assert squeezed(known["sheet.holds_in"].format(version=3)) in words
    assert squeezed(known["sheet.copy"].format(number=2)) in words
    assert squeezed(known["reprint.damaged"]) in words
    assert squeezed(known["sheet.copy"].format(number=1)) not in words_of(paper, language)


def test_the_batch_sheet_lists_what_goes_in_with_its_allergens_and_room_for_the_lot() -> None:
    words = words_of(samples.batch_sheet())
    for part in ("排骨(猪肉)5.52kg", "豆豉(大豆、麸质)368gB20261120", "冬瓜6.90kg", "蒸柜"):
        assert part in words
    assert "没有配方" in words_of(replace(samples.batch_sheet(), ingredients=()))


def test_the_change_slip_says_what_is_void_what_holds_and_every_line() -> None:
    words = words_of(samples.change_slip())
    for part in (
        "作废：12-1-RS-R01", "现行：12-2-RS-R01", "第1版→第2版", "李调度", "厨房故障", "户数12→11", "取消站", "新增站",
        "换位站", "位置3→2", "K01-0007→K01-0107", "不含花生", "请交回或销毁旧单",
    ):  # fmt: skip
        assert part in words


def test_the_call_list_says_whom_to_phone_and_what_to_say() -> None:
    words = words_of(samples.call_list())
    for part in ("欧阳𬱖䶮", samples.PHONE, "今天送不了餐", "换成", "11:00–11:15（原10:30）", "10:00前", "无人接"):
        assert part in words


def test_a_chilled_meal_says_how_it_is_kept_and_until_which_day() -> None:
    label = replace(samples.box_label(), keeping=Keeping.CHILLED, eat_by_s=33 * samples.HOUR_S)
    words = words_of(label)
    assert "8°C以下冷藏" in words
    assert "11-2409:00" in words


def test_the_mark_of_the_lid_stands_on_the_label() -> None:
    assert "盖02BD" in words_of(replace(samples.box_label(), mark="02BD"))
    assert "盖" not in words_of(samples.box_label())


def test_every_field_that_a_slip_can_tell_has_a_name_in_both_languages() -> None:
    kinds = [samples.kitchen_count, samples.batch_sheet, samples.box_label, samples.loading_manifest,
             samples.route_sheet, samples.meal_point_sheet, samples.pick_list, samples.purchase_list,
             samples.substitution_sheet]  # fmt: skip
    names, lines = set(), set()
    for maker in kinds:
        sheet = shown(maker())
        names |= {cell.field for cell in sheet.facts} | {cell.field for line in sheet.lines for cell in line.cells}
        lines |= {line.key.rpartition(">")[2].partition(":")[0] for line in sheet.lines}
    assert len(names) > 70
    for language in LANGUAGES:
        known = catalogue(language)
        assert not [field for field in names if is_told(field) and f"sheet.field.{field}" not in known]
        assert not [line for line in lines if f"sheet.line.{line}" not in known]


SUMS = {"total", "portions", "spare", "boxes", "doors", "floors", "count", "grams", "carriers", "special_count", "idle"}
OF_ONE_VERSION = {"ordered_by", "outcomes"}


@pytest.mark.parametrize("maker", [one for one in MAKERS if one not in {samples.call_list, samples.change_slip}])
def test_papers_that_show_the_same_read_the_same(maker: Callable[[], PaperValue]) -> None:
    """What the comparison of versions leaves out stands on no paper, or only says who made a version."""
    paper = maker()
    for field in fields(paper):
        value = getattr(paper, field.name)
        if field.name in SUMS | OF_ONE_VERSION or type(value) not in {int, str}:
            continue
        changed = replace(paper, **{field.name: value + 3600 if isinstance(value, int) else f"{value}X"})
        if shown(changed) == shown(paper):
            assert words_of(changed) == words_of(paper), field.name
