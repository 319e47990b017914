"""Addresses of the chat."""

from django.urls import path

from chat import views

app_name = "chat"

urlpatterns = [
    path("chat/", views.rooms, name="rooms"),
    path("chat/<uuid:room_id>/", views.room, name="room"),
    path("api/chat/<uuid:room_id>/messages", views.history, name="history"),
    path("api/chat/<uuid:room_id>/messages/<int:seq>/remove", views.remove, name="remove"),
    path("api/chat/<uuid:room_id>/messages/<int:seq>/reveal", views.reveal, name="reveal"),
]
