"""The routers together: each manager of the founding documents has its addresses."""

from exams.tests.api_client import Api
from exams.tests.conftest import Cast

MANAGERS = {
    "exams": {"get", "post"},
    "exams/{exam_id}": {"get", "patch", "delete"},
    "exams/{exam_id}/question-pools": {"get", "post"},
    "question-pools/{pool_id}": {"get", "patch", "delete"},
    "question-pools/{pool_id}/questions": {"post"},
    "questions/{question_id}": {"get", "patch", "delete"},
    "questions/{question_id}/answers": {"post"},
    "answers/{answer_id}": {"get", "put", "delete"},
    "exam-sessions": {"get", "post"},
    "exam-sessions/{session_id}": {"get"},
    "exam-sessions/{session_id}/resume": {"post"},
    "exam-sessions/{session_id}/questions": {"get"},
    "exam-sessions/{session_id}/responses": {"get", "post"},
    "exam-sessions/{session_id}/finish": {"post"},
    "exam-sessions/{session_id}/results": {"get"},
}


def test_every_manager_has_its_addresses_and_each_says_what_it_does(cast: Cast) -> None:
    schema = Api(cast.author).get("/openapi.json").body
    paths = {path.removeprefix("/api/v1/"): calls for path, calls in schema["paths"].items()}
    for path, methods in MANAGERS.items():
        assert methods <= set(paths[path])
    for calls in paths.values():
        for call in calls.values():
            assert call["summary"]
            assert call["description"]
