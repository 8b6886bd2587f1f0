"""`manage.py export_archive --year Y --out DIR`: the sealed year, verifiable by a third party."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from billing_portal.archive import NothingRecorded, write_archive
from core import clock

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Write the archive of a year: chain of proofs, closings, index of documents, manifest of hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--documents", action="store_true", help="Put the stored files of the documents in too.")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            done = write_archive(options["year"], options["out"], at=clock.now(), with_documents=options["documents"])
        except (NothingRecorded, OSError) as error:
            raise CommandError(f"No archive was written: {error}") from error
        answer = {
            "file": str(done.path),
            "links": done.links,
            "closings": done.closings,
            "documents": done.documents,
            "manifest_sha256": done.manifest,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        for name, value in answer.items():
            self.stdout.write(f"{name:<16} {value}")
