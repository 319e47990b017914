"""What holds for every import, whatever the format."""

from hypothesis import strategies as st

from exams.exchange.items import Preview


def check_balance(seen: Preview) -> None:
    """n items in = n imported + n reported, each reported one with one finding that drops it."""
    dropped = [(finding.file, finding.line) for finding in seen.findings if finding.drops_item]
    assert seen.reported == len(dropped)
    assert seen.imported + seen.reported == len(seen.items)
    assert all(finding.line >= 1 for finding in seen.findings)


@st.composite
def damaged(draw: st.DrawFn, data: bytes, most: int = 6) -> bytes:
    """Return a valid file with a few pieces taken out, doubled, swapped or overwritten."""
    for _ in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 60)))
        piece = data[start:end]
        other = draw(
            st.sampled_from([b"", piece * 2, piece[::-1], b"<", b">", b"</text>", b"\x00"])
        )
        data = (
            data[:start] + draw(st.sampled_from([other, draw(st.binary(max_size=4))])) + data[end:]
        )
    return data
