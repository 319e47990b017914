"""Addresses of people and of one's own account; allauth's pages are in login_urls.py."""

from django.urls import path

from accounts.views import own, people, roster

app_name = "accounts"
urlpatterns = [
    path("language/", own.set_language, name="set_language"),
    path("account/", own.profile, name="profile"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/classes/", people.classes, name="classes"),
    path("people/import/", roster.upload, name="roster_upload"),
    path("people/import/example.csv", roster.example, name="roster_example"),
    path("people/import/<uuid:draft_id>/", roster.preview, name="roster_preview"),
    path("people/import/<uuid:draft_id>/commit/", roster.commit, name="roster_commit"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/change/", people.change_person, name="change_person"),
    path("people/<int:user_id>/password/", people.issue_password, name="issue_password"),
    path("people/<int:user_id>/tries/", people.lift_tries, name="lift_tries"),
    path("people/<int:user_id>/active/", people.set_active, name="set_active"),
    path("people/<int:user_id>/roles/", people.grant_role, name="grant_role"),
    path(
        "people/<int:user_id>/roles/<int:membership_id>/suspend/",
        people.suspend_role,
        name="suspend_role",
    ),
    path(
        "people/<int:user_id>/roles/<int:membership_id>/restore/",
        people.restore_role,
        name="restore_role",
    ),
]
