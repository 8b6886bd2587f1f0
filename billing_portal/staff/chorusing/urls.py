"""The addresses of the pages about Chorus Pro, under `staff:`."""

from __future__ import annotations

from django.urls import path

from billing_portal.staff.chorusing import bulk, deciding, operations, views

urlpatterns = [
    path("", views.waiting, name="chorus"),
    path("exploitation/", operations.operations, name="chorus_operations"),
    path("ensemble/", bulk.many, name="chorus_many"),
    path("<int:submission_id>/", views.document, name="chorus_document"),
    path("<int:submission_id>/depots/<int:attempt>/", views.deposited_file, name="chorus_deposit_file"),
    path("<int:submission_id>/pdf/", views.plain_pdf, name="chorus_pdf"),
    path("<int:submission_id>/prendre/", deciding.take, name="chorus_take"),
    path("<int:submission_id>/rendre/", deciding.give_back, name="chorus_give_back"),
    path("<int:submission_id>/references/", deciding.mend, name="chorus_mend"),
    path("<int:submission_id>/completer/", deciding.complete, name="chorus_complete"),
    path("<int:submission_id>/recycler/", deciding.recycle, name="chorus_recycle"),
    path("<int:submission_id>/acquitter/", deciding.acknowledge, name="chorus_acknowledge"),
    path("<int:submission_id>/remplacer/", deciding.replace, name="chorus_replace"),
    path("<int:submission_id>/renvoyer/", deciding.resend, name="chorus_resend"),
    path("<int:submission_id>/liberer/", deciding.release, name="chorus_release"),
    path("<int:submission_id>/retenir/", deciding.hold, name="chorus_hold"),
    path("<int:submission_id>/abandonner/", deciding.withdraw, name="chorus_withdraw"),
    path("<int:submission_id>/verifier/", deciding.check, name="chorus_check"),
]
