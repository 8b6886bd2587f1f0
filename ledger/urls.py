"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from ledger import views

app_name = "ledger"
urlpatterns = [
    path("transactions/", views.transactions, name="transactions"),
    path("transactions/export.csv", views.transactions_csv, name="transactions_csv"),
]
