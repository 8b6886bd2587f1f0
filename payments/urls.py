"""Addresses of paying."""

from __future__ import annotations

from django.urls import path

from payments import collecting_views, mandate_views, method_views, top_up_rule_views, views

app_name = "payments"
urlpatterns = [
    path("alimenter/", views.top_up, name="top_up"),
    path("paiements/<uuid:public_id>/", views.progress, name="progress"),
    path("paiements/<uuid:public_id>/annule/", views.cancel, name="cancel"),
    path("moyens-de-paiement/", method_views.methods, name="methods"),
    path("moyens-de-paiement/ajouter/", method_views.add, name="add_method"),
    path("moyens-de-paiement/compte-bancaire/", mandate_views.add_account, name="add_account"),
    path("moyens-de-paiement/mandats/<uuid:public_id>/", mandate_views.mandate, name="mandate"),
    path("moyens-de-paiement/mandats/<uuid:public_id>/signer/", mandate_views.sign, name="sign_mandate"),
    path("moyens-de-paiement/mandats/<uuid:public_id>/mandat.pdf", mandate_views.mandate_pdf, name="mandate_pdf"),
    path(
        "moyens-de-paiement/mandats/<uuid:public_id>/remplacer/", mandate_views.replace_account, name="replace_account"
    ),
    path("moyens-de-paiement/<uuid:public_id>/", method_views.method, name="method"),
    path("moyens-de-paiement/<uuid:public_id>/modifier/", method_views.change, name="change_method"),
    path("moyens-de-paiement/<uuid:public_id>/supprimer/", method_views.remove, name="remove_method"),
    path("moyens-de-paiement/<uuid:public_id>/accord.txt", method_views.consent, name="consent"),
    path("moyens-de-paiement/prelevement-automatique/", collecting_views.automatic, name="automatic"),
    path("moyens-de-paiement/alimentation-automatique/", top_up_rule_views.top_up_rule, name="top_up_rule"),
    path("prelevements/<uuid:public_id>/", collecting_views.debit, name="debit"),
    path("prelevements/<uuid:public_id>/modifier/", collecting_views.change, name="change_debit"),
    path("prelevements/<uuid:public_id>/payer/", collecting_views.pay, name="pay_debit"),
    path("webhooks/paypal/", views.webhook_paypal, name="webhook_paypal"),
    path("webhooks/stripe/", views.webhook_stripe, name="webhook_stripe"),
]
