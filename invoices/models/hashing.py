"""What a stored hash looks like."""

from __future__ import annotations

from django.db.models import Q

HASH = Q(content_hash__regex=r"^[0-9a-f]{64}$")
