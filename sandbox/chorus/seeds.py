"""The fictitious bodies of the directory: what it holds before a control changes it.

The first buyers and the supplier are those of the State's own test set; the others have SIRETs that nobody has.
"""

from __future__ import annotations

from sandbox.store import Json

OURS = "33254021516357"
DEMONSTRATION = "99999999800019"
TOWN_HALL = "21690123100011"
STATE = "11000201100044"
EITHER, INACTIVE_SERVICE, PUBLIC_ONLY = "21350990400016", "21350991200019", "21350992000012"
ENGAGED_SERVICE, CLOSED, MANY_SERVICES = "21350993800014", "21350994600017", "21350995300013"
HOSPITAL, UNDERTAKING = "26359990400012", "99999801600011"
PRIVATE = "73282932000074"
BETWEEN_PUBLIC_BODIES = "FACTURES_PUBLIQUES"
"""A service for invoices from one public body to another; nobody else's are taken there."""
_SINCE = "2020-01-01"


def service(code: str, name: str, *, active: bool = True, engagement: bool = False) -> Json:
    return {"code": code, "name": name, "active": active, "engagement": engagement}


def structure(siret: str, name: str, city: str = "35000 EXEMPLEVILLE", **facts: object) -> Json:
    """A body of the directory: public, active and asking for nothing unless `facts` say otherwise."""
    postcode, _, town = city.partition(" ")
    return {
        "siret": siret,
        "name": name,
        "public": True,
        "active": True,
        "attached": False,
        "service_required": False,
        "engagement_required": False,
        "either_required": False,
        "tells_no_payment": False,
        "street": "Place de la Mairie",
        "postcode": postcode,
        "town": town,
        "services": [],
        "engagements": {},
        "since": _SINCE,
        **facts,
    }


def _strict(siret: str, name: str, city: str = "35000 EXEMPLEVILLE", **facts: object) -> Json:
    """A body that wants both a service code and an engagement number."""
    return structure(siret, name, city, service_required=True, engagement_required=True, **facts)


def _numbered() -> dict[str, Json]:
    """By SIRET, with the identifiers that Chorus Pro gives; those of its documentation are kept."""
    known = {OURS: 25_784_152, "12345678200044": 26_073_617}
    found: dict[str, Json] = {}
    for place, body in enumerate(_BODIES):
        services = [{"id": 10_657_669 + 100 * place + n, **each} for n, each in enumerate(body["services"])]
        found[body["siret"]] = {**body, "id": known.get(body["siret"], 26_073_700 + place), "services": services}
    return found


_BODIES = (
    structure(OURS, "FOURNISSEUR 1", "75001 PARIS", public=False, attached=True),
    structure(DEMONSTRATION, "Hébergeur SARL", "69001 LYON", public=False, attached=True),
    structure("12345678200051", "DESTINATAIRE 5"),
    structure(
        "12345678200036",
        "DESTINATAIRE 3",
        engagement_required=True,
        services=[service("SERVICE_DEST_SERV_FAC", "Service facultatif")],
    ),
    structure(
        "12345678200028",
        "DESTINATAIRE 2",
        service_required=True,
        services=[service("SERVICE_DEST_SERV_OBL", "Comptabilité")],
    ),
    _strict(
        "12345678200044",
        "DESTINATAIRE 4",
        services=[service("SERVICE_DEST_SERV_OBL", "Comptabilité"), service("SERVICE_COMPTA", "Comptabilité générale")],
    ),
    _strict(
        STATE,
        "SERVICES DE L’ÉTAT",
        "75012 PARIS",
        services=[service("SFACETAT", "Service facturier de l’État")],
        engagements={"1512345678": 500_000, "1512345679": 0, "EJ4500012345": 1_000_000},
    ),
    _strict(
        TOWN_HALL,
        "Mairie de Saint-Étienne-du-Bois",
        "69123 SAINT-ÉTIENNE-DU-BOIS",
        services=[
            service("FACT-01", "Comptabilité"),
            service("ST-VOIRIE", "Services techniques et voirie"),
            service("ECOLES", "Écoles et périscolaire", active=False),
        ],
        engagements={"EJ-2026-00421": 480_000, "EJ-2026-00422": 120_000, "EJ-2026-00423": 0},
    ),
    structure(
        EITHER,
        "Communauté de communes des Essais",
        either_required=True,
        services=[service("SIEGE", "Siège"), service("EAU", "Régie de l’eau")],
    ),
    structure(
        INACTIVE_SERVICE,
        "Commune de Vieux-Service",
        service_required=True,
        services=[service("MAIRIE", "Mairie"), service("PISCINE", "Piscine municipale", active=False)],
    ),
    structure(
        PUBLIC_ONLY,
        "Département d’Exemple",
        service_required=True,
        services=[
            service(BETWEEN_PUBLIC_BODIES, "Factures entre structures publiques"),
            service("FINANCES", "Direction des finances"),
        ],
    ),
    structure(
        ENGAGED_SERVICE,
        "Commune d’Engagement-par-Service",
        service_required=True,
        services=[service("MARCHES", "Marchés", engagement=True), service("CULTURE", "Culture")],
    ),
    structure(CLOSED, "Syndicat dissous", active=False),
    structure(
        MANY_SERVICES,
        "Métropole aux vingt-cinq services",
        service_required=True,
        services=[service(f"SERVICE-{number:02}", f"Direction {number}") for number in range(1, 26)],
    ),
    structure(
        HOSPITAL,
        "Centre hospitalier d’Exempleville",
        service_required=True,
        street="1 avenue de l’Hôpital",
        services=[service("DSI", "Direction des systèmes d’information"), service("PHARMACIE", "Pharmacie")],
    ),
    structure(
        UNDERTAKING, "Régie publique des transports d’Exemple", tells_no_payment=True, street="2 quai de la Gare"
    ),
    structure(PRIVATE, "Atelier Durand SARL", "44000 NANTES", public=False, street="12 quai de la Fosse"),
)
SEEDS: dict[str, Json] = _numbered()
