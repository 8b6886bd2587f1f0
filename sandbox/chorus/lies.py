"""Answers that are not what they should be: words of tomorrow, fields of tomorrow."""

from __future__ import annotations

from enum import StrEnum

from sandbox.store import Json, Store

_LIE = "chorus.lie"
WORD, FIELD = "STATUT_DE_DEMAIN", "champDeDemain"
_STATUSES = frozenset({"statut", "statutFacture", "statutCourantCode", "histoStatutCode", "etatCourantDepotFlux"})


class Lie(StrEnum):
    UNKNOWN_STATUS = "unknown_status"  # each status, of flows too, is a word that nobody knows
    EXTRA_FIELDS = "extra_fields"  # each object has a field that nobody knows


def set_lie(store: Store, kind: str) -> None:
    store.set_setting(_LIE, Lie(kind).value if kind else "")


def told(store: Store) -> str:
    return str(store.setting(_LIE, ""))


def bent(store: Store, answer: Json) -> Json:
    """The answer, wrong in the way that the controls want."""
    kind = told(store)
    if not kind:
        return answer
    changed = _changed(answer, Lie(kind))
    return changed if isinstance(changed, dict) else answer


def _changed(value: object, lie: Lie) -> object:
    if isinstance(value, list):
        return [_changed(each, lie) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _changed(each, lie) for name, each in value.items()}
    if lie is Lie.EXTRA_FIELDS:
        return {**inner, FIELD: {"code": 1}}
    return {name: WORD if name in _STATUSES and each else each for name, each in inner.items()}
