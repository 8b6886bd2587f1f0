"""Addresses of Chorus Pro for customers: where their invoices go, and each of them on its way."""

from __future__ import annotations

from django.urls import path

from chorus import attachment_views, settings_views, views

app_name = "chorus"
urlpatterns = [
    path("parametres/chorus/", settings_views.settings, name="settings"),
    path("parametres/chorus/engagements/", settings_views.add_engagement, name="add_engagement"),
    path("parametres/chorus/engagements/<int:engagement>/", settings_views.end_engagement, name="end_engagement"),
    path("factures/<uuid:public_id>/chorus/", views.references, name="references"),
    path("factures/<uuid:public_id>/chorus/pieces/", attachment_views.attachments, name="attachments"),
    path("factures/<uuid:public_id>/chorus/pieces/<int:attachment>/", attachment_views.attachment, name="attachment"),
    path(
        "factures/<uuid:public_id>/chorus/pieces/<int:attachment>/retirer/", attachment_views.detach_file, name="detach"
    ),
    path("factures/<uuid:public_id>/chorus/reponse/", views.answer, name="answer"),
]
