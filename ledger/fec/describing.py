"""The description that goes with the file (LPF art. A47 A-1, XI): in French, for whoever reads it years later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import PARIS
from ledger.chart import PREPAID, RECEIVABLE
from ledger.fec import layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ledger.fec.writing import FecFile, FecWritten

_MEANING = {
    "JournalCode": "code du journal",
    "JournalLib": "libellé du journal",
    "EcritureNum": "numéro de l'écriture : suite continue à partir de 1 dans ce fichier",
    "EcritureDate": "date de comptabilisation (date d'effet), AAAAMMJJ",
    "CompteNum": "numéro de compte (plan comptable général)",
    "CompteLib": "libellé du compte",
    "CompAuxNum": "numéro du client, pour les comptes auxiliaires ; vide ailleurs",
    "CompAuxLib": "nom du client à la date de l'export",
    "PieceRef": "numéro de la facture, de l'avoir ou du reçu, référence du prestataire de paiement ou de la banque",
    "PieceDate": "date de la pièce, AAAAMMJJ",
    "EcritureLib": "libellé de l'écriture",
    "Debit": "montant au débit, en euros, virgule décimale",
    "Credit": "montant au crédit, en euros, virgule décimale",
    "EcritureLet": "code de lettrage ; vide tant que le groupe n'est pas soldé",
    "DateLet": "date d'effet de la dernière ligne du groupe lettré, AAAAMMJJ",
    "ValidDate": "date d'enregistrement à Paris, AAAAMMJJ : une écriture est validée et intangible dès ce moment",
    "Montantdevise": "toujours vide : tout est en euros",
    "Idevise": "toujours vide",
}


def description(file: FecFile, written: FecWritten, accounts: Mapping[str, str], *, at: datetime) -> str:
    """The text, for this file."""
    return "\n".join([*_text(file, written, at), *_lists(accounts)]) + "\n"


def _text(file: FecFile, written: FecWritten, at: datetime) -> list[str]:
    span = file.span
    kind = (
        f"fichier des écritures comptables de l'exercice {span.start:%Y} (LPF, art. L47 A, I et A47 A-1)"
        if span.is_exercise
        else "journaux auxiliaires d'une période, dans la présentation du fichier des écritures comptables"
    )
    return [
        f"Description du fichier {written.path.name}",
        "",
        f"Contenu : {kind}",
        f"Entreprise : {file.seller}, SIREN {file.siren}",
        f"Du {span.start:%d/%m/%Y} au {span.end:%d/%m/%Y}, selon la date d'effet des écritures",
        f"Produit le {at.astimezone(PARIS):%d/%m/%Y à %H:%M} (heure de Paris) par le portail de facturation",
        f"Écritures : {written.entries} ; lignes : {written.lines}, plus la ligne des noms de zones",
        f"Total des débits : {layout.figures(written.total.cents)} ; total des crédits : identique",
        f"Empreinte SHA-256 du fichier : {written.sha256}",
        "",
        "Forme : fichier à plat, jeu de caractères UTF-8 sans marque, zones séparées par une tabulation,",
        "enregistrements terminés par CR LF, première ligne : noms des zones.",
        "",
        "Origine : livre auxiliaire des comptes clients du portail de facturation (comptes 411000 et 419100, ventes,",
        "encaissements). Les écritures de ce livre ne sont jamais modifiées ni supprimées : une erreur est corrigée",
        "par une écriture inverse.",
        *_order(file),
        "",
        "Comptes clients : les lignes du compte 411000 sont données par pièce à payer, celles du compte 419100 par",
        "encaissement (lot). Leur somme est celle de l'écriture.",
        f"Lettrage : sur {RECEIVABLE}, une facture et ce qui l'a soldée ; sur {PREPAID}, un encaissement et ce qu'il a",
        "payé. Un groupe n'est lettré que s'il est soldé à la fin de la période ; toutes ses lignes sont ici.",
        "Caractères : tabulations, barres verticales, guillemets, retours à la ligne et caractères invisibles sont",
        "remplacés ou retirés des libellés ; un libellé qui commencerait par = + - @ est précédé d'une apostrophe.",
    ]


def _lists(accounts: Mapping[str, str]) -> list[str]:
    return [
        "",
        "Zones :",
        *(f"{place:2d}. {name} : {_MEANING[name]}" for place, name in enumerate(layout.COLUMNS, start=1)),
        "",
        "Journaux :",
        *(f"{code} {label}" for code, label in layout.JOURNALS.items()),
        "",
        "Comptes :",
        *(f"{code} {name}" for code, name in sorted(accounts.items())),
    ]


def _order(file: FecFile) -> list[str]:
    if file.span.is_exercise:
        return [
            "Ordre : à-nouveaux, puis écritures dans l'ordre de leur enregistrement. Les à-nouveaux sont calculés :",
            "soldes des comptes de bilan à la veille de l'exercice, détaillés par pièce et par encaissement ; le",
            "résultat de l'exercice précédent est au compte 120000 ou 129000, celui des exercices antérieurs au 110000",
            "ou 119000.",
            "Ce fichier ne contient ni écritures d'inventaire ni écritures de clôture : elles sont passées en",
            "comptabilité générale.",
        ]
    return ["Ordre : celui de l'enregistrement. Sans à-nouveaux."]
