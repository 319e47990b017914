import subprocess
from pathlib import Path

from kernel.tests.programs import need_program

RULES = Path(__file__).resolve().parents[1] / "rules"


def test_rules_fire_when_they_should_and_only_then() -> None:
    promtool = need_program("PROMTOOL_PATH", "promtool", package="prometheus")
    result = subprocess.run(
        [promtool, "test", "rules", str(RULES / "alerts_test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
