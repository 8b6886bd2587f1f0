"""Addresses of paying."""

from __future__ import annotations

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("alimenter/", views.top_up, name="top_up"),
    path("paiements/<uuid:public_id>/", views.progress, name="progress"),
    path("paiements/<uuid:public_id>/annule/", views.cancel, name="cancel"),
    path("webhooks/paypal/", views.webhook_paypal, name="webhook_paypal"),
    path("webhooks/stripe/", views.webhook_stripe, name="webhook_stripe"),
]
