"""Make the Factur-X file out of a drawn PDF: the XML as an associated file, and the metadata that says so.

WeasyPrint 70 can attach files, but names the file twice in the catalog and puts foreign metadata after the end of its
own block, where readers do not look. So the few objects are written here (ISO 32000-1, 7.11.4; ISO 19005-3, annex E).
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import md5
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pydyf  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.extras import ExtraFile

FILE_NAME = "factur-x.xml"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_END = b"</rdf:RDF>"
_PROPERTIES = "".join(
    '<rdf:li rdf:parseType="Resource">'
    f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
    "<pdfaProperty:category>external</pdfaProperty:category>"
    f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
    for name, text in (
        ("DocumentFileName", "The name of the embedded XML document"),
        ("DocumentType", "The type of the hybrid document"),
        ("Version", "The version of the standard"),
        ("ConformanceLevel", "The conformance level"),
    )
)
_METADATA = (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
    f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_PROPERTIES}</rdf:Seq></pdfaSchema:property>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}"><fx:DocumentType>INVOICE</fx:DocumentType>'
    f"<fx:DocumentFileName>{FILE_NAME}</fx:DocumentFileName><fx:Version>1.0</fx:Version>"
    "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
).encode()


class _Ready(pydyf.Object):  # type: ignore[misc]
    """An object whose bytes are made already: writing asks for them twice, and there are two files."""

    def __init__(self, made: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation, self.free = made.number, made.generation, made.free
        self._data, self._compressible = made.data, made.compressible

    @property
    def data(self) -> bytes:
        return bytes(self._data)

    @property
    def compressible(self) -> bool:
        return bool(self._compressible)


def make_hybrid(
    pdf: pydyf.PDF, xml: bytes, *, at: datetime, write: dict[str, Any], extras: Sequence[ExtraFile] = ()
) -> bytes:
    """Give back the file as it was drawn, and put the XML, dated `at`, and the extra files into what is written next.

    `write` is how pydyf writes it (version, identifier, compress).
    """
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    changing = (pdf.catalog, metadata)
    pdf.objects = [made if made in changing or made.free == "f" else _Ready(made) for made in pdf.objects]
    drawn = len(pdf.objects)
    target = BytesIO()
    pdf.write(target, **write)
    del pdf.objects[drawn:]  # what belongs to the end of that file
    pdf.current_position = 0
    _embed(pdf, xml, at, extras)
    _describe(metadata)
    return target.getvalue()


def _embed(pdf: pydyf.PDF, xml: bytes, at: datetime, extras: Sequence[ExtraFile]) -> None:
    """The XML is the data of the document, other files supplement it (ISO 19005-3, annex E). Names in their order."""
    described = {FILE_NAME: _file(pdf, FILE_NAME, xml, at, ("text/xml", "Factur-X", "Data"))}
    for each in extras:
        described[each.name] = _file(pdf, each.name, each.content, at, (each.media_type, each.name, "Supplement"))
    pdf.catalog["AF"] = pydyf.Array(list(described.values()))
    listed: list[Any] = []
    for name in sorted(described):
        listed += [pydyf.String(name), described[name]]
    files = pydyf.Dictionary({"Names": pydyf.Array(listed)})
    names = pdf.catalog.get("Names", pydyf.Dictionary())
    pdf.catalog["Names"] = pydyf.Dictionary({**names, "EmbeddedFiles": files})


def _file(pdf: pydyf.PDF, name: str, content: bytes, at: datetime, words: tuple[str, str, str]) -> Any:
    """Add one embedded file; `words` are its media type, its description and its relationship to the document."""
    media_type, description, relationship = words
    moment = pydyf.String(f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z")
    stream = pydyf.Stream(
        [content],
        {
            "Type": "/EmbeddedFile",
            "Subtype": "/" + media_type.replace("/", "#2f"),
            "Params": pydyf.Dictionary(
                {
                    "CheckSum": f"<{md5(content, usedforsecurity=False).hexdigest()}>",
                    "Size": len(content),
                    "CreationDate": moment,
                    "ModDate": moment,
                }
            ),
        },
        compress=True,
    )
    pdf.add_object(stream)
    described = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": pydyf.String(name),
            "UF": pydyf.String(name),
            "EF": pydyf.Dictionary({"F": stream.reference, "UF": stream.reference}),
            "Desc": pydyf.String(description),
            "AFRelationship": f"/{relationship}",
        }
    )
    pdf.add_object(described)
    return described.reference


def _describe(metadata: pydyf.Stream) -> None:
    """The description goes inside the one block that readers look at."""
    block, end, rest = b"".join(metadata.stream).rpartition(_END)
    metadata.stream = [block + _METADATA + end + rest]
