"""The archive of a year: what a third party needs to see that nothing was changed, without this program.

One zip, written aside and renamed: the chain with the texts that were hashed, the closings, the chart of accounts, the
index of documents (and the documents themselves on request), and a manifest with the SHA-256 of each member.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from core.clock import start_of
from invoices import archive as documents
from invoices.models import Rendition
from ledger import selectors as ledger
from ledger import services
from ledger.chart import CHART
from ledger.signing import public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

README = """ARCHIVE DES ÉCRITURES ET DES DOCUMENTS {year}

chaine.jsonl      un fait par ligne, dans l’ordre du scellement : position, hash, text.
                  hash = SHA-256( hash du maillon précédent + "\\n" + text ), en hexadécimal, textes en UTF-8.
                  Le premier maillon de tous suit 64 zéros. Les faits enregistrés une autre année manquent ici.
clotures.jsonl    jours, mois, années : text, hash, signature. hash = SHA-256( hash de la clôture précédente de
                  même durée + "\\n" + text ). signature : Ed25519 du hash, en base64 ; vide sans clé.
plan.csv          comptes et libellés.
documents.csv     numéro, date, montant TTC en centimes, empreinte du contenu, empreinte de chaque fichier conservé.
documents/        les fichiers eux-mêmes, nommés par leur SHA-256, s’ils ont été demandés.
manifest.json     SHA-256 de chaque fichier de cette archive.

Les montants des écritures sont en centimes ; positif au débit, négatif au crédit.
Clé publique des signatures : {key}
"""


class NothingRecorded(ValueError):
    """Nothing was recorded in that year."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What was written: the file, how many links, closings and documents, and the SHA-256 of the manifest."""

    path: Path
    links: int
    closings: int
    documents: int
    manifest: str


@dataclass(slots=True)
class _Box:
    """The zip in the making: each member with its hash."""

    zip: zipfile.ZipFile
    hashes: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, parts: Iterable[bytes]) -> int:
        """Write a member part by part. Returns how many parts."""
        digest, count = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as member:
            for count, part in enumerate(parts, 1):  # noqa: B007 - the last count is what we want
                digest.update(part)
                member.write(part)
        self.hashes[name] = digest.hexdigest()
        return count


def write_archive(year: int, folder: Path, *, at: datetime, with_documents: bool = False) -> Archived:
    """Seal and close what is over, then write `archive-YEAR.zip` into the folder; its manifest becomes a sealed fact.

    Raises NothingRecorded; OSError when the disk refuses, and then no archive is there.
    """
    services.close_periods(at=at)
    first, last = date(year, 1, 1), date(year, 12, 31)
    folder.mkdir(parents=True, exist_ok=True)
    path, aside = folder / f"archive-{year}.zip", folder / f".archive-{year}.part"
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as file:
            box = _Box(file)
            links = box.put("chaine.jsonl", _chain(first, last))
            if not links:
                raise NothingRecorded(f"nothing was recorded in {year}")
            closings = box.put("clotures.jsonl", (_line(each) for each in ledger.iter_closings(first, last)))
            box.put("plan.csv", _csv([("compte", "libellé"), *CHART.items()]))
            count = _put_documents(box, year, with_documents=with_documents)
            box.put("LISEZMOI.txt", [README.format(year=year, key=public_key() or "aucune").encode()])
            manifest = json.dumps(box.hashes, indent=1, sort_keys=True).encode()
            file.writestr("manifest.json", manifest)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    digest = hashlib.sha256(manifest).hexdigest()
    with transaction.atomic():
        services.record("archive.written", {"year": year, "manifest_sha256": digest, "links": links}, at=at)
    return Archived(path, links, closings, count, digest)


def _chain(first: date, last: date) -> Iterator[bytes]:
    for each in ledger.iter_chain(start_of(first), start_of(date(last.year + 1, 1, 1))):
        yield _line({"position": each.position, "hash": each.hash, "text": each.text})


def _put_documents(box: _Box, year: int, *, with_documents: bool) -> int:
    """The index, then the files. A file that is missing or damaged stops the archive: it would prove nothing."""
    rows = list(_documents_of(year))
    heads = ("numero", "date", "total_centimes", "empreinte_contenu", "fichier", "sha256")
    count = box.put("documents.csv", _csv([heads, *rows])) - 1
    for sha256 in sorted({str(row[-1]) for row in rows}) if with_documents else ():
        box.put(f"documents/{sha256}", [documents.read(sha256)])
    return count


_OWNERS = (
    *(("invoice", "total_cents"), ("receipt", "amount_cents")),
    *(("cancellation", "amount_cents"), ("quote", "total_cents")),
    ("attestation", "amount_cents"),
)


def _documents_of(year: int) -> Iterator[tuple[object, ...]]:
    """Each stored file of the documents issued that year."""
    for owner, total in _OWNERS:
        found = Rendition.objects.filter(**{f"{owner}__issue_date__year": year})
        columns = (f"{owner}__number", f"{owner}__issue_date", f"{owner}__{total}", f"{owner}__content_hash")
        yield from found.order_by(columns[0], "pk").values_list(*columns, "kind", "sha256").iterator()


def _line(values: dict[str, object] | dict[str, str]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _csv(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    for row in rows:
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(row)
        yield text.getvalue().encode()
