"""Who may ask, and what the others hear."""

from __future__ import annotations

import base64

import pytest
import requests

from sandbox.chorus import access, seeds
from sandbox.server import Sandbox
from sandbox.tests.chorus.conftest import Supplier
from sandbox.tests.conftest import Control, Visitor

SEARCH = "structures/v1/rechercher"
OWN = "transverses/v1/recuperer/structures/actives/fournisseur"


def pair(login: str, password: str) -> str:
    return base64.b64encode(f"{login}:{password}".encode()).decode()


def test_a_token_is_given_for_the_right_id_and_secret(supplier: Supplier, control: Control) -> None:
    control("chorus/tokens", life=90)

    given = supplier.ask_token().json()

    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 90, "openid")
    assert supplier.ask(OWN).json()["codeRetour"] == 0


def test_a_wrong_id_and_a_wrong_secret_are_the_same_bytes(supplier: Supplier) -> None:
    wrong = [supplier.ask_token(client_id="x"), supplier.ask_token(client_secret="y")]

    assert [answer.status_code for answer in wrong] == [400, 400]
    assert wrong[0].content == wrong[1].content
    assert wrong[0].json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_token_wants_its_scope_and_its_grant(supplier: Supplier, changes: dict[str, str], error: str) -> None:
    answer = supplier.ask_token(**changes)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_token_is_good_until_its_end(supplier: Supplier, control: Control) -> None:
    control("chorus/tokens", life=60)
    before = supplier.ask(OWN).status_code
    control("clock", advance=60)
    after = supplier.ask(OWN)
    supplier.token = ""

    assert (before, after.status_code, after.content) == (200, 401, b"")
    assert supplier.ask(OWN).status_code == 200


def test_tokens_are_refused_and_taken_back_on_demand(supplier: Supplier, control: Control) -> None:
    supplier.ask(OWN)

    assert control("chorus/tokens", refused=True, revoke=True)["revoked"] == 1
    assert supplier.ask_token().status_code == 400
    assert supplier.ask(OWN).status_code == 401
    control("chorus/tokens", refused=False)
    assert supplier.ask_token().status_code == 200


@pytest.mark.parametrize("header", [None, "", "Basic abc"])
def test_a_call_without_a_bearer_is_a_400_that_says_so(supplier: Supplier, header: str | None) -> None:
    answer = supplier.ask(SEARCH, authorization=header)

    assert answer.status_code == 400
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="DefaultRealm" error="invalid_request"'


@pytest.mark.parametrize("header", [None, "", "???", pair(access.LOGIN, "wrong"), pair("TECH_9@cpro.fr", "x")])
def test_a_wrong_technical_account_is_a_401(supplier: Supplier, header: str | None) -> None:
    assert supplier.ask(SEARCH, cpro_account=header).status_code == 401


def test_a_changed_password_makes_the_old_one_worthless_until_the_reset(supplier: Supplier, control: Control) -> None:
    changed = control("chorus/password", password="Nouveau-2026")

    old, new = supplier.ask(OWN), supplier.ask(OWN, cpro_account=pair(access.LOGIN, "Nouveau-2026"))

    assert (changed["login"], old.status_code, new.status_code) == (access.LOGIN, 401, 200)
    control("reset")
    assert supplier.ask(OWN).status_code == 200


def test_a_password_ends_when_it_was_told_to_and_our_structure_says_when(supplier: Supplier, control: Control) -> None:
    control("chorus/password", expires="2026-12-01T00:00:00+01:00")

    told = supplier.says("structures/v1/consulter", idStructureCPP=25_784_152)
    control("clock", at="2026-12-01T00:00:00+01:00")

    assert told["informationGenerales"]["dateExpirationMotPasseCompteTech"] == "2026-12-01T00:00:00.000+01:00"
    supplier.token = ""
    assert supplier.ask(OWN).status_code == 401


def test_an_api_that_was_not_subscribed_is_an_empty_403(supplier: Supplier, control: Control) -> None:
    control("chorus/subscriptions", without=["structures"])

    refused = supplier.ask(SEARCH)

    assert (refused.status_code, refused.json()) == (403, {})
    assert supplier.ask(OWN).status_code == 200
    assert control("chorus/subscriptions", without=["nothing"])["http_status"] == 400


def test_a_structure_without_right_is_a_403_that_repeats_the_request(
    supplier: Supplier, control: Control, invoice: int
) -> None:
    control(f"chorus/structures/{seeds.DEMONSTRATION}/forbid")
    ours = supplier.says(SEARCH, structure={"identifiantStructure": seeds.DEMONSTRATION})["listeStructures"][0]
    asked = {"idStructureCPP": ours["idStructureCPP"]}

    refused = supplier.ask("structures/v1/consulter", asked)

    assert (refused.status_code, refused.json()) == (403, asked)
    by_supplier = {"idFournisseur": ours["idStructureCPP"]}
    assert supplier.ask("factures/v1/rechercher/fournisseur", by_supplier).status_code == 403
    assert supplier.search() == []
    told = supplier.says("factures/v1/consulter/historique", idFacture=invoice)
    assert (told["codeRetour"], told["libelle"][:14]) == (20001, "GDP_MSG_11.005")
    control(f"chorus/structures/{seeds.DEMONSTRATION}/forbid", forbidden=False)
    assert len(supplier.search()) == 1


def test_an_address_a_method_and_a_type_that_are_wrong(supplier: Supplier, visitor: Visitor) -> None:
    assert supplier.ask("factures/v1/nothing").status_code == 404
    assert supplier.ask("nowhere/v1/rechercher").status_code == 404
    assert supplier.ask(SEARCH, method="GET").status_code == 404
    assert supplier.ask(SEARCH, b"<a/>", content_type="application/xml").status_code == 415
    assert visitor.get("/chorus/api/oauth/token").status == 404
    assert supplier.ask("transverses/v1/health-check", method="GET").status_code == 200


def test_every_answer_has_its_own_correlation(supplier: Supplier, sandbox: Sandbox, visitor: Visitor) -> None:
    answers = [
        supplier.ask_token(),
        supplier.ask(OWN),
        supplier.ask(SEARCH, authorization=None),
        supplier.ask("factures/v1/nothing"),
        requests.post(f"{sandbox.url}/chorus/cpro/factures/v1/deposer/flux", b"x" * 20_000_001, timeout=10),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 413]
    assert len({answer.headers["x-correlationid"] for answer in answers}) == len(answers)


def test_the_settings_survive_a_reset_and_name_the_simulator(sandbox: Sandbox, control: Control) -> None:
    before = sandbox.settings()
    control("chorus/password")
    control("reset", everything=True)

    assert sandbox.settings() == before
    assert before["CHORUS_ENVIRONMENT"] == "SIMULATOR"
    assert before["PISTE_API_BASE"].endswith("/chorus/cpro/")
