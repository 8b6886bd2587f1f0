"""Files: documents that the merchant uploads. What they are is kept, not what they say."""

from __future__ import annotations

import json

from sandbox.store import Json
from sandbox.stripe.errors import invalid, missing
from sandbox.stripe.routes import endpoint
from sandbox.world import World, new_id

_LARGEST = 5_000_000


@endpoint("POST", "/v1/files", "FileCreateParams", "file", "purpose")
def create(world: World, parameters: Json) -> Json:
    """Keep a file for a purpose. The sandbox remembers its name, its size and its SHA-256."""
    described = _described(parameters["file"])
    if described["size"] > _LARGEST:
        raise invalid("The file is too large.", param="file")
    return world.store.put(
        {
            "id": new_id("file"),
            "object": "file",
            "created": world.clock.now(),
            "expires_at": None,
            "filename": described["filename"],
            "purpose": parameters["purpose"],
            "size": described["size"],
            "title": None,
            "type": described["filename"].rpartition(".")[2],
            "url": None,
            "_sha256": described["sha256"],
        }
    )


def _described(given: object) -> Json:
    try:
        found = json.loads(str(given))
    except ValueError:
        found = None
    if not isinstance(found, dict) or "sha256" not in found:
        raise invalid("Invalid file: must be uploaded as multipart/form-data", param="file")
    return found


def find(world: World, identifier: str) -> Json:
    found = world.store.get("file", identifier)
    if found is None:
        raise missing("file upload", identifier)
    return found


@endpoint("GET", "/v1/files/{}", "FileRetrieveParams")
def retrieve(world: World, _parameters: Json, identifier: str) -> Json:
    return find(world, identifier)
