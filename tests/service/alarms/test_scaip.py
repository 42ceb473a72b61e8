from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alarms.protocols.scaip import Answer, decode, encode_answer
from service.alarms.signal import MOST_BYTES, Alarm, Kind


def request(root: str = "mrq", **tags: str) -> bytes:
    given = {"ref": "a1", "ver": "01.00", "cid": "300015", "dty": "0003", "did": "P7", "stc": "0010"} | tags
    return (
        f"<{root}>" + "".join(f"<{name}>{said}</{name}>" for name, said in given.items() if said) + f"</{root}>"
    ).encode()


def key_of(body: bytes) -> str:
    refusal = decode(body).refusal
    assert refusal is not None
    return refusal.key


def test_a_pressed_pendant_is_an_sos_and_answered_with_its_ref() -> None:
    signal = decode(request())
    assert (signal.kind, signal.device, signal.alarms) == (Kind.ALARM, "300015", (Alarm.SOS,))
    assert signal.reply == b'<?xml version="1.0" encoding="UTF-8"?><mrs><ref>a1</ref><snu>0</snu></mrs>'


@pytest.mark.parametrize(
    ("tags", "alarm"),
    [
        ({"stc": "0009", "dty": "0005"}, Alarm.FALL_DOWN),
        ({"stc": "0009", "dty": "0010"}, Alarm.NO_SIGN_OF_LIFE),
        ({"stc": "0009", "dty": "0099"}, Alarm.GENERAL),
        ({"stc": "0016"}, Alarm.LOW_BATTERY),
        ({"stc": "0085"}, Alarm.POWER_CUT),
        ({"stc": "9999"}, Alarm.UNKNOWN),
    ],
)
def test_a_status_code_means_what_the_table_says(tags: dict[str, str], alarm: Alarm) -> None:
    assert decode(request(**tags)).alarms == (alarm,)


def test_a_heartbeat_needs_no_device_type() -> None:
    assert decode(request(mty="PI", dty="", stc="")).kind is Kind.HEARTBEAT


def test_the_other_root_is_answered_in_kind() -> None:
    assert decode(request("scaip")).reply == encode_answer("a1", Answer.OK, "scaip")


@pytest.mark.parametrize("missing", ["ref", "cid", "dty", "stc"])
def test_a_missing_tag_is_answered_with_7(missing: str) -> None:
    signal = decode(request(**{missing: ""}))
    assert signal.refusal is not None
    assert signal.reply == encode_answer("" if missing == "ref" else "a1", Answer.TAG_MISSING)


@pytest.mark.parametrize("tags", [{"ref": "x" * 17}, {"stc": "10"}, {"dty": "ABCD"}, {"mty": "XX"}])
def test_a_content_without_its_form_is_answered_with_3(tags: dict[str, str]) -> None:
    reply = decode(request(**tags)).reply
    assert reply is not None
    assert b"<snu>3</snu>" in reply


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "bad_xml"),
        (b"<mrq><ref>a</mrq>", "bad_xml"),
        (b"<mrq><a><b><c/></b></a></mrq>", "bad_xml"),
        (b"<other/>", "wrong_root"),
        (b'<!DOCTYPE mrq [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><mrq><ref>&b;</ref></mrq>', "dangerous_xml"),
        (b'<!DOCTYPE mrq [<!ENTITY x SYSTEM "file:///etc/hostname">]><mrq><ref>&x;</ref></mrq>', "dangerous_xml"),
        (b"<?run it?><mrq/>", "dangerous_xml"),
        (b"<mrq>" + b"x" * MOST_BYTES + b"</mrq>", "too_long"),
    ],
)
def test_what_is_no_scaip_is_refused(body: bytes, key: str) -> None:
    assert key_of(body) == key


def test_a_whole_sip_message_is_read_and_a_wrong_type_or_length_is_not() -> None:
    def sip(kind: str, length: int) -> bytes:
        head = f"MESSAGE sip:desk SIP/2.0\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        return head.encode() + request()

    assert decode(sip("application/scaip+xml", len(request()))).alarms == (Alarm.SOS,)
    assert key_of(sip("text/plain", len(request()))) == "wrong_media_type"
    assert key_of(sip("application/scaip+xml", 5)) == "bad_length"


@given(received=st.binary(max_size=200) | st.text("<>/&;mrqefstcid01 ", max_size=100).map(str.encode))
def test_any_bytes_give_a_signal_and_never_raise(received: bytes) -> None:
    for signal in (decode(received), decode(b"<mrq>" + received + b"</mrq>")):
        assert (signal.kind is None) == (signal.refusal is not None)
        assert signal.reply is not None
