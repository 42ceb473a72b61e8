"""How names are read: every reading of every character, the surname's own first.

Dictionaries read surnames as common words (单 dan for Shan, 仇 chou for Qiu); whoever types a name from hearing types
the surname's reading. `SURNAMES` holds those that differ, from the standard list of surnames with special readings in
现代汉语词典; every other reading is kept too, since callers and operators do not always know the right one.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import product
from typing import Any

MOST_READINGS = 4
"""Readings kept of one character, the first ones of the dictionary."""

MOST_COMBINED = 24
"""Up to so many ways to read a whole name are kept; of a name with more, those that differ in one place."""

SURNAMES: dict[str, str] = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "乐": "yue", "朴": "piao", "繁": "po", "员": "yun", "覃": "qin", "翟": "zhai", "缪": "miao", "种": "chong",
    "折": "she", "佘": "she", "冼": "xian", "洗": "xian", "宓": "fu", "祭": "zhai", "黑": "he", "秘": "bi",
    "郇": "xun", "逄": "pang", "晁": "chao", "谌": "chen", "车": "che", "都": "du", "尉": "yu", "召": "shao",
    "牟": "mu", "隗": "kui", "阚": "kan", "郗": "xi", "逯": "lu", "柏": "bai", "薄": "bo", "葛": "ge",
    "句": "gou", "阙": "que", "燕": "yan", "应": "ying", "於": "yu", "臧": "zang", "莘": "shen", "纪": "ji",
    "相": "xiang", "番": "pan", "宿": "su", "么": "yao", "幺": "yao", "能": "nai", "訾": "zi", "瞿": "qu",
    "褚": "chu", "强": "qiang", "乜": "nie", "殷": "yin", "过": "guo", "令": "ling", "哈": "ha", "那": "na",
    "长": "zhang", "俞": "yu", "贾": "jia", "沈": "shen", "石": "shi", "卜": "bu", "万": "wan", "尹": "yin",
}  # fmt: skip

TWO_CHARACTERS: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"), "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"), "令狐": ("ling", "hu"), "皇甫": ("huang", "fu"), "夏侯": ("xia", "hou"),
    "鲜于": ("xian", "yu"), "宰父": ("zai", "fu"), "亓官": ("qi", "guan"), "拓跋": ("tuo", "ba"),
    "欧阳": ("ou", "yang"), "司徒": ("si", "tu"), "呼延": ("hu", "yan"), "宿迁": ("su", "qian"),
}  # fmt: skip


def readings(name: str) -> list[tuple[str, ...]]:
    """Return every way to read a name, as syllables in ASCII letters; the likeliest first, [] for no letter at all."""
    syllables = [_of_character(one) for one in name]
    for place, (surname, first) in enumerate([(name[:1], SURNAMES.get(name[:1]))]):
        if surname and first is not None:
            syllables[place] = _with_first(first, syllables[place])
    for place, first in enumerate(TWO_CHARACTERS.get(name[:2], ())):
        syllables[place] = _with_first(first, syllables[place])
    known = [some for some in syllables if some]
    if not known:
        return []
    count = 1
    for some in known:
        count *= len(some)
    if count <= MOST_COMBINED:
        return list(product(*known))
    likeliest = tuple(some[0] for some in known)
    others = [
        (*likeliest[:place], other, *likeliest[place + 1 :]) for place, some in enumerate(known) for other in some[1:]
    ]
    return [likeliest, *others]


def spoken_keys(name: str) -> list[str]:
    """Return what may be typed for a name by its sound: in full and as initials, from each syllable on."""
    found: dict[str, None] = {}
    for syllables in readings(name):
        initials = "".join(one[0] for one in syllables)
        for begin in range(len(syllables)):
            found["".join(syllables[begin:])] = None
            if begin == 0 or len(syllables) - begin > 1:
                found[initials[begin:]] = None
    return list(found)


def _with_first(first: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return (first, *(one for one in others if one != first))[:MOST_READINGS]


@lru_cache(maxsize=30_000)
def _of_character(character: str) -> tuple[str, ...]:
    """Return the readings of one character; a letter or digit is read as itself, anything else not at all."""
    if character.isascii():
        return (character.lower(),) if character.isalnum() else ()
    dictionary = _dictionary()
    found = dictionary.pinyin(character, style=dictionary.Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    spelled: dict[str, None] = {}
    for one in found[0] if found else []:
        # 吕 is typed lv, lu, and lyu as in a passport.
        for written in (one, one.replace("v", "u"), one.replace("v", "yu")) if "v" in one else (one,):
            spelled[written] = None
    return tuple(one for one in spelled if one.isascii() and one.isalpha())[:MOST_READINGS]


@cache
def _dictionary() -> Any:
    # It takes a third of a second to load: only who writes a name waits for it.
    import pypinyin

    return pypinyin
