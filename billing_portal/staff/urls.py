"""Our pages inside the admin."""

from __future__ import annotations

from django.urls import path

from billing_portal.staff import customers, views

app_name = "staff"
urlpatterns = [
    path("sante/", views.health, name="health"),
    path("vendeur/modifier/", views.edit_seller, name="edit_seller"),
    path("clients/nouveau/", customers.new_customer, name="new_customer"),
    path("clients/<str:number>/", customers.customer, name="customer"),
    path("clients/<str:number>/modifier/", customers.edit_customer, name="edit_customer"),
]
