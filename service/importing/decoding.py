"""Bytes into text: UTF-8 with or without a byte order mark, or GB18030 as Chinese spreadsheets save it."""

from __future__ import annotations

import re

MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
HAN = re.compile("[\u4e00-\u9fff]")


class UndecodableError(ValueError):
    """A text that is neither UTF-8 nor GB18030; `line` is where that shows first."""

    def __init__(self, line: int) -> None:
        super().__init__(f"neither UTF-8 nor GB18030 (line {line})")
        self.line = line


def decode(content: bytes) -> str:
    """Return `content` as text.

    Nearly every sequence of bytes is GB18030 of something, so a UTF-8 text with a broken byte would pass as
    gibberish. Where most of a text reads as Chinese in UTF-8 it is taken as UTF-8, and refused for its broken byte.

    Raises
    ------
    UndecodableError
        If it is in neither encoding.
    """
    if content.startswith(MARKS_OF_UTF16):
        raise UndecodableError(1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken_at = error.start
    nearly = content.decode("utf-8", errors="replace")
    if len(HAN.findall(nearly)) > nearly.count("\ufffd"):
        raise UndecodableError(_line_at(content, broken_at))
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UndecodableError(_line_at(content, error.start)) from error


def _line_at(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1
