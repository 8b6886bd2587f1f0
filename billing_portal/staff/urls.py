"""Our pages inside the admin."""

from __future__ import annotations

from django.urls import path, re_path

from billing_portal.staff import (
    approvals,
    closings,
    crediting,
    customers,
    disputing,
    evidence,
    exports,
    invoicing,
    papers,
    refunding,
    till,
    views,
)

app_name = "staff"
urlpatterns = [
    path("sante/", views.health, name="health"),
    path("clients/nouveau/", customers.new_customer, name="new_customer"),
    path("clients/<str:number>/", customers.customer, name="customer"),
    path("clients/<str:number>/modifier/", customers.edit_customer, name="edit_customer"),
    path("clients/<str:number>/facture/", invoicing.write_invoice, name="write_invoice"),
    path("clients/<str:number>/vies/", evidence.check_number, name="check_number"),
    path("clients/<str:number>/indice/", evidence.note_place, name="note_place"),
    path("clients/<str:number>/remboursement/", refunding.write_refund, name="write_refund"),
    path("remboursements/a-rendre/", refunding.kept_money, name="kept_money"),
    path("remboursements/<uuid:public_id>/", refunding.refund, name="refund"),
    path("remboursements/<uuid:public_id>/abandonner/", refunding.give_up, name="give_up_refund"),
    path("remboursements/<uuid:public_id>/demander/", refunding.ask_again, name="ask_about_refund"),
    path("remboursements/<uuid:public_id>/traiter/", refunding.look_after, name="look_after_refund"),
    path("litiges/<uuid:public_id>/", disputing.dispute, name="dispute"),
    path("litiges/<uuid:public_id>/repondre/", disputing.answer, name="answer_dispute"),
    path("litiges/<uuid:public_id>/accepter/", disputing.give_in, name="give_in"),
    path("litiges/<uuid:public_id>/demander/", disputing.look_again, name="ask_about_dispute"),
    re_path(r"^litiges/(?P<public_id>[0-9a-f-]{36})/dossier\.(?P<form>pdf|json)$", disputing.pack, name="dispute_pack"),
    path("approbations/<uuid:public_id>/", approvals.approval, name="approval"),
    path("approbations/<uuid:public_id>/decider/", approvals.decide, name="decide"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<str:name>/demander/", exports.ask, name="ask_export"),
    path("exports/<int:job_id>/fichier/", exports.export_file, name="export_file"),
    path("clotures/", closings.closings, name="closings"),
    path("clotures/verifier/", closings.verify, name="verify"),
    path("clotures/<str:month>/verrouiller/", closings.lock_month, name="lock_month"),
    path("series/", papers.series, name="series"),
    path("series/verifier/", papers.check_archive, name="check_archive"),
    path("piste/<str:number>/", papers.trail, name="trail"),
    path("piste/<str:number>/fichier/", papers.trail_file, name="trail_file"),
    path("factures/<str:number>/avoir/", crediting.credit_note, name="credit_note"),
    path("factures/<str:number>/corriger/", crediting.correct, name="correct_invoice"),
    path("preuve/", till.proof, name="proof"),
    path("preuve/csv/", till.proof_csv, name="proof_csv"),
    path("preuve/lire/<str:provider>/", till.read_now, name="read_now"),
    path("mouvements/<int:movement_id>/", till.movement, name="movement"),
    path("paiements/<int:payment_id>/montant/", till.amount, name="amount"),
    path("brouillons/<uuid:public_id>/", invoicing.draft, name="draft"),
    path("brouillons/<uuid:public_id>/emettre/", invoicing.issue, name="issue"),
    path("brouillons/<uuid:public_id>/oublier/", invoicing.discard, name="discard"),
]
