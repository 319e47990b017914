"""Addresses of the shared pages."""

from django.urls import path

from web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("i18n/<slug:language>.js", views.catalogue, name="catalogue"),
    path("design/", views.design, name="design"),
    path("favicon.svg", views.favicon, name="favicon"),
]
