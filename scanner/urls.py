"""Addresses of uploads."""

from django.urls import path

from scanner import views

app_name = "scanner"

urlpatterns = [
    path("uploads/", views.receive, name="receive"),
    path("uploads/<uuid:upload_id>/status", views.status, name="status"),
    path("uploads/<uuid:upload_id>/file", views.content, name="file"),
]
