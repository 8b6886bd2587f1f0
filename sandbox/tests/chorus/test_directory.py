"""The directory: who requires what, and how the controls change it."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from stdnum.fr import siret as siret_number

from sandbox.chorus import seeds
from sandbox.chorus.routes import OPERATIONS
from sandbox.tests.chorus.conftest import Supplier, message
from sandbox.tests.conftest import Control, Json


def listed(supplier: Supplier, siret: str) -> Json:
    asked = {"typeIdentifiantStructure": "SIRET", "identifiantStructure": siret}
    (found,) = supplier.says("structures/v1/rechercher", structure=asked)["listeStructures"]
    known: Json = found
    return known


def consulted(supplier: Supplier, siret: str) -> Json:
    return supplier.says("structures/v1/consulter", idStructureCPP=listed(supplier, siret)["idStructureCPP"])


def services(supplier: Supplier, siret: str, **asked: int) -> Json:
    identifier = listed(supplier, siret)["idStructureCPP"]
    return supplier.says(
        "structures/v1/rechercher/services", idStructure=identifier, parametresRechercherServicesStructure=asked
    )


@pytest.mark.parametrize(
    ("siret", "service", "engagement", "either"),
    [
        ("12345678200051", False, False, False),
        ("12345678200036", False, True, False),
        ("12345678200028", True, False, False),
        ("12345678200044", True, True, False),
        (seeds.STATE, True, True, False),
        (seeds.TOWN_HALL, True, True, False),
        (seeds.EITHER, False, False, True),
    ],
)
def test_a_body_says_what_it_requires(
    supplier: Supplier, siret: str, service: bool, engagement: bool, either: bool
) -> None:
    told = consulted(supplier, siret)["parametres"]

    assert told["codeServiceDoitEtreRenseigne"] is service
    assert told["numeroEJDoitEtreRenseigne"] is engagement
    assert told["gestionNumeroEJOuCodeService"] is either


def test_sirets_have_their_check_digit_but_the_one_that_the_state_gave_without() -> None:
    assert [siret for siret in seeds.SEEDS if not siret_number.is_valid(siret)] == [seeds.OURS]
    identifiers = [body["id"] for body in seeds.SEEDS.values()]
    identifiers += [service["id"] for body in seeds.SEEDS.values() for service in body["services"]]
    assert len(set(identifiers)) == len(identifiers)


def test_a_body_that_nobody_knows_is_not_found(supplier: Supplier) -> None:
    unknown = supplier.says("structures/v1/rechercher", structure={"identifiantStructure": "00000000000000"})

    assert (unknown["codeRetour"], message(unknown)) == (20000, "TRA_MSG_00.015")
    assert supplier.says("structures/v1/consulter", idStructureCPP=1)["codeRetour"] == 20000


def test_a_company_is_found_and_is_private(supplier: Supplier) -> None:
    asked = {"identifiantStructure": seeds.PRIVATE}

    assert consulted(supplier, seeds.PRIVATE)["informationGenerales"]["structurePriveePublique"] == "PRIVEE"
    hidden = supplier.says("structures/v1/rechercher", structure=asked, restreindreStructuresPrivees=True)
    assert hidden["codeRetour"] == 20000


def test_a_closed_body_is_inactive_and_is_left_out_of_the_active_ones(supplier: Supplier, control: Control) -> None:
    control(f"chorus/structures/{seeds.HOSPITAL}/close")
    active = {"identifiantStructure": seeds.HOSPITAL, "statutStructure": "ACTIF"}

    assert listed(supplier, seeds.CLOSED)["statut"] == "INACTIF"
    assert listed(supplier, seeds.HOSPITAL)["statut"] == "INACTIF"
    assert supplier.says("structures/v1/rechercher", structure=active)["codeRetour"] == 20000


def test_twenty_five_services_are_three_pages(supplier: Supplier) -> None:
    first, third = (
        services(supplier, seeds.MANY_SERVICES),
        services(supplier, seeds.MANY_SERVICES, pageResultatDemandee=3),
    )
    whole = services(supplier, seeds.MANY_SERVICES, nbResultatsParPage=10_000)

    assert (len(first["listeServices"]), first["parametresRetour"]["pages"]) == (10, 3)
    assert [each["codeService"] for each in third["listeServices"]] == [f"SERVICE-{n}" for n in range(21, 26)]
    assert len(whole["listeServices"]) == 25


def test_a_service_says_whether_it_is_active_and_wants_an_engagement(supplier: Supplier) -> None:
    town_hall = {each["codeService"]: each for each in services(supplier, seeds.TOWN_HALL)["listeServices"]}
    structure = listed(supplier, seeds.ENGAGED_SERVICE)["idStructureCPP"]
    wanting = {
        each["codeService"]: supplier.says(
            "structures/v1/consulter/service", idStructure=structure, idService=each["idService"]
        )["parametres"]["numeroEngagement"]
        for each in services(supplier, seeds.ENGAGED_SERVICE)["listeServices"]
    }

    assert {code: each["estActif"] for code, each in town_hall.items()} == {
        "FACT-01": True,
        "ST-VOIRIE": True,
        "ECOLES": False,
    }
    assert town_hall["ECOLES"]["dateFinService"]
    assert wanting == {"MARCHES": True, "CULTURE": False}
    assert supplier.says("structures/v1/consulter/service", idStructure=structure, idService=1)["codeRetour"] == 20001


def test_the_controls_add_a_body_and_change_what_it_requires(supplier: Supplier, control: Control) -> None:
    control("chorus/structures/21350996100016", name="Commune nouvelle", services=[{"code": "A"}, {"code": "B"}])
    control("chorus/structures/21350996100016", service_required=True)
    control("chorus/structures/21350996100016/services", code="A", active=False)
    control("chorus/structures/21350996100016/services", code="C", name="Culture", engagement=True)

    told = services(supplier, "21350996100016")["listeServices"]

    assert consulted(supplier, "21350996100016")["parametres"]["codeServiceDoitEtreRenseigne"] is True
    assert [(each["codeService"], each["estActif"]) for each in told] == [("A", False), ("B", True), ("C", True)]
    assert len({each["idService"] for each in told}) == 3
    assert listed(supplier, "21350996100016")["designationStructure"] == "Commune nouvelle"


def test_the_account_acts_for_its_suppliers_and_for_one_more(supplier: Supplier, control: Control) -> None:
    def ours() -> list[str]:
        told = supplier.says("transverses/v1/recuperer/structures/actives/fournisseur")
        return [each["identifiantStructure"] for each in told["listeStructures"]]

    before = ours()
    control(f"chorus/structures/{seeds.PRIVATE}/attach")

    assert set(before) == {seeds.OURS, seeds.DEMONSTRATION}
    assert set(ours()) == {*before, seeds.PRIVATE}


def test_engagements_are_known_with_what_remains(supplier: Supplier, control: Control) -> None:
    control(f"chorus/structures/{seeds.TOWN_HALL}/engagements", number="EJ-9", cents=12_345)

    def remaining(number: str) -> list[float]:
        told = supplier.says(
            "engagementsJuridiques/v1/rechercher",
            structureReceptriceEngagementJuridique="25784152",
            numeroEngagementJuridique=number,
            etatCourantEngagementJuridique="COMMANDE",
        )
        return [each["montantRestant"] for each in told.get("listeEngagementJuridique", [])]

    assert remaining("EJ-9") == [123.45]
    assert remaining("1512345678") == [5000.0]
    assert remaining("EJ-404") == []


def test_the_directory_and_the_lists_are_there(supplier: Supplier) -> None:
    whole = supplier.says("transverses/v1/telecharger/annuaire/destinataire")["fichierResultat"]
    table = zipfile.ZipFile(io.BytesIO(base64.b64decode(whole))).read("annuaire.csv").decode()
    account = supplier.says("utilisateurs/v1/monCompte/recuperer/rattachements")

    assert seeds.TOWN_HALL in table
    assert seeds.PRIVATE not in table
    assert len(account["listeRattachements"]) == 2
    for path in OPERATIONS:
        if path.startswith("transverses/v1/recuperer/"):
            assert supplier.says(path)["codeRetour"] == 0, path
