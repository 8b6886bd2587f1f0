"""The addresses of the page of reconciliation, under `staff:`."""

from __future__ import annotations

from django.urls import path

from billing_portal.staff.reconciling import bulk, deciding, views

urlpatterns = [
    path("", views.reconcile, name="reconcile"),
    path("accepter/", bulk.confirm, name="reconcile_confirm"),
    path("accepter/lancer/", bulk.accept_many, name="reconcile_accept_many"),
    path("ensemble/<str:batch>/", bulk.batch_page, name="reconcile_batch"),
    path("ensemble/<str:batch>/annuler/", bulk.undo_batch, name="reconcile_undo_batch"),
    path("<int:line_id>/rapprocher/", deciding.accept, name="reconcile_accept"),
    path("<int:line_id>/crediter/", deciding.credit, name="reconcile_credit"),
    path("<int:line_id>/repartir/", deciding.split, name="reconcile_split"),
    path("<int:line_id>/factures/", deciding.documents, name="reconcile_documents"),
    path("<int:line_id>/ignorer/", deciding.ignore, name="reconcile_ignore"),
    path("<int:line_id>/imputer/", deciding.book, name="reconcile_book"),
    path("<int:line_id>/frais/", deciding.fee, name="reconcile_fee"),
    path("<int:line_id>/choisir/", deciding.choose, name="reconcile_choose"),
    path("<int:line_id>/distinct/", deciding.apart, name="reconcile_apart"),
    path("<int:line_id>/verifier/", deciding.flag, name="reconcile_flag"),
    path("<int:line_id>/noter/", deciding.note, name="reconcile_note"),
    path("<int:line_id>/annuler/", deciding.undo, name="reconcile_undo"),
]
