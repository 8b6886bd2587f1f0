"""The directory of Chorus Pro: who receives invoices, what they require, and for whom we may deposit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chorus.gateways import reading
from chorus.gateways.base import (
    EngagementFound,
    Refused,
    ServiceFound,
    ServiceSeen,
    StructureFound,
    StructureSeen,
    Supplier,
)
from chorus.gateways.paging import NOTHING_FOUND, SIZE, all_rows

if TYPE_CHECKING:
    from chorus.gateways.piste import Json, Piste

BETWEEN_PUBLIC_BODIES: Final = "FACTURES_PUBLIQUES"
"""A service for invoices from one public body to another: a supplier's invoice is refused there, so it is left out."""
_LONGEST_NAME: Final = 300
_CLOSED: Final = ("INACTI", "FERM", "SUPPRIM", "CLOS")


@dataclass(frozen=True, slots=True)
class ChorusDirectory:
    """The directory as our technical account may read it."""

    piste: Piste

    def find_structure(self, siret: str) -> StructureFound | None:
        wanted = {"typeIdentifiantStructure": "SIRET", "identifiantStructure": siret}

        def page(number: int) -> Json:
            asked = {"structure": wanted, "parametres": _page(number), "restreindreStructuresPrivees": False}
            return self.piste.read("structures/v1/rechercher", asked)

        for row in all_rows(page, "listeStructures"):
            if reading.text(row, "identifiantStructure") == siret and reading.number(row, "idStructureCPP"):
                return StructureFound(
                    reading.number(row, "idStructureCPP"),
                    siret,
                    _name(row, "designationStructure", "raisonSocialeStructure"),
                    is_active=not reading.text(row, "statut").upper().startswith(_CLOSED),
                )
        return None

    def structure(self, chorus_id: int) -> StructureSeen:
        said = self.piste.read("structures/v1/consulter", {"idStructureCPP": chorus_id, "codeLangue": "fr"})
        wanted, general = reading.part(said, "parametres"), reading.part(said, "informationGenerales")
        return StructureSeen(
            chorus_id,
            reading.text(general, "identifiantStructure"),
            _name(general, "raisonSocialeStructure", "designationStructure"),
            is_public={"PUBLIQUE": True, "PRIVEE": False}.get(reading.text(general, "structurePriveePublique").upper()),
            service_required=reading.flag(wanted, "codeServiceDoitEtreRenseigne"),
            engagement_required=reading.flag(wanted, "numeroEJDoitEtreRenseigne"),
            either_required=reading.flag(wanted, "gestionNumeroEJOuCodeService"),
            payment_not_reported=reading.flag(wanted, "statutMiseEnPaiementNestPasRemonte"),
            address=_address(reading.part(said, "adressePostaleDuSiege")),
            password_expires_on=reading.day(general, "dateExpirationMotPasseCompteTech"),
        )

    def services(self, chorus_id: int) -> list[ServiceFound]:
        def page(number: int) -> Json:
            asked = {"idStructure": chorus_id, "parametresRechercherServicesStructure": _page(number)}
            return self.piste.read("structures/v1/rechercher/services", asked)

        return [
            ServiceFound(
                reading.number(row, "idService"),
                reading.text(row, "codeService"),
                _name(row, "libelleService", "nomService"),
                is_active="estActif" not in row or reading.flag(row, "estActif"),
                starts_on=reading.day(row, "dateDbtService"),
                ends_on=reading.day(row, "dateFinService"),
            )
            for row in all_rows(page, "listeServices")
            if reading.text(row, "codeService") not in {"", BETWEEN_PUBLIC_BODIES}
        ]

    def service(self, chorus_id: int, service_id: int) -> ServiceSeen:
        asked = {"idStructure": chorus_id, "idService": service_id}
        said = self.piste.read("structures/v1/consulter/service", asked)
        general, wanted = reading.part(said, "informationsGenerales"), reading.part(said, "parametres")
        return ServiceSeen(
            service_id,
            reading.text(general, "codeService"),
            _name(general, "nomService"),
            engagement_required=reading.flag(wanted, "numeroEngagement"),
            starts_on=reading.day(wanted, "dateDebutValidite"),
            ends_on=reading.day(wanted, "dateFinValidite"),
        )

    def engagements(self, number: str, *, supplier_id: int) -> list[EngagementFound]:
        wanted = {
            "structureReceptriceEngagementJuridique": str(supplier_id),
            "numeroEngagementJuridique": number,
            "etatCourantEngagementJuridique": "COMMANDE",
        }
        said = all_rows(
            lambda page: self.piste.read(
                "engagementsJuridiques/v1/rechercher", wanted | {"parametresRecherche": _page(page)}
            ),
            "listeEngagementJuridique",
        )
        return [_engagement(row) for row in said]

    def suppliers(self) -> list[Supplier]:
        try:
            said = self.piste.read("transverses/v1/recuperer/structures/actives/fournisseur", {})
        except Refused as refusal:
            if refusal.message_code == NOTHING_FOUND:
                return []
            raise
        return [
            Supplier(
                reading.number(row, "idStructureCPP", "idStructure", "idFournisseur"),
                reading.text(row, "identifiantStructure", "identifiant", "codeFournisseur"),
                _name(row, "designationStructure", "designation", "raisonSocialeStructure"),
            )
            for row in reading.rows(said, "listeStructures", "listeStructuresActives", "listeFournisseurs")
        ]


def _page(number: int) -> Json:
    return {"nbResultatsParPage": SIZE, "pageResultatDemandee": number}


def _name(row: Json, *names: str) -> str:
    return reading.text(row, *names, most=_LONGEST_NAME)


def _address(row: Json) -> tuple[str, ...]:
    town = " ".join(filter(None, (reading.text(row, "codePostal"), reading.text(row, "ville"))))
    lines = (reading.text(row, "adresse"), reading.text(row, "complementAdresse1"), town)
    return tuple(line for line in lines if line)


def _engagement(row: Json) -> EngagementFound:
    """The names of its fields are not published: the amount left is read where one says so, the rest is kept."""
    return EngagementFound(
        reading.text(row, "numeroEngagementJuridique", "numeroEngagement"),
        reading.text(row, "etatCourantEngagementJuridique", "etatCourant"),
        reading.money(row, "montantRestantEngagementJuridique", "montantRestant", "montantResteAFacturer"),
        {name: reading.text(row, name) for name in sorted(row) if reading.text(row, name)},
    )
