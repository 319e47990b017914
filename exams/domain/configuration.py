"""The configuration of an exam: how it is to be held and marked, approved with its questions (pure).

It gives the defaults for the policy of each sitting. What a sitting then says holds for the sitting.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from jsonschema import Draft202012Validator
from msgspec.structs import replace

from exams.domain import policy as policies
from exams.domain.content import ExamContent, PoolContent
from exams.domain.documents import DocumentFault, faults_against
from exams.domain.marking import AgreementRule, MarkingRules
from exams.domain.policy import Policy


class Shuffling(StrEnum):
    """What is shuffled for each candidate."""

    AS_WRITTEN = "as_written"
    NOTHING = "nothing"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration with every default filled in."""

    policy: Policy = field(default_factory=Policy)
    shuffling: Shuffling = Shuffling.AS_WRITTEN
    show_key: bool = False
    marking: MarkingRules = field(default_factory=MarkingRules)


_MARKING: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "blind": {"type": "boolean", "description": "Markers see numbers instead of names."},
        "second_marker": {"type": "boolean", "description": "Two people mark each answer."},
        "tolerance_percent": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "Two marks this close together, in percent of the points, agree.",
        },
        "agreement": {"enum": [one.value for one in AgreementRule]},
        "show_criteria": {
            "type": "boolean",
            "description": "Students see points and remarks of a rubric's criteria; true if left out.",
        },
    },
}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Configuration of an exam",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **policies.SCHEMA["properties"],
        "shuffling": {"enum": [one.value for one in Shuffling]},
        "show_key": {
            "type": "boolean",
            "description": "Whether students see the right answers with the released result.",
        },
        "marking": _MARKING,
    },
}

_VALIDATOR: Final = Draft202012Validator(SCHEMA)
POLICY_KEYS: Final = frozenset(policies.SCHEMA["properties"])


def faults_of(document: object) -> list[DocumentFault]:
    """Return what is wrong with a document; empty if nothing is."""
    return faults_against(_VALIDATOR, document)


def configuration_of(document: dict[str, Any]) -> Configuration:
    """Return a valid document with its defaults filled in.

    Raises:
        ValueError: The document does not follow the schema.
    """
    faults = faults_of(document)
    if faults:
        raise ValueError("; ".join(str(fault) for fault in faults))
    marking, plain = document.get("marking", {}), MarkingRules()
    return Configuration(
        policy=policies.policy_of(policy_part(document)),
        shuffling=Shuffling(document.get("shuffling", Shuffling.AS_WRITTEN)),
        show_key=document.get("show_key", False),
        marking=MarkingRules(
            blind=marking.get("blind", plain.blind),
            second_marker=marking.get("second_marker", plain.second_marker),
            tolerance_percent=marking.get("tolerance_percent", plain.tolerance_percent),
            agreement=AgreementRule(marking.get("agreement", plain.agreement)),
            show_criteria=marking.get("show_criteria", plain.show_criteria),
        ),
    )


def policy_part(document: dict[str, Any]) -> dict[str, Any]:
    """Return what a document says of the policy of sittings."""
    return {key: value for key, value in document.items() if key in POLICY_KEYS}


def to_json(configuration: Configuration) -> dict[str, Any]:
    """Return the complete document of a configuration."""
    marking = configuration.marking
    return {
        **policies.to_json(configuration.policy),
        "shuffling": configuration.shuffling.value,
        "show_key": configuration.show_key,
        "marking": {
            "blind": marking.blind,
            "second_marker": marking.second_marker,
            "tolerance_percent": marking.tolerance_percent,
            "agreement": marking.agreement.value,
            "show_criteria": marking.show_criteria,
        },
    }


def as_shuffled(content: ExamContent) -> ExamContent:
    """Return the content with what its configuration shuffles, for drawing papers.

    A section that asks only some of its questions goes on drawing them, whatever is configured.
    """
    wanted = configuration_of(content.configuration).shuffling
    if wanted is Shuffling.AS_WRITTEN:
        return content
    is_shuffled = wanted is Shuffling.EVERYTHING
    pools = tuple(_shuffled(pool, to=is_shuffled) for pool in content.pools)
    return replace(content, pools=pools)


def _shuffled(pool: PoolContent, *, to: bool) -> PoolContent:
    questions = tuple(replace(one, shuffle_choices=to) for one in pool.questions)
    draws = pool.number_to_answer is not None
    return replace(pool, randomize_questions=to or draws, questions=questions)


def deviations_of(policy: Policy, configuration: Configuration) -> frozenset[str]:
    """Return the names of the rules in which a sitting differs from its exam."""
    mine, given = policies.to_json(policy), policies.to_json(configuration.policy)
    return frozenset(name for name, value in mine.items() if value != given[name])
