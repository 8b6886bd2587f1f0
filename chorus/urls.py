"""Addresses of Chorus Pro for customers."""

from __future__ import annotations

from django.urls import path

from chorus import settings_views

app_name = "chorus"
urlpatterns = [
    path("parametres/chorus/", settings_views.settings, name="settings"),
    path("parametres/chorus/engagements/", settings_views.add_engagement, name="add_engagement"),
    path("parametres/chorus/engagements/<int:engagement>/", settings_views.end_engagement, name="end_engagement"),
]
