"""Set meals of the sample: Cantonese home cooking, two meat dishes, a vegetable, a soup and rice for 12 to 15 yuan.

Each kitchen offers five a day: the usual one, another without pork, one without meat, a soft one and a light one.
"""

from __future__ import annotations

from kitchens.meals import StationKind
from service.tables import Dish

PLAIN = "regular soft"
SOFT = "soft minced pureed"
ANY = "regular soft minced pureed"
LIGHT = "low_salt low_sugar low_purine low_fat"

USUAL: tuple[tuple[str, str, int, str], ...] = (
    (
        "豉汁蒸排骨、番茄炒蛋、蒜蓉菜心、冬瓜汤",
        "Black-bean spare ribs, tomato egg, choy sum, winter melon soup",
        1300,
        "pork egg soy gluten",
    ),
    (
        "白切鸡、肉末豆腐、上汤娃娃菜、莲藕汤",
        "White-cut chicken, tofu with pork, baby cabbage, lotus root soup",
        1400,
        "pork poultry soy gluten",
    ),
    (
        "萝卜炆牛腩、肉末蒸蛋、炒生菜、粉葛汤",
        "Beef brisket with radish, egg with pork, lettuce, kudzu soup",
        1500,
        "pork beef egg soy gluten",
    ),
    (
        "清蒸鲩鱼、荷兰豆炒肉片、炒空心菜、西洋菜汤",
        "Steamed grass carp, snow peas with pork, water spinach, watercress soup",
        1450,
        "pork fish soy gluten",
    ),
    (
        "咸蛋蒸肉饼、豆角炒鸡丁、蚝油生菜、节瓜汤",
        "Pork patty with salted egg, beans with chicken, oyster-sauce lettuce, hairy melon soup",
        1300,
        "pork poultry shellfish egg soy gluten",
    ),
    (
        "冬菇滑鸡、蒜薹炒肉、炒小白菜、老黄瓜汤",
        "Chicken with shiitake, garlic shoots with pork, pak choi, old cucumber soup",
        1400,
        "pork poultry soy gluten mushroom",
    ),
    (
        "梅菜扣肉、蒸水蛋、炒芥蓝、冬瓜汤",
        "Pork belly with preserved greens, steamed egg, kai lan, winter melon soup",
        1350,
        "pork egg soy gluten",
    ),
    (
        "番茄炒牛肉、土豆炆鸡、豆豉油麦菜、海带汤",
        "Beef with tomato, chicken with potato, black-bean lettuce, kelp soup",
        1500,
        "beef poultry soy gluten",
    ),
    (
        "南乳花生炆猪手、韭黄炒蛋、炒菜心、青红萝卜汤",
        "Trotters with peanuts, egg with yellow chives, choy sum, carrot soup",
        1400,
        "pork egg soy peanut gluten",
    ),
    (
        "香煎马鲛鱼、西芹炒肉片、炒菠菜、番茄蛋花汤",
        "Fried mackerel, celery with pork, spinach, tomato egg soup",
        1450,
        "pork fish egg soy gluten",
    ),
    (
        "蜜汁叉烧、凉瓜炒蛋、炒菜心、霸王花汤",
        "Char siu, bitter melon with egg, choy sum, dragon flower soup",
        1400,
        "pork egg soy gluten",
    ),
    (
        "腰果虾仁、肉末豆腐、白灼菜心、节瓜汤",
        "Prawns with cashews, tofu with pork, blanched choy sum, hairy melon soup",
        1500,
        "pork shellfish soy nuts gluten",
    ),
)
WITHOUT_PORK: tuple[tuple[str, str, int, str], ...] = (
    (
        "姜葱蒸鸡、韭菜炒蛋、炒生菜、冬瓜汤",
        "Chicken with ginger, egg with chives, lettuce, winter melon soup",
        1350,
        "poultry egg soy gluten",
    ),
    (
        "清蒸鲈鱼、虾皮蒸蛋、炒小白菜、豆腐汤",
        "Steamed bass, egg with dried shrimps, pak choi, tofu soup",
        1500,
        "fish shellfish egg soy gluten",
    ),
    (
        "番茄炖牛肉、胡萝卜炒鸡丝、炒菜心、玉米汤",
        "Beef stew with tomato, chicken with carrot, choy sum, corn soup",
        1500,
        "beef poultry soy gluten",
    ),
    (
        "豆豉蒸鱼块、番茄炒蛋、炒芥菜、老黄瓜汤",
        "Fish with black beans, tomato egg, mustard greens, old cucumber soup",
        1400,
        "fish egg soy gluten",
    ),
    (
        "咖喱土豆鸡、蒸水蛋、炒空心菜、番茄汤",
        "Curry chicken with potato, steamed egg, water spinach, tomato soup",
        1350,
        "poultry egg milk gluten",
    ),
    (
        "香菇蒸鸡、丝瓜炒蛋、炒菠菜、海带汤",
        "Chicken with shiitake, loofah with egg, spinach, kelp soup",
        1350,
        "poultry egg soy gluten mushroom",
    ),
    (
        "萝卜炆鱼腩、鸡丝炒西芹、炒油麦菜、冬瓜汤",
        "Fish belly with radish, celery with chicken, lettuce, winter melon soup",
        1450,
        "poultry fish soy gluten",
    ),
    (
        "土豆炆牛肉、番茄滑蛋、炒生菜、节瓜汤",
        "Beef with potato, soft egg with tomato, lettuce, hairy melon soup",
        1500,
        "beef egg soy gluten",
    ),
)
WITHOUT_MEAT: tuple[tuple[str, str, int, str], ...] = (
    (
        "红烧豆腐、香菇菜心、炒胡萝卜丝、番茄汤",
        "Braised tofu, choy sum with shiitake, carrot, tomato soup",
        1200,
        "soy gluten mushroom",
    ),
    (
        "腐竹炆冬菇、炒西兰花、蒸南瓜、玉米汤",
        "Bean curd sticks with shiitake, broccoli, pumpkin, corn soup",
        1200,
        "soy gluten mushroom",
    ),
    (
        "罗汉斋、炒豆角、蒸芋头、节瓜汤",
        "Buddha's delight, string beans, taro, hairy melon soup",
        1250,
        "soy gluten mushroom",
    ),
    (
        "酱烧茄子、炒土豆丝、炒菜心、紫菜汤",
        "Braised aubergine, potato strips, choy sum, seaweed soup",
        1200,
        "soy gluten",
    ),
    (
        "芝麻菠菜、红烧豆腐、炒莲藕、冬瓜汤",
        "Sesame spinach, braised tofu, lotus root, winter melon soup",
        1200,
        "soy gluten sesame",
    ),
    ("西芹炒莲藕、蒸南瓜、炒瓜苗、节瓜汤", "Celery with lotus root, pumpkin, melon shoots, hairy melon soup", 1200, ""),
)
SOFT_SETS: tuple[tuple[str, str, int, str], ...] = (
    ("肉末蒸蛋、茄泥、菜蓉、瘦肉粥", "Egg with minced pork, mashed aubergine, greens, pork congee", 1300, "pork egg"),
    ("鱼蓉豆腐羹、南瓜泥、菜蓉、软饭", "Fish and tofu potage, mashed pumpkin, greens, soft rice", 1400, "fish soy"),
    (
        "鸡蓉粟米羹、土豆泥、冬瓜蓉、软饭",
        "Chicken corn potage, mashed potato, winter melon, soft rice",
        1350,
        "poultry milk",
    ),
    ("肉饼蒸软豆腐、胡萝卜泥、菜蓉、软饭", "Pork patty with tofu, carrot mash, greens, soft rice", 1300, "pork soy"),
    ("滑蛋牛肉粥、芋泥、菜蓉", "Beef congee with egg, taro mash, greens", 1400, "beef egg"),
    ("淮山鸡蓉粥、蒸水蛋、菜蓉", "Yam and chicken congee, steamed egg, greens", 1300, "poultry egg"),
)
LIGHT_SETS: tuple[tuple[str, str, int, str], ...] = (
    (
        "清蒸鸡胸肉、蒸冬瓜、菜心、糙米软饭",
        "Steamed chicken breast, winter melon, choy sum, soft brown rice",
        1350,
        "poultry",
    ),
    ("蒸蛋白羹、丝瓜、小白菜、糙米软饭", "Egg-white custard, loofah, pak choi, soft brown rice", 1200, "egg"),
    (
        "鸡丝节瓜、蒸胡萝卜、上海青、糙米软饭",
        "Chicken with hairy melon, carrot, greens, soft brown rice",
        1350,
        "poultry",
    ),
    (
        "番茄蛋白羹、蒸茄子、菜心、糙米软饭",
        "Egg-white and tomato potage, aubergine, choy sum, soft brown rice",
        1200,
        "egg",
    ),
    (
        "鸡蓉冬瓜羹、蒸淮山、生菜、糙米软饭",
        "Chicken and winter melon potage, yam, lettuce, soft brown rice",
        1350,
        "poultry",
    ),
    (
        "蛋白豆苗、蒸西葫芦、番茄、糙米软饭",
        "Egg white with pea shoots, courgette, tomato, soft brown rice",
        1200,
        "egg",
    ),
)

GROUPS = (
    ("A", USUAL, PLAIN, ""),
    ("B", WITHOUT_PORK, PLAIN, ""),
    ("C", WITHOUT_MEAT, PLAIN, ""),
    ("D", SOFT_SETS, SOFT, "low_salt"),
    ("E", LIGHT_SETS, ANY, LIGHT),
)
"""In the order in which they stand on a menu: letter of the code, meals, textures, limits kept."""


STEAMED = ("白切鸡", "梅菜扣肉")
"""Mains that do not say in their names that they are steamed."""


def station_of(name: str) -> StationKind:
    """Return what the first dish of a set meal is cooked on, which is what the whole meal waits for."""
    main = name.split("、")[0]
    if "叉烧" in main:
        return StationKind.OVEN
    if "拌" in main:
        return StationKind.COLD
    is_steamed = main in STEAMED or any(sign in main for sign in "蒸粥饭头")
    return StationKind.STEAMER if is_steamed else StationKind.WOK


def sample_dishes() -> tuple[Dish, ...]:
    """Return all set meals of the sample, coded by group and number: `A01` is the first usual one."""
    return tuple(
        Dish(
            code=f"{letter}{i:02d}",
            name=name,
            name_en=english,
            price_fen=price_fen,
            contains=contains,
            textures=textures,
            keeps=keeps,
            station=station_of(name).value,
        )
        for letter, meals, textures, keeps in GROUPS
        for i, (name, english, price_fen, contains) in enumerate(meals, start=1)
    )


def menu_of(kitchen: int, week: int, weekday: int) -> tuple[str, ...]:
    """Return the dish codes of one day, the usual one first.

    Kitchens and days are shifted against each other, so that a kitchen repeats no usual meal within a week and
    neighbours do not all cook the same.
    """
    day = (week - 1) * 7 + weekday - 1
    return tuple(f"{letter}{(day + 5 * kitchen) % len(meals) + 1:02d}" for letter, meals, _, _ in GROUPS)
