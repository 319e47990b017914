"""Routes of the board."""

from django.urls import path

from proctoring import views

urlpatterns = [
    path("sittings/<int:sitting_id>/wall/", views.wall, name="wall"),
    path("sittings/<int:sitting_id>/invigilators/", views.invigilators, name="invigilators"),
    path("walls/", views.walls, name="walls"),
]
