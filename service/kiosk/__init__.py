"""The kiosk (`/kiosk`): what an elder is asked at the meal point, one question a screen, and what each answer does."""

from service.kiosk.answering import Said, answer
from service.kiosk.screens import Screen, screen_of
from service.kiosk.visits import SIZES, VOICES, Voice, find_visit, turn_of

__all__ = ["SIZES", "VOICES", "Said", "Screen", "Voice", "answer", "find_visit", "screen_of", "turn_of"]
