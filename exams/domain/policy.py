"""The policy of a sitting: a small document with a JSON Schema (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from jsonschema import Draft202012Validator

from exams.domain.counting import AttemptsCount
from exams.domain.deadline import LateStart


class Camera(StrEnum):
    """What the sitting asks of the camera."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    OFF = "off"


class ChatLock(StrEnum):
    """From when the class chat is locked."""

    LOBBY = "lobby"
    START = "start"
    NEVER = "never"


class Navigation(StrEnum):
    """How a candidate may move between questions."""

    FREE = "free"
    SECTIONS = "sections"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one sitting; the defaults are what a school expects."""

    camera: Camera = Camera.REQUIRED
    chat_lock: ChatLock = ChatLock.LOBBY
    late_start: LateStart = LateStart.CLIP
    navigation: Navigation = Navigation.FREE
    grace_s: int = 30
    pause_limit_s: int = 3600
    attempts_allowed: int = 1
    attempts_count: AttemptsCount = AttemptsCount.BEST


SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "camera": {"enum": [camera.value for camera in Camera]},
        "chat_lock": {"enum": [lock.value for lock in ChatLock]},
        "late_start": {"enum": [late.value for late in LateStart]},
        "navigation": {"enum": [navigation.value for navigation in Navigation]},
        "grace_s": {"type": "integer", "minimum": 0, "maximum": 600},
        "pause_limit_s": {"type": "integer", "minimum": 60, "maximum": 14400},
        "attempts_allowed": {"type": "integer", "minimum": 1, "maximum": 20},
        "attempts_count": {
            "enum": [rule.value for rule in AttemptsCount],
            "description": "Which of several attempts counts; the best one if left out.",
        },
    },
}

_VALIDATOR: Final = Draft202012Validator(SCHEMA)


def faults_of(document: object) -> list[str]:
    """Return what is wrong with a policy document, as `field: message`; empty if nothing."""
    faults = _VALIDATOR.iter_errors(document)
    return sorted(f"{error.json_path.removeprefix('$.')}: {error.message}" for error in faults)


def policy_of(document: dict[str, Any]) -> Policy:
    """Return a valid document with its defaults filled in.

    Raises:
        ValueError: The document does not follow the schema.
    """
    faults = faults_of(document)
    if faults:
        raise ValueError("; ".join(faults))
    default = Policy()
    return Policy(
        camera=Camera(document.get("camera", default.camera)),
        chat_lock=ChatLock(document.get("chat_lock", default.chat_lock)),
        late_start=LateStart(document.get("late_start", default.late_start)),
        navigation=Navigation(document.get("navigation", default.navigation)),
        grace_s=int(document.get("grace_s", default.grace_s)),
        pause_limit_s=int(document.get("pause_limit_s", default.pause_limit_s)),
        attempts_allowed=int(document.get("attempts_allowed", default.attempts_allowed)),
        attempts_count=AttemptsCount(document.get("attempts_count", default.attempts_count)),
    )


def to_json(policy: Policy) -> dict[str, Any]:
    """Return the complete document of a policy, as stored with the sitting."""
    return {
        "camera": policy.camera.value,
        "chat_lock": policy.chat_lock.value,
        "late_start": policy.late_start.value,
        "navigation": policy.navigation.value,
        "grace_s": policy.grace_s,
        "pause_limit_s": policy.pause_limit_s,
        "attempts_allowed": policy.attempts_allowed,
        "attempts_count": policy.attempts_count.value,
    }
