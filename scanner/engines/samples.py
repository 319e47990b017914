"""Small harmless archives that show whether a scanner alerts on what it cannot look into."""

import io
import zipfile
from typing import Final

DEPTH: Final = 40  # clamd's MaxRecursion is 17 unless set higher
_LOCAL_FLAGS: Final = 6
_CENTRAL_FLAGS: Final = 8
_ENCRYPTED: Final = 0x1


def encrypted_zip(content: bytes = b"nothing to see") -> bytes:
    """Return a ZIP whose only entry is marked as encrypted."""
    packed = bytearray(zip_of({"note.txt": content}))
    packed[_LOCAL_FLAGS] |= _ENCRYPTED
    packed[packed.find(b"PK\x01\x02") + _CENTRAL_FLAGS] |= _ENCRYPTED
    return bytes(packed)


def nested_zip(content: bytes = b"nothing to see", depth: int = DEPTH) -> bytes:
    """Return a ZIP in a ZIP in a ZIP …, `depth` deep."""
    for _ in range(depth):
        content = zip_of({"inner.zip": content})
    return content


def zip_of(entries: dict[str, bytes]) -> bytes:
    """Return a ZIP with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()
