"""What holds for every import, whatever the format."""

from exams.exchange.items import Preview


def check_balance(seen: Preview) -> None:
    """n items in = n imported + n reported, each reported one with one finding that drops it."""
    dropped = [(finding.file, finding.line) for finding in seen.findings if finding.drops_item]
    assert seen.reported == len(dropped)
    assert seen.imported + seen.reported == len(seen.items)
    assert all(finding.line >= 1 for finding in seen.findings)
