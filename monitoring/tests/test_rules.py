import os
import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[1] / "rules"
INSTALL = "apt-get install prometheus"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None and os.environ.get("CI") != "true",
    reason=f"promtool is not installed: {INSTALL}",
)


@needs_promtool
def test_rules_fire_when_they_should_and_only_then() -> None:
    result = subprocess.run(
        ["promtool", "test", "rules", str(RULES / "alerts_test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
