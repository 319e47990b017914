"""Addresses of notices."""

from django.urls import path

from notifications import callbacks, views

app_name = "notifications"

urlpatterns = [
    path("notices/", views.index, name="index"),
    path("notices/new", views.compose, name="new"),
    path("notices/preview", views.preview, name="preview"),
    path("notices/<int:notice_id>/", views.detail, name="detail"),
    path("notices/<int:notice_id>/board", views.board, name="board"),
    path("notices/<int:notice_id>/edit", views.compose, name="edit"),
    path("notices/<int:notice_id>/<slug:act>", views.act, name="act"),
    path("notices/reports/<uuid:delivery_id>/<int:attempt>", callbacks.report, name="report"),
    path("notices/incoming", callbacks.incoming, name="incoming"),
]
