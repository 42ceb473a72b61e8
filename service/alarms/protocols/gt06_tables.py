"""The numbers of the GT06 family: what each protocol number is, and which alarm a code or three status bits mean."""

from __future__ import annotations

from collections.abc import Mapping

from service.alarms.signal import Alarm

NAMES: Mapping[int, str] = {
    0x01: "login",
    0x10: "gps",
    0x11: "gps_lbs_6",
    0x12: "gps_lbs_1",
    0x13: "status",
    0x14: "satellites",
    0x15: "string",
    0x16: "gps_lbs_status_1",
    0x17: "wifi",
    0x18: "lbs_extend",
    0x19: "lbs_status",
    0x1A: "gps_phone",
    0x1E: "gps_lbs_extend",
    0x21: "string_info",
    0x22: "gps_lbs_2",
    0x23: "heartbeat",
    0x24: "lbs_multiple_3",
    0x25: "gps_card",
    0x26: "gps_lbs_status_2",
    0x27: "gps_lbs_status_3",
    0x28: "lbs_multiple_1",
    0x2A: "address_request",
    0x2C: "lbs_wifi",
    0x2D: "gps_lbs_4",
    0x2E: "lbs_multiple_2",
    0x31: "gps_lbs_5",
    0x32: "gps_lbs_status_4",
    0x33: "wifi_5",
    0x34: "gps_x1",
    0x35: "photo_info",
    0x36: "gps_lbs_7",
    0x37: "gps_lbs_3",
    0x40: "battery_report",
    0x41: "multimedia",
    0x69: "wifi_2",
    0x70: "gps_modular",
    0x80: "command",
    0x81: "command_answer",
    0x82: "command_answer_2",
    0x8A: "time_request",
    0x8C: "vehicle_bus",
    0x94: "information",
    0x95: "alarm",
    0x97: "address_answer",
    0x9B: "serial_port",
    0xA0: "gps_2",
    0xA1: "lbs_2",
    0xA2: "wifi_3",
    0xA3: "fence_single",
    0xA4: "fence_multi",
    0xA5: "lbs_alarm",
    0xA7: "lbs_address",
    0xF3: "wifi_4",
}

CARRYING_GPS: Mapping[int, int] = {
    **dict.fromkeys((0x10, 0x11, 0x12, 0x16, 0x1A, 0x1E, 0x22, 0x26, 0x27, 0x2D, 0x31, 0x32, 0x36, 0x37, 0xA0), 0),
    0x34: 4,
}
"""Where the block of time, satellites, position, speed and course begins in the content, by protocol number."""

WITH_STATUS = frozenset({0x16, 0x19, 0x26, 0x27, 0x32})
ALARMING = frozenset({0x16, 0x19, 0x26, 0x27, 0x32, 0x95, 0xA3, 0xA4, 0xA5})
"""Protocol numbers that are sent because something happened: they reach a person even if nothing in them is known."""

FENCES = frozenset({0xA3, 0xA4})
LONE_HEARTBEATS = frozenset({0x13, 0x23})
WITHOUT_CRC = frozenset({0x17, 0x69})
"""Wi-Fi reports of some watches declare a length of 0, have no CRC and end at their `0D0A`."""

STATUS_ALARMS: Mapping[int, Alarm] = {
    1: Alarm.VIBRATION,
    2: Alarm.POWER_CUT,
    3: Alarm.LOW_BATTERY,
    4: Alarm.SOS,
    6: Alarm.GEOFENCE,
    7: Alarm.REMOVING,
}
"""Bits 3 to 5 of the byte that says how the terminal is."""

ALARM_CODES: Mapping[int, Alarm | None] = {
    0x00: None,
    0x01: Alarm.SOS,
    0x02: Alarm.POWER_CUT,
    0x03: Alarm.VIBRATION,
    0x04: Alarm.GEOFENCE_ENTER,
    0x05: Alarm.GEOFENCE_EXIT,
    0x06: Alarm.OVERSPEED,
    0x09: Alarm.VIBRATION,
    0x0A: Alarm.FAULT,
    0x0B: None,
    0x0C: None,
    0x0D: None,
    0x0E: Alarm.LOW_BATTERY,
    0x0F: Alarm.LOW_BATTERY,
    0x10: Alarm.TAMPERING,
    0x11: Alarm.POWER_OFF,
    0x12: Alarm.CONNECTION_LOST,
    0x13: Alarm.TAMPERING,
    0x14: Alarm.DOOR,
    0x15: Alarm.POWER_OFF,
    0x16: Alarm.GENERAL,
    0x17: Alarm.FAULT,
    0x18: Alarm.TAMPERING,
    0x19: Alarm.LOW_BATTERY,
    0x20: None,
    0x23: Alarm.FALL_DOWN,
    0x29: Alarm.VIBRATION,
    0x2A: Alarm.VIBRATION,
    0x2B: Alarm.VIBRATION,
    0x2C: Alarm.ACCIDENT,
    0x30: Alarm.VIBRATION,
    0xFE: None,
    0xFF: None,
}
"""The alarm byte; None is a notice and no alarm (first fix, ignition, normal). A byte that is not here is unknown."""

CAMERA_ALARMS: Mapping[int, Alarm] = {
    0x01: Alarm.SOS,
    0x80: Alarm.VIBRATION,
    0x87: Alarm.OVERSPEED,
    0x90: Alarm.VIBRATION,
    0x91: Alarm.VIBRATION,
    0x92: Alarm.VIBRATION,
    0x93: Alarm.ACCIDENT,
}
"""The alarm byte of protocol number 0x95."""
