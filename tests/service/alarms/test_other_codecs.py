"""What packages not written here say of the same bytes; they are no dependencies: without them a test skips aloud."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.alarms.protocols.dc09.cipher import encrypt
from service.alarms.protocols.dc09.decoder import Dc09Decoder
from service.alarms.protocols.dc09.envelope import encode
from service.alarms.protocols.webhook import sign
from service.alarms.staffing import staffed
from service.clock import StoppedClock

KEY = bytes(range(16))


def oracle(name: str) -> Any:
    return pytest.importorskip(name, reason=f"the comparison needs the package {name}, which is no dependency")


@pytest.mark.parametrize("size", [16, 24, 32])
def test_aes_agrees_with_cryptography(size: int) -> None:
    ciphers = oracle("cryptography.hazmat.primitives.ciphers")
    key, clear = bytes(range(size)), bytes(range(96))
    other = ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(bytes(16))).encryptor()
    assert encrypt(key, clear) == other.update(clear) + other.finalize()


def test_siadc09_reads_our_acknowledgements() -> None:
    message = oracle("siadc09.message")
    clear = b"|#ABCD|1101 00 007]_08:30:00,03-01-2026"
    secret = encrypt(KEY, b"p" * (16 - len(clear) % 16) + clear)
    clock = StoppedClock(datetime(2026, 3, 1, 8, 30, 5, tzinfo=UTC))
    for frame in (
        encode(b'"*ADM-CID"0002R1L2#ABCD[' + secret.hex().encode()),
        encode(b'"ADM-CID"0002L0#1234[#1234|1101 00 007]'),
    ):
        signal = Dc09Decoder({"": KEY}, clock, in_time=True).read(frame)
        said = message.parse_frame(signal.reply, {None: KEY})
        assert (signal.refusal, said.idtoken, said.seq) == (None, "ACK", 2)


def test_standardwebhooks_takes_our_signatures() -> None:
    webhooks = oracle("standardwebhooks")
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign(b"s" * 32, "m1", int(now.timestamp()), b"{}"),
    }
    assert webhooks.Webhook(b"s" * 32).verify(b"{}", headers) == {}


def test_pyworkforce_finds_the_same_waiting_share() -> None:
    queuing = oracle("pyworkforce.queuing")
    other = queuing.ErlangC(transactions=40, aht=180, asa=15, interval=3600, shrinkage=0.0)
    assert staffed(7, 40, 180, 15).waiting_share == pytest.approx(other.waiting_probability(positions=7), abs=1e-6)
