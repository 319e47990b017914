"""Addresses of people and of one's own account; allauth's pages are included beside them."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("account/", views.profile, name="profile"),
]
