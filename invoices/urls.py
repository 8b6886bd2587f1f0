"""Addresses of documents. French words, one set for both languages: a link in a mail opens for everyone."""

from __future__ import annotations

from django.urls import path

from invoices import attestation_views, correction_views, quote_views, statement_views, views

app_name = "invoices"
urlpatterns = [
    path("factures/", views.invoice_list, name="list"),
    path("factures/archive.zip", views.documents_zip, name="zip"),
    path("factures/liste.csv", views.invoice_table, {"form": "csv"}, name="csv"),
    path("factures/liste.xlsx", views.invoice_table, {"form": "xlsx"}, name="xlsx"),
    path("factures/<uuid:public_id>/", views.invoice_detail, name="detail"),
    path("factures/<uuid:public_id>/corriger/", correction_views.correct, name="correct"),
    path("factures/<uuid:public_id>/corriger/confirmer/", correction_views.confirm_correction, name="correct_confirm"),
    path("factures/<uuid:public_id>/pdf/", views.invoice_pdf, name="pdf"),
    path("factures/<uuid:public_id>/pdf-simple/", views.invoice_plain_pdf, name="plain_pdf"),
    path("factures/<uuid:public_id>/acquittee/", views.invoice_paid_copy, name="paid_copy"),
    path("factures/<uuid:public_id>/xml/", views.invoice_xml, name="xml"),
    path("releve/", statement_views.statement, name="statement"),
    path("devis/", quote_views.quote_list, name="quotes"),
    path("devis/<uuid:public_id>/", quote_views.quote_detail, name="quote"),
    path("devis/<uuid:public_id>/pdf/", quote_views.quote_pdf, name="quote_pdf"),
    path("devis/<uuid:public_id>/accepter/", quote_views.accept_quote, name="accept_quote"),
    path("devis/<uuid:public_id>/refuser/", quote_views.refuse_quote, name="refuse_quote"),
    path("attestations/", attestation_views.attestations, name="attestations"),
    path("attestations/<uuid:public_id>/pdf/", attestation_views.attestation_pdf, name="attestation_pdf"),
    path("verifier/", attestation_views.check, name="check_form"),
    path("verifier/<str:code>/", attestation_views.check, name="check"),
    path("recus/", views.receipt_list, name="receipts"),
    path("recus/<uuid:public_id>/pdf/", views.receipt_pdf, name="receipt_pdf"),
    path("recus/annulations/<uuid:public_id>/pdf/", views.cancellation_pdf, name="cancellation_pdf"),
]
