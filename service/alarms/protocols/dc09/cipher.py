"""AES in CBC mode, as DC-09 asks for it: keys of 128, 192 or 256 bits, no padding of its own, initial vector zero."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 16
KEY_BYTES = (16, 24, 32)


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Return `plain`, whole blocks of 16 bytes, encrypted.

    Raises
    ------
    ValueError
        If the key has no such length, or the text is not whole blocks.
    """
    encryptor = _cipher(key, plain).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def decrypt(key: bytes, secret: bytes) -> bytes:
    """Return `secret`, whole blocks of 16 bytes, decrypted.

    Raises
    ------
    ValueError
        If the key has no such length, or the text is not whole blocks.
    """
    decryptor = _cipher(key, secret).decryptor()
    return decryptor.update(secret) + decryptor.finalize()


def _cipher(key: bytes, blocks: bytes) -> Cipher[CBC]:
    if len(key) not in KEY_BYTES:
        raise ValueError(f"an AES key has 16, 24 or 32 bytes, this one {len(key)}")
    if len(blocks) % BLOCK:
        raise ValueError(f"expected whole blocks of {BLOCK} bytes, got {len(blocks)} bytes")
    # The standard fixes the initial vector; a random pad in front of each message takes its part.
    return Cipher(AES(key), CBC(bytes(BLOCK)))
