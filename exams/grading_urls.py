"""Addresses of marking, late work and regrades; part of the namespace of exams/urls.py."""

from django.urls import path

from exams.views import staff_late, staff_marking, staff_regrade, staff_rubric

urlpatterns = [
    path("sittings/<int:sitting_id>/late/", staff_late.queue, name="late_queue"),
    path("sittings/<int:sitting_id>/late/decide/", staff_late.decide, name="decide_late_queue"),
    path("sittings/<int:sitting_id>/late/one/", staff_late.decide_one, name="decide_late_one"),
    path("sittings/<int:sitting_id>/marking/", staff_marking.marking, name="marking"),
    path("sittings/<int:sitting_id>/marking/plan/", staff_marking.plan, name="marking_plan"),
    path("sittings/<int:sitting_id>/marking/next/", staff_marking.next_answer, name="mark_next"),
    path("markings/<int:marking_id>/", staff_marking.answer, name="mark_one"),
    path("markings/<int:marking_id>/later/", staff_marking.later, name="mark_later"),
    path("markings/<int:marking_id>/file/", staff_marking.file, name="marked_file"),
    path("sittings/<int:sitting_id>/regrades/", staff_regrade.regrades, name="regrades"),
    path("regrades/<int:run_id>/", staff_regrade.run, name="regrade_run"),
    path(
        "regrades/<int:run_id>/questions/<int:question_id>/",
        staff_regrade.correct,
        name="correct_question",
    ),
    path("regrades/<int:run_id>/drop/", staff_regrade.drop, name="drop_from_regrade"),
    path("regrades/<int:run_id>/preview/", staff_regrade.preview, name="preview_regrade"),
    path("regrades/<int:run_id>/approve/", staff_regrade.approve, name="approve_regrade"),
    path("regrades/<int:run_id>/reject/", staff_regrade.reject, name="reject_regrade"),
    path(
        "attempts/<int:attempt_id>/paper/<int:question_id>/propose/",
        staff_regrade.propose_points,
        name="propose_points",
    ),
    path("questions/<int:question_id>/rubric/", staff_rubric.rubric, name="rubric"),
]
