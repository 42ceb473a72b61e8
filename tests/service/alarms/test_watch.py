from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.alarms.protocols.watch import ALARM_BITS, WatchDecoder, alarms_of, encode
from service.alarms.signal import MOST_BYTES, RANK, Alarm, Fix, Kind, Signal
from tests.service.alarms.streams import byte_by_byte, cut_at, fed, whole

DEVICE = "1234509876"


def placed(status: str = "00000000", *, fix: str = "A", battery: int = 55) -> str:
    where = f"{fix},23.083300,N,113.317200,E"
    return f"010326,083000,{where},0.00,0,15,7,80,{battery},120,0,{status},1,1,460,0,9346,5223,42"


SOS = encode("3G", DEVICE, f"AL,{placed('00010000')}")
POSITION = encode("SG", DEVICE, f"UD2,{placed()}")
BEAT = encode("CS", DEVICE, "LK,120,0,53")
INDEXED = encode("ZJ", DEVICE, "LK", "0007")
CONVERSATION = [BEAT, POSITION, SOS, INDEXED]


def one(frame: bytes) -> Signal:
    signals = whole(WatchDecoder, frame)
    assert len(signals) == 1
    return signals[0]


def test_an_sos_tells_who_where_when_and_is_answered_byte_for_byte() -> None:
    signal = one(SOS)
    assert (signal.kind, signal.device, signal.alarms) == (Kind.ALARM, DEVICE, (Alarm.SOS,))
    assert signal.at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert signal.fix == Fix(23.0833, 113.3172, valid=True)
    assert signal.battery_pct == 55
    assert signal.reply == b"[3G*1234509876*0002*AL]"


def test_a_heartbeat_is_answered_and_tells_the_battery() -> None:
    signal = one(BEAT)
    assert (signal.kind, signal.battery_pct, signal.reply) == (Kind.HEARTBEAT, 53, b"[CS*1234509876*0002*LK]")


def test_a_frame_with_an_index_is_answered_with_it() -> None:
    assert one(INDEXED).reply == b"[ZJ*1234509876*0007*0002*LK]"


def test_a_login_is_answered_with_yes() -> None:
    signal = one(encode("3G", DEVICE, "INIT,13800000000"))
    assert (signal.kind, signal.reply) == (Kind.LOGIN, b"[3G*1234509876*0006*INIT,1]")


def test_a_position_is_not_answered() -> None:
    assert (one(POSITION).kind, one(POSITION).reply) == (Kind.POSITION, None)


def test_an_invalid_fix_is_shown_as_such() -> None:
    fix = one(encode("3G", DEVICE, f"UD,{placed(fix='V')}")).fix
    assert fix is not None
    assert not fix.valid


@pytest.mark.parametrize(("bit", "alarm"), ALARM_BITS.items())
def test_every_alarm_bit_is_read(bit: int, alarm: Alarm) -> None:
    assert alarms_of(1 << bit) == (alarm,)


@given(bits=st.sets(st.integers(0, 31)))
def test_sos_comes_first_whatever_else_is_set_and_nothing_is_left_out(bits: set[int]) -> None:
    alarms = alarms_of(sum(1 << bit for bit in bits | {16}))
    assert alarms[0] is Alarm.SOS
    assert {ALARM_BITS[bit] for bit in bits & set(ALARM_BITS)} <= set(alarms)
    assert list(alarms) == sorted(set(alarms), key=RANK.__getitem__)


def test_an_alarm_bit_that_nobody_knows_is_an_unknown_alarm() -> None:
    assert alarms_of(1 << 30) == (Alarm.UNKNOWN,)


def test_an_alarm_without_a_bit_is_a_general_one() -> None:
    signal = one(encode("3G", DEVICE, f"AL,{placed()}"))
    assert (signal.alarms, signal.highest) == ((), Alarm.GENERAL)


@pytest.mark.parametrize("content", ["AL", "AL,,,", "AL,010326,083000,A,x,N,y,E", f"AL,{placed('zz')}"])
def test_an_alarm_that_cannot_be_read_is_still_an_alarm_and_answered(content: str) -> None:
    signal = one(encode("3G", DEVICE, content))
    assert (signal.kind, signal.highest, signal.device) == (Kind.ALARM, Alarm.GENERAL, DEVICE)
    assert signal.reply == b"[3G*1234509876*0002*AL]"


def test_a_position_that_cannot_be_read_is_refused_and_not_answered() -> None:
    signal = one(encode("3G", DEVICE, "UD,1,2,3"))
    assert signal.refusal is not None
    assert (signal.refusal.key, signal.reply, signal.device) == ("too_few_fields", None, DEVICE)


@pytest.mark.parametrize("frame", CONVERSATION)
def test_a_frame_says_the_same_byte_by_byte(frame: bytes) -> None:
    assert byte_by_byte(WatchDecoder, frame) == whole(WatchDecoder, frame)


def test_glued_frames_come_out_one_by_one() -> None:
    signals = whole(WatchDecoder, b"".join(CONVERSATION))
    assert signals == [one(frame) for frame in CONVERSATION]


@given(places=st.lists(st.integers(0, 10_000), max_size=12), garbage=st.binary(max_size=30))
@example(places=[], garbage=b"[3G*12*00")
@example(places=[1], garbage=b"]][[")
def test_frames_between_garbage_are_found_however_the_stream_is_cut(places: list[int], garbage: bytes) -> None:
    garbage = garbage.replace(b"[", b"(")
    stream = b"".join(frame + garbage for frame in CONVERSATION)
    found = [signal for signal in fed(WatchDecoder(), cut_at(stream, places)) if signal.refusal is None]
    assert found == [one(frame) for frame in CONVERSATION]


@pytest.mark.parametrize("wrong", [b"0001", b"0100", b"0f00"])
def test_an_alarm_with_a_wrong_length_is_read_when_the_next_frame_or_the_end_comes(wrong: bytes) -> None:
    shifted = SOS.replace(b"*%04x*" % (len(SOS) - 21), b"*" + wrong + b"*")
    assert shifted != SOS
    for make in (whole, byte_by_byte):
        assert make(WatchDecoder, shifted)[0].alarms == (Alarm.SOS,)
        assert [signal.kind for signal in make(WatchDecoder, shifted + BEAT)] == [Kind.ALARM, Kind.HEARTBEAT]


def test_a_frame_longer_than_4_kib_is_refused_and_the_next_one_is_read() -> None:
    signals = whole(WatchDecoder, encode("3G", DEVICE, "TK," + "x" * MOST_BYTES) + SOS)
    assert [signal.refusal.key if signal.refusal else signal.kind for signal in signals] == ["too_long", Kind.ALARM]


@given(received=st.binary(max_size=300) | st.text("[]*3GSALUDK,0123456789abcdef", max_size=200).map(str.encode))
def test_any_bytes_give_signals_and_never_raise(received: bytes) -> None:
    for signal in byte_by_byte(WatchDecoder, received):
        assert (signal.kind is None) == (signal.refusal is not None)
        if signal.refusal:
            assert signal.refusal.say("zh")
            assert signal.refusal.say("en")


@given(content=st.text("ALUDNSEWV,.-0123456789 ", max_size=120))
def test_any_content_of_a_frame_is_one_signal(content: str) -> None:
    assert len(whole(WatchDecoder, encode("3G", DEVICE, content))) == 1


@pytest.mark.parametrize("endless", [b"x", b"[", b"[3G*1*0fff*", b"[3G*1234509876*0fff*AL,"])
def test_an_endless_stream_keeps_4_kib_at_most(endless: bytes) -> None:
    decoder = WatchDecoder()
    for _ in range(200):
        decoder.feed(endless * 100)
        assert decoder.kept_bytes <= MOST_BYTES
