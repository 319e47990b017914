"""Addresses of the exam engine."""

from django.urls import include, path

from exams.views import candidate, exports, images, offline, own_exams, pages

app_name = "exams"

urlpatterns = [
    path("sittings/offline.js", offline.worker, name="offline"),
    path("sittings/<int:sitting_id>/lobby/", candidate.lobby, name="lobby"),
    path("sittings/<int:sitting_id>/room/", candidate.room, name="room"),
    path("sittings/<int:sitting_id>/again/", pages.retake, name="retake"),
    path("api/attempts/<int:attempt_id>", candidate.attempt, name="attempt"),
    path("api/attempts/<int:attempt_id>/lease", candidate.lease, name="lease"),
    path("api/attempts/<int:attempt_id>/start", candidate.start, name="start"),
    path("api/attempts/<int:attempt_id>/answers", candidate.answers, name="answers"),
    path("api/attempts/<int:attempt_id>/submit", candidate.submit, name="submit"),
    path("api/attempts/<int:attempt_id>/advance", candidate.advance, name="advance"),
    path("my/exams/", own_exams.own_exams, name="own_exams"),
    path("question-images/<uuid:upload_id>", images.question_image, name="question_image"),
    path("results/", pages.results, name="results"),
    path("results/<int:attempt_id>/", pages.result, name="result"),
    path("results/<int:attempt_id>/sheet.pdf", exports.own_sheet, name="own_sheet"),
    path("attempts/<int:attempt_id>/receipt/", pages.receipt, name="receipt"),
    path("", include("exams.staff_urls")),
    path("", include("exams.grading_urls")),
]
