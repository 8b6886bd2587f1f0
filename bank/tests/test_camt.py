from __future__ import annotations

from datetime import date

import pytest

from bank.readers import FileRefused, Statement, read_file, read_status_report
from bank.words import LineKind
from core.money import Money
from tests.support.statements import OUR_IBAN, Movement, batch, camt053, camt054

DAY = "2026-11-27"
DURAND = Movement(
    12_000,
    DAY,
    text="Facture FA2026-000001",
    name="Atelier Durand & fils, société à responsabilité limitée",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPPXXX",
    reference="BNK1",
    end_to_end="E2E-1",
    structured="RF40C104273",
)


def one(content: bytes) -> Statement:
    (statement,) = read_file(content, "releve.xml")
    return statement


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "13"])
def test_each_version_tells_the_same(version: str) -> None:
    content = camt053([DURAND], opening=100_000, version="02" if version < "08" else "08")
    statement = one(
        content.replace(b".001.02", f".001.{version}".encode()).replace(b".001.08", f".001.{version}".encode())
    )
    (line,) = statement.lines

    assert (statement.format, statement.account, statement.sequence) == ("camt.053", OUR_IBAN, "1")
    assert (statement.opening, statement.closing, statement.gap) == (Money(100_000), Money(112_000), Money(0))
    assert (line.booked_on, line.amount, line.kind) == (date(2026, 11, 27), Money(12_000), LineKind.TRANSFER_IN)
    assert (line.text, line.structured, line.end_to_end) == ("Facture FA2026-000001", "RF40C104273", "E2E-1")
    assert (line.party.name, line.party.iban, line.party.bic) == (DURAND.name, DURAND.iban, DURAND.bic)
    assert line.bank_reference == "BNK1"


def test_a_batch_is_as_many_lines_as_it_has_details() -> None:
    details = [Movement(cents, DAY, end_to_end=f"E{cents}", mandate="ADW-1", kind="collected") for cents in (500, 700)]
    statement = one(camt053([batch(DAY, details, reference="B1", batch_id="PMT-1", kind="collected")]))

    assert [(line.amount.cents, line.part, line.parts) for line in statement.lines] == [(500, 0, 2), (700, 1, 2)]
    assert {(line.bank_reference, line.batch_id, line.kind) for line in statement.lines} == {
        ("B1", "PMT-1", "COLLECTED")
    }
    assert [(line.end_to_end, line.mandate_ref) for line in statement.lines] == [("E500", "ADW-1"), ("E700", "ADW-1")]


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_return_with_charges_is_two_lines_that_sum_to_the_entry(version: str) -> None:
    returned = Movement(
        -12_000,
        DAY,
        name="Claire Martin",
        end_to_end="E9",
        return_code="MD06",
        charges=500,
        kind="returned",
        reference="R1",
    )
    statement = one(camt053([returned], opening=20_000, version=version))
    back, fee = statement.lines

    assert (back.amount.cents, back.kind, back.return_code, back.charges.cents) == (-12_000, "RETURNED", "MD06", 500)
    assert (back.party.name, back.end_to_end) == ("Claire Martin", "E9")
    assert (fee.amount.cents, fee.kind, fee.end_to_end, fee.bank_reference) == (-500, "FEE", "E9", "R1")
    assert (statement.closing, statement.gap) == (Money(7_500), Money(0))


def test_returns_in_one_batch_keep_each_their_reason() -> None:
    details = [
        Movement(-1_000, DAY, end_to_end="E1", return_code="AM04", kind="returned"),
        Movement(-2_000, DAY, end_to_end="E2", return_code="MD06", kind="returned"),
    ]
    statement = one(camt054([batch(DAY, details, reference="B2", kind="returned")]))

    assert [(line.amount.cents, line.return_code) for line in statement.lines] == [(-1_000, "AM04"), (-2_000, "MD06")]
    assert (statement.format, statement.opening, statement.closing) == ("camt.054", None, None)


def test_details_that_do_not_sum_to_their_entry_leave_it_whole() -> None:
    content = camt053([batch(DAY, [Movement(500, DAY, text="A"), Movement(700, DAY, text="B")])])
    short = content.replace(b">12.00<", b">13.00<")
    (line,) = one(short).lines

    assert (line.amount.cents, line.text, line.parts) == (1_300, "A B", 1)


def test_what_is_not_booked_or_zero_is_left_out() -> None:
    statement = one(camt053([Movement(500, DAY), Movement(900, DAY, status="PDNG"), Movement(0, DAY)]))

    assert ([line.amount.cents for line in statement.lines], statement.left_out) == ([500], 2)


def test_an_entry_without_details_has_the_words_of_the_bank() -> None:
    content = camt053([Movement(-450, DAY, kind="fee")])
    start, end = content.index(b"<NtryDtls>"), content.index(b"</NtryDtls>") + len(b"</NtryDtls>")
    plain = content[:start] + "<AddtlNtryInf>FRAIS DE TENUE DE COMPTE é</AddtlNtryInf>".encode() + content[end:]
    (line,) = one(plain).lines

    assert (line.amount.cents, line.kind, line.text) == (-450, "FEE", "FRAIS DE TENUE DE COMPTE é")


def test_an_amount_in_another_currency_does_not_stand_for_ours() -> None:
    content = camt053([DURAND])
    head, mark, tail = content.partition(b"</Refs>")
    foreign = tail.replace(b'<Amt Ccy="EUR">120.00</Amt>', b'<Amt Ccy="USD">131.00</Amt>', 1)
    (line,) = one(head + mark + foreign).lines

    assert line.amount == Money(12_000)


def test_other_encodings_and_prefixes_are_read() -> None:
    text = camt053([DURAND]).decode()
    latin = text.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    wide = text.replace("UTF-8", "UTF-16").encode("utf-16")
    prefixed = text.replace("<Document xmlns=", "<Document xmlns:c=").replace("<", "<c:").replace("<c:/", "</c:")
    prefixed = prefixed.replace("<c:?xml", "<?xml")

    assert {
        one(each).lines[0].party.name for each in (latin, wide, b"\xef\xbb\xbf" + text.encode(), prefixed.encode())
    } == {DURAND.name}


def damaged(old: str, new: str) -> bytes:
    content = camt053([DURAND], opening=100_000)
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (damaged("CLBD", "CLAV"), "clôture"),
        (damaged("OPBD", "OPAV"), "ouverture"),
        (damaged(">120.00<", ">-120.00<"), "écriture 1"),
        (damaged(">120.00<", ">120.001<"), "écriture 1"),
        (damaged(">120.00<", ">1e3<"), "1e3"),
        (damaged("<BookgDt><Dt>2026-11-27", "<BookgDt><Dt>2026-13-45"), "2026-13-45"),
        (damaged("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>"), "entré"),
        (damaged('Ccy="EUR">120', 'Ccy="USD">120'), "EUR, USD"),
        (damaged("</Ntry>", ""), "abîmé"),
        (camt053([DURAND])[:900], "abîmé"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>',
            "entités",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>',
            "entités",
        ),
        (b"<Document><BkToCstmrStmt></BkToCstmrStmt></Document>", "aucun relevé"),
        (b"<Document><BkToCstmrStmt>" + b"<a>" * 100, "imbriqués"),
        (b"<html><body>Connexion</body></html>", "connaissons"),
        (damaged("UTF-8", "no-such-encoding"), "codage"),
    ],
)
def test_what_is_wrong_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_file(content, "releve.xml")

    assert str(refusal.value).startswith("releve.xml")
    assert said in str(refusal.value)


def test_another_format_than_the_one_asked_for_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"camt\.054"):
        read_file(camt053([DURAND]), "releve.xml", format="camt.054")


REPORT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-77</MsgId><CreDtTm>2026-11-27T08:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>OUR-1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>OUR-1-A</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><StsId>1</StsId><OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>DEBIT-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Compte clôturé</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">120.00</InstdAmt></Amt><ReqdColltnDt>{day}</ReqdColltnDt>
<MndtRltdInf><MndtId>ADW-1</MndtId></MndtRltdInf></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>DEBIT-2</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>OUR-1-B</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>
<StsRsnInf><Rsn><Prtry>NARR</Prtry></Rsn></StsRsnInf></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""


@pytest.mark.parametrize(("version", "day"), [("03", "2026-12-01"), ("10", "<Dt>2026-12-01</Dt>")])
def test_a_report_on_a_remittance_says_what_became_of_each_debit(version: str, day: str) -> None:
    report = read_status_report(REPORT.format(version=version, day=day).encode(), "retour.xml")
    refused, taken, batch_refused = report.transactions

    assert (report.original_message_id, report.original_kind, report.status) == ("OUR-1", "pain.008.001.08", "PART")
    assert (refused.end_to_end, refused.status, refused.reason) == ("DEBIT-1", "RJCT", "AC04")
    assert (refused.reason_text, refused.amount, refused.mandate_ref) == ("Compte clôturé", Money(12_000), "ADW-1")
    assert (refused.collected_on, refused.batch_id) == (date(2026, 12, 1), "OUR-1-A")
    assert (taken.end_to_end, taken.status, taken.reason) == ("DEBIT-2", "ACSP", "")
    assert (batch_refused.end_to_end, batch_refused.batch_status, batch_refused.reason) == ("", "RJCT", "NARR")


def test_a_report_is_no_statement_and_a_statement_no_report() -> None:
    with pytest.raises(FileRefused, match=r"pain\.002"):
        read_file(REPORT.format(version="03", day="2026-12-01").encode(), "retour.xml")
    with pytest.raises(FileRefused, match=r"pain\.002"):
        read_status_report(camt053([DURAND]), "releve.xml")
