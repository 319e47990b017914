"""Routes of the board, and of a student's own record."""

from django.urls import path

from proctoring import views

urlpatterns = [
    path("sittings/<int:sitting_id>/wall/", views.wall, name="wall"),
    path("sittings/<int:sitting_id>/invigilators/", views.invigilators, name="invigilators"),
    path("attempts/<int:attempt_id>/record/", views.record, name="record"),
    path("walls/", views.walls, name="walls"),
]
