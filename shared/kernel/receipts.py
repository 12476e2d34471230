"""What a result was made with, so that anyone can make it again and get the same bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of origin of a result.

    Attributes:
        code_version: version of the software that calculated.
        parameter_hashes: per parameter file or set, the SHA-256 of its content.
        input_hash: SHA-256 of the input in canonical JSON.
        known_at: the moment of knowledge: only what was known then was used.
        seed: seed of the random generator, where one was used.
    """

    code_version: str
    parameter_hashes: Mapping[str, str]
    input_hash: str
    known_at: datetime
    seed: int | None = None


def content_hash(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical_hash(document: Any) -> str:
    """SHA-256 of a JSON document in the canonical form of RFC 8785, so that key order and spacing do not matter.

    Exact numbers must be passed as text. Raises ``rfc8785.CanonicalizationError`` for what JSON cannot hold.
    """
    return content_hash(rfc8785.dumps(document))
