"""How fast meals are priced: many cases as JSON lines through the same steps as `nuanfan price --json`.

python -m benchmarks.pricing [--cases 100000] [--seed 1]

Prints seconds and cases a second for reading, pricing and writing together, on one core, and the sums of money as a
check that work was done. Cases are made up before the clock starts, spread over all shipped schemes.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

from service.calendar import is_working_day
from service.subsidies import answer_json, get_scheme, parse_case, price, shipped_schemes

FIRST_DAY = date(2026, 1, 5)
HOMES = {
    "beijing-2022": {"city": "北京市", "district": "西城区", "street": "样例街道"},
    "guangzhou-2024": {"city": "广州市", "district": "海珠区", "street": "素社街道"},
    "shanghai-putuo": {"city": "上海市", "district": "普陀区", "street": "样例街道"},
    "shenzhen-longgang": {"city": "深圳市", "district": "龙岗区", "street": "样例街道"},
    "zengcheng-zhengguo-2020": {"city": "广州市", "district": "增城区", "street": "正果镇"},
    "zhuhai-2024": {"city": "珠海市", "district": "高新区", "street": "样例镇"},
}
MODES = ("own_kitchen", "unit_canteen", "enterprise", "restaurant", "care_home", "mutual_aid")
CLASSES = ("低保", "特困", "优抚", "重残", "基本养老服务对象")


def main() -> None:
    parser = argparse.ArgumentParser(description="Price many made-up cases and say how long it took.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    lines = [json.dumps(_case(chance), ensure_ascii=False) for _ in range(asked.cases)]
    assert set(shipped_schemes()) == set(HOMES)
    is_workday = cache(is_working_day)
    fen: Counter[str] = Counter()
    refused = letters = 0
    began, began_cpu = time.perf_counter(), time.process_time()
    for number, line in enumerate(lines, start=1):
        one = parse_case(line, is_workday)
        answer = answer_json(one, price(one.case, get_scheme(one.case.scheme_id)), number)
        letters += len(json.dumps(answer, ensure_ascii=False))
        refused += answer["refusal"] is not None
        fen.update(answer["paid_by"])
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    print(f"{asked.cases} cases in {seconds:.1f} s ({cpu:.1f} s of processor), {asked.cases / cpu:,.0f} a second")
    print(f"refused {refused}, {letters / 1e6:.0f} MB of answers")
    for payer, sum_fen in sorted(fen.items()):
        print(f"  {payer:10}{sum_fen / 100:16,.2f} yuan")


def _case(chance: random.Random) -> dict[str, Any]:
    scheme = chance.choice(sorted(HOMES))
    home = HOMES[scheme]
    delivered = chance.random() < 0.4
    return {
        "scheme": scheme,
        "date": (FIRST_DAY + timedelta(days=chance.randrange(330))).isoformat(),
        "meal": chance.choice(("lunch", "lunch", "lunch", "dinner", "breakfast")),
        "price_fen": chance.randrange(600, 2500, 10),
        "delivery_fee_fen": 200 if delivered else 0,
        "delivered": delivered,
        "mode": chance.choice(MODES),
        "place": home,
        "elder": {
            "birth_date": date(chance.randrange(1922, 1970), chance.randrange(1, 13), 15).isoformat(),
            "hukou": home if chance.random() < 0.8 else {"city": "佛山市"},
            "residence": home,
            "classes": [one for one in CLASSES if chance.random() < 0.1],
            "care_level": chance.choice((None, 0, 1, 2, 3, 4, 5)),
        },
        "used": {"today": chance.choice((0, 0, 0, 1)), "this_week": chance.randrange(6)},
    }


if __name__ == "__main__":
    main()
