"""The supplier's searches: rechercher/fournisseur and rechercher/atraiter/fournisseur."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from sandbox.chorus import answers, directory, invoices, paging
from sandbox.chorus.errors import OK, echo, nothing_found
from sandbox.chorus.invoices import INVOICE
from sandbox.chorus.moments import day_of, second_of
from sandbox.chorus.routes import operation
from sandbox.chorus.shapes import Kind, Shape
from sandbox.chorus.words import FRAMES, KINDS_OF_INVOICE, MODES
from sandbox.store import Json
from sandbox.world import World

_TO_DO = frozenset({"SUSPENDUE", "A_RECYCLER", "REJETEE"})
_AMOUNTS = {"montantHT": "montantHT", "montantTTC": "montantTTC", "montantApayer": "montantAPayer"}
_DAYS = {"periodeDateDepot": "dateDepot", "periodeDateFacture": "dateFacture"}
_SAME = (
    *("numeroFacture", "numeroFluxDepot", "typeFacture", "numeroMarche", "numeroBonCommande"),
    *("numeroFactureOrigine", "modeDepot", "rejetTraite"),
)
_SEARCH: dict[str, Shape] = {
    "numeroFacture": Kind.TEXT,
    "numeroFluxDepot": Kind.TEXT,
    "statutCourant": [Kind.TEXT],
    "typeFacture": KINDS_OF_INVOICE,
    "idFournisseur": Kind.LONG,
    "idServiceFournisseur": Kind.LONG,
    "idStructureValideur": Kind.LONG,
    "idUtilisateurCreateur": [Kind.LONG],
    "coordonneeBancaire": Kind.LONG,
    "listeDestinataire": [
        {"idDestinataire": Kind.LONG, "listeIdServiceExecutant": [Kind.LONG], "raisonSocialeStuctDmd": Kind.TEXT}
    ],
    "rechercheSirenDestinataire": Kind.FLAG,
    "periodeDateHeureEtatCourantDu": Kind.MOMENT,
    "periodeDateHeureEtatCourantAu": Kind.MOMENT,
    **{f"{name}{end}": Kind.MOMENT for name in _DAYS for end in ("Du", "Au")},
    **{f"{name}{end}": Kind.NUMBER for name in _AMOUNTS for end in ("Min", "Max")},
    "numeroMarche": Kind.TEXT,
    "numeroBonCommande": Kind.TEXT,
    "numeroFactureOrigine": Kind.TEXT,
    "modeDepot": MODES,
    "cadreFacturation": frozenset(FRAMES.values()),
    "rejetTraite": Kind.FLAG,
    "recupererTaille": Kind.FLAG,
    "rechercheFactureParFournisseur": paging.PAGE,
}
Filter = Callable[[Json, Json], bool]


def _visible(world: World, found: list[Json]) -> list[Json]:
    """Those of the suppliers that our account may act for."""
    ours = {body["siret"] for body in directory.suppliers(world.store)}
    return [invoice for invoice in found if invoice["facts"]["seller"] in ours]


def _candidates(world: World, asked: Json) -> list[Json]:
    """The invoices that a search has to look at, the newest first: a number and a moment leave few of them."""
    if asked.get("numeroFacture") is not None:
        return _visible(world, invoices.numbered(world, asked["numeroFacture"])[::-1])
    since = asked.get("periodeDateHeureEtatCourantDu")
    first = second_of(since, last=False) if since else float("-inf")
    return _visible(world, [invoice for invoice in world.store.all(INVOICE) if invoice["changed"] >= first])


def check_right(world: World, body: Json, *names: str) -> None:
    """Raise the 403 that repeats the request, when it names a structure that our account has no right on."""
    for name in names:
        structure = directory.numbered(world.store, body.get(name))
        if structure and structure["siret"] in directory.forbidden(world.store):
            raise echo(json.dumps(body).encode())


@operation("factures/v1/rechercher/fournisseur", _SEARCH, strict=True)
def search(world: World, body: Json) -> Json:
    check_right(world, body, "idFournisseur")
    wanted = list(_filters(world, body))
    known, with_size = directory.known(world.store), body.get("recupererTaille") is True
    rows = [
        row
        for invoice in _candidates(world, body)
        if (row := answers.in_list(known, invoice, with_size=with_size)) and all(fits(row, invoice) for fits in wanted)
    ]
    return _page(rows, body.get("rechercheFactureParFournisseur"))


@operation(
    "factures/v1/rechercher/atraiter/fournisseur",
    {
        "idStructure": Kind.LONG,
        "masquerRejetee": Kind.FLAG,
        "recupererTaille": Kind.FLAG,
        "rechercheFactureATraiterParFournisseur": paging.PAGE,
    },
    strict=True,
)
def search_to_do(world: World, body: Json) -> Json:
    check_right(world, body, "idStructure")
    statuses = _TO_DO - {"REJETEE"} if body.get("masquerRejetee") else _TO_DO
    structure = directory.numbered(world.store, body.get("idStructure"))
    known = directory.known(world.store)
    rows = [
        answers.in_todo_list(known, invoice, with_size=body.get("recupererTaille") is True)
        for invoice in _visible(world, world.store.having(INVOICE, "status", *statuses))
        if not invoice["rejection_handled"]
        and (body.get("idStructure") is None or (structure and structure["siret"] == invoice["facts"]["seller"]))
    ]
    return _page(rows, body.get("rechercheFactureATraiterParFournisseur"))


def _page(rows: list[Json], asked: Json | None) -> Json:
    if not rows:
        raise nothing_found()
    found, told = paging.cut(paging.sort(rows, asked, column="DateDepot", descending=True), asked)
    return {"codeRetour": 0, "libelle": OK, "parametresRetour": told, "listeFactures": found}


def _filters(world: World, asked: Json) -> Iterator[Filter]:
    """One question for each criterion that was given."""
    for name in _SAME:
        if asked.get(name) is not None:
            yield _equals(name, asked[name])
    for name, field in _AMOUNTS.items():
        yield _between(field, asked.get(f"{name}Min"), asked.get(f"{name}Max"))
    for name, field in _DAYS.items():
        since, until = asked.get(f"{name}Du"), asked.get(f"{name}Au")
        yield _between(field, since and day_of(since), until and day_of(until))
    yield _changed_between(asked)
    yield from _named(world, asked)


def _named(world: World, asked: Json) -> Iterator[Filter]:
    """Those that name statuses, a frame, a supplier or buyers."""
    if asked.get("statutCourant"):
        yield lambda row, _invoice: row["statut"] in asked["statutCourant"]
    if asked.get("cadreFacturation"):
        yield lambda _row, invoice: FRAMES[invoice["facts"]["frame"]] == asked["cadreFacturation"]
    if asked.get("idFournisseur") is not None:
        supplier = directory.numbered(world.store, asked["idFournisseur"]) or {"siret": None}
        yield _equals("codeFournisseur", supplier["siret"])
    if asked.get("listeDestinataire"):
        yield _is_for(asked["listeDestinataire"])


def _equals(name: str, wanted: object) -> Filter:
    return lambda row, _invoice: bool(row[name] == wanted)


def _between(name: str, least: object, most: object) -> Filter:
    def fits(row: Mapping[str, object], _invoice: Json) -> bool:
        value = row[name]
        return _not_after(least, value) and _not_after(value, most)

    return fits


def _not_after(first: object, second: object) -> bool:
    """Whether two numbers, or two texts, are in order; nothing is in order with everything."""
    if isinstance(first, str) and isinstance(second, str):
        return first <= second
    if isinstance(first, int | float) and isinstance(second, int | float):
        return first <= second
    return True


def _changed_between(asked: Json) -> Filter:
    since, until = asked.get("periodeDateHeureEtatCourantDu"), asked.get("periodeDateHeureEtatCourantAu")
    first = second_of(since, last=False) if since else None
    final = second_of(until, last=True) if until else None
    return lambda _row, invoice: _not_after(first, invoice["changed"]) and _not_after(invoice["changed"], final)


def _is_for(buyers: list[Json]) -> Filter:
    def fits(row: Json, _invoice: Json) -> bool:
        return any(
            row["idDestinataire"] == buyer.get("idDestinataire")
            and (
                not buyer.get("listeIdServiceExecutant")
                or row["idServiceExecutant"] in buyer["listeIdServiceExecutant"]
            )
            for buyer in buyers
        )

    return fits
