"""Names shortened for screens that many people see."""

from __future__ import annotations

DOUBLE_SURNAMES = frozenset(
    {"欧阳", "司徒", "上官", "诸葛", "司马", "东方", "独孤", "南宫", "夏侯", "皇甫"}
    | {"尉迟", "公孙", "慕容", "长孙", "宇文", "令狐", "端木", "轩辕", "东郭", "申屠"}
)


def shortened(name: str) -> str:
    """Return the surname and a star: 陈*, 欧阳*, `Chan *`."""
    name = name.strip()
    if not name:
        return "*"
    if name.isascii():
        return f"{name.split()[0]} *"
    return f"{name[:2] if name[:2] in DOUBLE_SURNAMES else name[0]}*"
