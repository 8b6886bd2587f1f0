"""Chorus Pro as a supplier's program speaks to it, and the controls of the people there."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.tests.chorus.paper import facturx
from sandbox.tests.conftest import Control, Json

NOON = "2026-11-27T12:00:00+01:00"
SYNTAX = "IN_DP_E2_CII_FACTURX"


@dataclass
class Supplier:
    """A program with its credentials and one token."""

    settings: dict[str, str]
    token: str = ""

    def ask_token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["PISTE_CLIENT_ID"],
            "client_secret": self.settings["PISTE_SECRET"],
            "scope": "openid",
        }
        return requests.post(self.settings["PISTE_TOKEN_URL"], data=form | changes, timeout=5)

    def ask(self, path: str, body: Any = None, *, method: str = "POST", **headers: str | None) -> requests.Response:
        """One call, as it is; a header that is None is left out."""
        if not self.token:
            self.token = self.ask_token().json()["access_token"]
        pair = f"{self.settings['CHORUS_LOGIN']}:{self.settings['CHORUS_PASSWORD']}"
        sent = {
            "authorization": f"Bearer {self.token}",
            "cpro-account": base64.b64encode(pair.encode()).decode(),
            "accept": "application/json;charset=utf-8",
            "content-type": "application/json;charset=utf-8",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"{self.settings['PISTE_API_BASE']}{path}"
        if isinstance(body, bytes):
            return requests.request(method, address, data=body, headers=sent, timeout=10)
        return requests.request(method, address, json={} if body is None else body, headers=sent, timeout=10)

    def says(self, path: str, **body: object) -> Json:
        """The answer to a call that gets as far as its operation."""
        answer = self.ask(path, body)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        said: Json = answer.json()
        return said

    def deposit(self, **changes: str) -> Json:
        """Deposit an invoice of our own making."""
        return self.send(facturx(**changes))

    def send(self, content: bytes, *, syntax: str = SYNTAX) -> Json:
        """Deposit a file."""
        file = base64.b64encode(content).decode()
        return self.says(
            "factures/v1/deposer/flux",
            fichierFlux=file,
            nomFichier="facture.pdf",
            syntaxeFlux=syntax,
            avecSignature=False,
        )

    def report(self, deposited: Json) -> Json:
        return self.says("transverses/v1/consulterCRDetaille", numeroFluxDepot=deposited["numeroFluxDepot"])

    def search(self, **criteria: object) -> list[Json]:
        found: list[Json] = self.says("factures/v1/rechercher/fournisseur", **criteria).get("listeFactures", [])
        return found

    def find(self, number: str = "FA2026-000001") -> Json:
        (found,) = self.search(numeroFacture=number)
        return found

    def statuses(self, invoice: int) -> list[str]:
        told = self.says(
            "factures/v1/consulter/historique",
            idFacture=invoice,
            paramRechercheHistoStatuts={"nbResultatsParPageListeHistoStatut": 100},
        )
        return [line["histoStatutCode"] for line in told["historiquesDesStatuts"]["histoStatut"]]


@pytest.fixture(autouse=True)
def noon(control: Control) -> None:
    control("clock", at=NOON)


@pytest.fixture
def supplier(sandbox: Sandbox) -> Supplier:
    return Supplier(sandbox.settings())


@pytest.fixture
def at_once(control: Control) -> None:
    """Nothing takes time at Chorus Pro."""
    control("chorus/pace", seconds=0)


@pytest.fixture
def invoice(supplier: Supplier, at_once: None) -> int:
    """An invoice of ours, at the disposal of its buyer."""
    supplier.deposit()
    return int(supplier.find()["identifiantFactureCPP"])


def message(said: Json) -> str:
    """The message code of a refusal: GDP_MSG_11.008."""
    return str(said["libelle"]).partition(" - ")[0]
