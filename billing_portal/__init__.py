"""Composition root: settings, addresses, and the pages that gather several apps. Nothing imports it."""

from billing_portal.celery import app as celery_app

__all__ = ["celery_app"]
