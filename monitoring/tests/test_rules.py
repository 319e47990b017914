import os
import shutil
import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[1] / "rules"
PROMTOOL = os.environ.get("PROMTOOL_PATH") or shutil.which("promtool")

needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and os.environ.get("CI") != "true",
    reason="promtool is not installed: apt install prometheus",
)


@needs_promtool
def test_rules_fire_when_they_should_and_only_then() -> None:
    result = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(RULES / "alerts_test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
