"""Addresses of paying by transfer."""

from __future__ import annotations

from django.urls import path

from bank import views

app_name = "bank"
urlpatterns = [
    path("virement/", views.transfer, name="transfer"),
    path("virement/ordre-de-virement.pdf", views.slip, name="slip"),
    path("virement/annoncer/", views.announce, name="announce"),
    path("virement/<uuid:public_id>/retirer/", views.withdraw, name="withdraw"),
]
