"""Addresses of the staff pages; part of the namespace of exams/urls.py."""

from django.urls import path

from exams.views import (
    accommodations,
    staff_exams,
    staff_grading,
    staff_import,
    staff_ledger,
    staff_questions,
    staff_sittings,
    staff_times,
    statistics,
)

urlpatterns = [
    path("exams/", staff_exams.exams, name="exams"),
    path("exams/new/", staff_exams.new_exam, name="new_exam"),
    path("exams/<int:exam_id>/", staff_exams.exam, name="exam"),
    path("exams/<int:exam_id>/header/", staff_exams.edit_exam, name="edit_exam"),
    path("exams/<int:exam_id>/delete/", staff_exams.delete_exam, name="delete_exam"),
    path("exams/<int:exam_id>/review/", staff_exams.review_exam, name="review_exam"),
    path("exams/<int:exam_id>/version/", staff_exams.new_version, name="new_version"),
    path("exams/<int:exam_id>/preview/", staff_exams.preview, name="preview_exam"),
    path("exams/<int:exam_id>/sections/new/", staff_exams.pool, name="new_pool"),
    path("exams/<int:exam_id>/sections/<int:pool_id>/", staff_exams.pool, name="pool"),
    path(
        "exams/<int:exam_id>/sections/<int:pool_id>/delete/",
        staff_exams.delete_pool,
        name="delete_pool",
    ),
    path(
        "exams/<int:exam_id>/sections/<int:pool_id>/copy/",
        staff_exams.copy_questions,
        name="copy_questions",
    ),
    path(
        "exams/<int:exam_id>/sections/<int:pool_id>/questions/new/",
        staff_questions.new_question,
        name="new_question",
    ),
    path("exams/<int:exam_id>/import/", staff_import.upload, name="import"),
    path(
        "exams/<int:exam_id>/import/<slug:draft_id>/", staff_import.preview, name="import_preview"
    ),
    path(
        "exams/<int:exam_id>/import/<slug:draft_id>/commit/",
        staff_import.commit,
        name="import_commit",
    ),
    path("questions/<int:question_id>/", staff_questions.question, name="question"),
    path(
        "questions/<int:question_id>/delete/",
        staff_questions.delete_question,
        name="delete_question",
    ),
    path("questions/<int:question_id>/move/", staff_questions.move_question, name="move_question"),
    path("banks/", staff_questions.banks, name="banks"),
    path("banks/<int:bank_id>/", staff_questions.bank, name="bank"),
    path(
        "banks/<int:bank_id>/questions/new/",
        staff_questions.new_bank_question,
        name="new_bank_question",
    ),
    path("accommodations/", accommodations.accommodations, name="accommodations"),
    path("accommodations/new/", accommodations.new_accommodation, name="new_accommodation"),
    path(
        "accommodations/<int:accommodation_id>/",
        accommodations.accommodation,
        name="accommodation",
    ),
    path(
        "accommodations/<int:accommodation_id>/end/",
        accommodations.end_accommodation,
        name="end_accommodation",
    ),
    path("sittings/", staff_sittings.sittings, name="sittings"),
    path("sittings/new/", staff_sittings.schedule, name="schedule"),
    path("sittings/<int:sitting_id>/", staff_sittings.sitting, name="sitting"),
    path("sittings/<int:sitting_id>/move/", staff_sittings.move, name="move_sitting"),
    path("sittings/<int:sitting_id>/times/", staff_times.move, name="move_times"),
    path("sittings/<int:sitting_id>/end/", staff_times.end, name="end_sitting"),
    path("sittings/<int:sitting_id>/register/", staff_sittings.register, name="register"),
    path("sittings/<int:sitting_id>/time/", staff_ledger.ledger, name="time_ledger"),
    path("sittings/<int:sitting_id>/time/seen/", staff_ledger.receipts, name="time_receipts"),
    path(
        "sittings/<int:sitting_id>/time/<int:grant_id>/revoke/",
        staff_ledger.take_back,
        name="take_back_time",
    ),
    path("sittings/<int:sitting_id>/results/", staff_grading.results, name="sitting_results"),
    path("sittings/<int:sitting_id>/results.csv", staff_grading.export, name="export_results"),
    path("sittings/<int:sitting_id>/statistics/", statistics.statistics, name="statistics"),
    path(
        "sittings/<int:sitting_id>/statistics/<int:question_id>/",
        statistics.question,
        name="question_statistics",
    ),
    path("sittings/<int:sitting_id>/release/", staff_grading.release, name="release"),
    path("attempts/<int:attempt_id>/grade/", staff_grading.regrade, name="regrade"),
    path("attempts/<int:attempt_id>/paper/", staff_grading.paper, name="paper"),
    path(
        "attempts/<int:attempt_id>/late/<int:question_id>/",
        staff_grading.decide_late,
        name="decide_late",
    ),
    path("attempts/<int:attempt_id>/paper/<int:question_id>/", staff_grading.mark, name="mark"),
]
