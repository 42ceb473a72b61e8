"""How fast an elder is found among a city's: made-up people, and queries of every kind that the desk types.

python -m benchmarks.search [--elders 100000] [--queries 500] [--url postgresql://…]

Without --url it works on an SQLite database in a temporary folder that is removed afterwards; the database of --url
must be empty, and is left filled. Prints, for each kind of query, p50, p95 and p99 in milliseconds and how many were
found on average. Everybody is invented: surnames are those of the country's hundred commonest, in their proportions
roughly; given names, streets and telephones are drawn by a fixed seed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import insert, select

from service.db import Database, open_database
from service.finding.index import rebuild
from service.finding.keys import plain
from service.migrations.run import migrate
from service.people import find_people
from service.tables import Elder, ElderCard, ElderContact, SearchKey

AT_ONCE = 5_000
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向单"
    "仇解查"
)
GIVEN = (
    "样例安康宁福寿禄喜顺和平德仁义礼智信诚明秀英兰梅菊竹松柏云霞丽华珍珠玉凤金银桂香春夏秋冬东南西北中山"
    "河海江湖泉石林森木火土水光辉星月"
)
STREETS = [
    *("素社", "赤岗", "新港", "昌岗", "江南中", "滨江", "瑞宝", "凤阳", "江海"),
    *("琶洲", "南洲", "华洲", "官洲", "沙园", "海幢", "龙凤", "南石头", "南华西"),
]
ROADS = "例安康宁福样和平顺德"


def main() -> None:
    parser = argparse.ArgumentParser(description="Find elders among many and say how long it took.")
    parser.add_argument("--elders", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(asked.url or f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(database)
        chance = random.Random(1)
        began = time.perf_counter()
        _fill(database, asked.elders, chance)
        print(f"{asked.elders} elders written with their index in {time.perf_counter() - began:.1f} s", flush=True)
        if asked.elders <= 20_000:
            with database.write() as session:
                began = time.perf_counter()
                rebuild(session)
            print(f"index rebuilt in {time.perf_counter() - began:.1f} s", flush=True)
        for kind, queries in _queries(database, asked.queries, chance).items():
            _measure(database, kind, queries)
        database.engine.dispose()


def _fill(database: Database, count: int, chance: random.Random) -> None:
    for start in range(0, count, AT_ONCE):
        some = range(start, min(start + AT_ONCE, count))
        elders = [_elder(i, chance) for i in some]
        with database.write() as session:
            session.execute(insert(Elder.__table__), elders)
            numbers = [elder["number"] for elder in elders]
            contacts = [
                {
                    "elder_number": number,
                    "name": "家属例",
                    "phone": _mobile(chance),
                    "roles": "family",
                    "call_order": 2,
                    "note": "",
                    "until_day": None,
                }
                for number in numbers[::2]
            ]
            cards = [
                {
                    "elder_number": number,
                    "kind": "social_security",
                    "card_number": f"{chance.randrange(10**9, 10**10)}",
                    "state": "in_use",
                    "issued_on": None,
                    "valid_until": None,
                }
                for number in numbers
            ]
            session.execute(insert(ElderContact.__table__), contacts)
            session.execute(insert(ElderCard.__table__), cards)


def _elder(i: int, chance: random.Random) -> dict[str, object]:
    surname = chance.choices(SURNAMES, [1 / (place + 8) for place in range(len(SURNAMES))])[0]
    given = "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2))))
    block, floor, door = chance.randrange(1, 40), chance.randrange(1, 19), chance.randrange(1, 9)
    street, road = chance.choice(STREETS), "".join(chance.choices(ROADS, k=2))
    values: dict[str, object] = {
        name: field.get_default() for name, field in Elder.model_fields.items() if not field.is_required()
    }
    return values | {
        "number": f"B{i:06d}",
        "name": surname + given,
        "birth_year": 1930 + i % 30,
        "phone": _mobile(chance) if i % 3 else f"020-{chance.randrange(10**7, 10**8)}",
        "address": f"海珠区{street}街道{road}路{chance.randrange(1, 300)}号{block}栋{floor}{door:02d}房",
        "block": f"{block}栋",
        "stairwell": f"{1 + i % 4}梯",
        "floor": floor,
        "door": f"{floor}{door:02d}",
        "texture": "regular",
        "state": "active",
    }


def _mobile(chance: random.Random) -> str:
    return f"199{chance.randrange(10**7, 10**8)}"


def _queries(database: Database, count: int, chance: random.Random) -> dict[str, list[str]]:
    """Return queries that each fit somebody, and some that fit nobody."""
    with database.read() as session:
        elders = list(session.execute(select(Elder.__table__)).mappings())
        cards = dict(session.execute(select(ElderCard.elder_number, ElderCard.card_number)).all())
    keys = {
        number: sorted(_pinyin(database, number)) for number in (chance.choice(elders)["number"] for _ in range(count))
    }

    def of(make: Callable[[dict[str, str]], str]) -> list[str]:
        return [make(dict(chance.choice(elders))) for _ in range(count)]

    initials = [min((key for key in some if len(key) > 1), key=len, default=some[0]) for some in keys.values()]
    return {
        "number": of(lambda one: one["number"]),
        "card": of(lambda one: cards[one["number"]]),
        "name": of(lambda one: one["name"]),
        "surname": of(lambda one: one["name"][0]),
        "pinyin": [max(some, key=len) for some in keys.values()],
        "initials": initials,
        "telephone": of(lambda one: one["phone"]),
        "last four digits": of(lambda one: one["phone"][-4:]),
        "address": of(lambda one: one["address"][3:11]),
        "block and door": of(lambda one: f"{one['block']}{one['door']}"),
        "within a part": of(lambda one: one["address"][8:12]),
        "name and road": of(lambda one: f"{one['address'][7:10]} {one['name'][0]}"),
        "door and surname": of(lambda one: f"{one['door']} {one['block']} {one['name'][0]}"),
        "nobody": [f"无人{i} 九十九" for i in range(count)],
    }


def _pinyin(database: Database, number: str) -> Iterator[str]:
    with database.read() as session:
        yield from session.execute(
            select(SearchKey.key).where(SearchKey.elder_number == number, SearchKey.kind == "pinyin")
        ).scalars()


def _measure(database: Database, kind: str, queries: list[str]) -> None:
    took, found = [], []
    for query in queries:
        began = time.perf_counter()
        with database.read() as session:
            some = find_people(session, query)
        took.append((time.perf_counter() - began) * 1000)
        found.append(len(some))
    p50, p95, p99 = (statistics.quantiles(took, n=100)[i - 1] for i in (50, 95, 99))
    mean = statistics.mean(found)
    print(f"{kind:18} p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms   {mean:5.1f} found, e.g. {plain(queries[0])}")


if __name__ == "__main__":
    main()
