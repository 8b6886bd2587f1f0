"""Addresses of people and customers: one set for both languages, so that a link in a mail opens for everyone."""

from __future__ import annotations

from django.urls import path

from accounts import text_views, views

app_name = "accounts"
urlpatterns = [
    path("parametres/", views.profile, name="profile"),
    path("parametres/mentions/", text_views.texts, name="texts"),
    path("parametres/mentions/<int:text>/", text_views.change_text, name="change_text"),
    path("acces/", views.members, name="members"),
    path("acces/<int:member>/", views.change_member, name="change_member"),
    path("securite/", views.security, name="security"),
    path("compte/", views.switch, name="switch"),
    path("langue/", views.language, name="language"),
]
