"""Finance reconciles bank lines on one page; support looks on; strangers find nothing."""

from __future__ import annotations

import html
import re
from datetime import datetime

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from bank.models import Decision, LineGlance, LineNote
from bank.tests.matching_desk import PAYER, MatchingDesk
from bank.words import Action, LineState
from billing_portal.staff.bank_queues import bank_queues
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.reconciling.views import VERBS
from billing_portal.tests.reconciling_desk import PAGE, clerk, opened, press, text
from core import clock
from invoices.tests.making import issued, quoted
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _place(settings: Settings, tmp_path: object) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = f"{tmp_path}/archive"


@pytest.fixture
def desk(cast: Cast) -> MatchingDesk:
    return MatchingDesk(clock.now())


def chosen(page: str) -> str:
    """The value of the first candidate."""
    found = re.search(r'name="candidate" id="candidate-1" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_candidate_is_accepted_with_its_reasons_and_the_next_line_opens(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE, "alice")
    invoice = issued(cast.individual, at=desk.at)
    first, second = desk.receive_all([(4_680, "VIREMENT <b>HEBERGEMENT</b>"), (1_234, "MERCI")])
    page = opened(finance, first)

    assert f"exactement le montant de {invoice.number}" in page
    assert "&lt;b&gt;HEBERGEMENT" in page
    assert "Règles, version 1" in page
    answer = press(finance, "accept", first, candidate=chosen(page), lot="a-verifier")
    first.refresh_from_db()
    decision = Decision.objects.get(line=first.pk)

    assert first.state == LineState.POSTED
    assert desk.owes(cast.individual) == 0
    assert (decision.by, decision.seconds is not None) == (finance.user, True)  # type: ignore[attr-defined]
    assert re.search(r"crédité.+46,80.+Il? ?reste 1|1 restante", text(answer))
    again = press(finance, "accept", second, candidate="")
    assert "Choisissez d’abord un client" in text(again)


def test_what_a_text_names_is_marked(desk: MatchingDesk, cast: Cast) -> None:
    invoice = issued(cast.individual, at=desk.at)
    work = desk.receive(1_000, f"REGLEMENT {invoice.number} PARTIEL")

    assert f"<mark>{invoice.number}</mark>" in opened(clerk(FINANCE), work)


def test_another_customer_or_document_is_found_and_credited(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE)
    invoice = issued(cast.company, at=desk.at)
    quote = quoted(cast.individual, at=desk.at)
    work = desk.receive(777, "rien du tout")
    by_name = opened(finance, work, find=cast.company.name.split()[0])
    by_document = opened(finance, work, find=str(invoice.number))

    assert chosen(by_name).startswith(f"{cast.company.pk}:777:")
    assert chosen(by_document) == f"{cast.company.pk}:777:{invoice.number}"
    assert chosen(opened(finance, work, find=quote.number)) == f"{cast.individual.pk}:777:{quote.number}"
    assert 'name="candidate"' not in opened(finance, work, find="personne de ce nom")
    press(finance, "credit", work, candidate=chosen(by_document))
    assert Decision.objects.get(line=work.pk).shares.get().documents == []


def test_a_split_fills_the_remainder_and_keeps_what_was_typed(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE)
    work = desk.receive(50_000, "virement groupé")
    one, two = cast.individual.number, cast.company.number
    wrong = press(finance, "split", work, customer_1=one, amount_1="600,00", customer_2=two, rows="3")
    typed = press(finance, "split", work, customer_1="zzz inconnu", amount_1="3OO", rows="3")
    more = press(finance, "split", work, customer_1=one, amount_1="300,00", rows="3", more="1")

    assert (wrong.status_code, typed.status_code) == (422, 422)
    assert 'value="600,00"' in text(wrong)
    assert "zzz inconnu" in text(typed)
    assert "Aucun client" in text(typed)
    assert 'name="customer_6"' in text(more)
    assert f'value="{one}"' in text(more)
    assert not Decision.objects.exists()
    press(finance, "split", work, customer_1=one, amount_1="300,00", customer_2=two, rows="3")
    assert (desk.has(cast.individual), desk.has(cast.company)) == (30_000, 20_000)


def test_several_documents_of_a_customer_are_ticked(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE)
    first, second = issued(cast.company, at=desk.at), issued(cast.company, at=desk.at)
    work = desk.receive(4_680, "virement")
    number = cast.company.number
    page = opened(finance, work, mode="factures", customer=number)
    nothing = press(finance, "documents", work, customer=number)

    assert str(first.number) in page
    assert nothing.status_code == 422
    press(finance, "documents", work, customer=number, documents=[str(second.number)])
    assert Decision.objects.get(line=work.pk).shares.get().settled[0]["document"] == str(second.number)


def test_a_line_is_ignored_or_booked_with_a_reason(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE)
    aside, out, booked = desk.receive_all([(100, "essai"), (-1_500, "FRAIS DE TENUE"), (-2_000, "VIR INTERNE")])
    silent = press(finance, "ignore", aside, reason=" ")
    page = opened(finance, out, lot="sorties")

    assert silent.status_code == 422
    assert "Dites pourquoi" in text(silent)
    assert "Frais bancaires (627100)" in page
    press(finance, "ignore", aside, reason="un essai de la banque")
    press(finance, "fee", out, lot="sorties")
    press(finance, "book", booked, account="580000", reason="entre nos comptes")
    for work in (aside, out, booked):
        work.refresh_from_db()
    assert (aside.state, out.state, booked.state) == (LineState.IGNORED, LineState.POSTED, LineState.POSTED)
    assert (desk.account("627100"), desk.account("580000")) == (1_500, 2_000)


def test_enter_books_a_fee_only_where_the_bank_says_that_it_is_one(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE)
    rent, fee = desk.receive(-35_000, "VIR LOYER BUREAU"), desk.receive(-290, "FRAIS DE TENUE", kind="fee")

    assert 'data-key="Enter"' not in opened(finance, rent, lot="sorties")
    assert 'data-key="Enter"' in opened(finance, fee, lot="sorties")


def test_a_split_begins_with_everybody_who_is_named(desk: MatchingDesk, cast: Cast) -> None:
    work = desk.receive(9_000, f"{cast.individual.reference.shown} et {cast.company.reference.shown}")
    page = opened(clerk(FINANCE), work, mode="repartir")

    assert f'value="{cast.individual.number}"' in page
    assert f'value="{cast.company.number}"' in page


def test_a_line_that_is_one_of_ours_is_booked_as_what_is_offered(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE)
    work = desk.receive(-1_290, "FRAIS DE TENUE", kind="fee")
    assert "plus possible" in text(press(finance, "choose", work, lot="sorties", choice="ORDER:1"))
    press(finance, "choose", work, lot="sorties", choice="FEE:627100")
    assert desk.account("627100") == 1_290


def test_of_two_that_are_as_good_nobody_is_proposed(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE)
    issued(cast.individual, at=desk.at)
    alone = desk.receive(4_680, "merci")
    issued(cast.company, at=desk.at)
    tied = desk.receive(4_680, "merci encore")

    assert re.search(r'id="candidate-1"[^>]* checked', opened(finance, alone))
    assert not re.search(r'name="candidate"[^>]* checked', opened(finance, tied))


def test_notes_and_marks_decide_nothing(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE, "alice")
    work = desk.receive(100, "essai")
    press(finance, "flag", work)
    press(finance, "note", work, text="rappeler la banque")
    page = opened(finance, work, lot="a-verifier")

    assert "rappeler la banque" in page
    assert "À vérifier (1)" in page
    assert press(finance, "note", work, text="").status_code == 422
    assert (LineNote.objects.count(), Decision.objects.count()) == (1, 0)
    assert "la marque est retirée" in text(press(finance, "flag", work))


def test_the_last_decision_is_undone_with_a_reason(desk: MatchingDesk, cast: Cast) -> None:
    finance = clerk(FINANCE)
    issued(cast.individual, at=desk.at)
    work = desk.receive(4_680, "virement")
    press(finance, "accept", work, candidate=f"{cast.individual.pk}:4680:")
    decision = Decision.objects.get()
    page = opened(finance, work, mode="annuler")

    assert "Annuler ma dernière" in page
    assert f'name="decision" value="{decision.pk}"' in page
    assert press(finance, "undo", work, decision=decision.pk, reason="").status_code == 422
    press(finance, "undo", work, decision=decision.pk, reason="mauvais client")
    assert desk.owes(cast.individual) == 4_680
    assert Decision.objects.filter(action=Action.UNDO, undoes=decision).exists()
    late = press(finance, "undo", work, decision=decision.pk, reason="encore")
    assert "Déjà fait par" in text(late)


def test_the_second_of_two_people_learns_who_was_faster(desk: MatchingDesk, cast: Cast) -> None:
    alice, bruno = clerk(FINANCE, "alice"), clerk(FINANCE, "bruno")
    work = desk.receive(4_680, "virement")
    opened(alice, work)
    page = opened(bruno, work)
    assert "Alice regarde cette ligne" in page
    assert LineGlance.objects.get().by == alice.user  # type: ignore[attr-defined]

    work.refresh_from_db()
    seen = str(work.version)
    press(alice, "credit", work, candidate=f"{cast.individual.pk}:4680:")
    answer = press(bruno, "accept", work, candidate=f"{cast.company.pk}:4680:", version=seen)
    assert re.search(r"Déjà fait par Alice il y a \d+ s : crédité", html.unescape(text(answer)))
    assert (desk.has(cast.individual), desk.has(cast.company)) == (4_680, 0)


def test_a_movement_told_twice_is_kept_apart(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE)
    work = desk.receive(-900, "PRLV")
    press(finance, "apart", work, lot="sorties")
    work.refresh_from_db()

    assert work.state == LineState.OUT  # it was not told twice: nothing happens, in words
    assert "changé" in text(press(finance, "apart", work, lot="sorties"))


def test_support_looks_and_decides_nothing_and_strangers_find_no_page(desk: MatchingDesk, cast: Cast) -> None:
    support = clerk(SUPPORT)
    work = desk.receive(4_680, "virement")
    page = opened(support, work)
    addresses = [reverse(f"staff:reconcile_{verb}", args=[work.pk]) for verb in VERBS]

    assert "virement" in page
    assert 'method="post" action="/admin/rapprochement' not in page or 'data-key="Enter"' not in page
    assert {support.post(address, {"version": "2"}).status_code for address in addresses} == {403}
    assert support.get(reverse("staff:reconcile_confirm")).status_code == 403
    assert not LineGlance.objects.exists()
    stranger, nobody = open_session(cast.claire), open_session(None)
    for address in (PAGE, *addresses):
        assert stranger.get(address).status_code == stranger.post(address).status_code == 404
    assert nobody.get(PAGE).status_code == 302


def test_a_list_of_fifty_costs_few_queries(
    desk: MatchingDesk, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    finance = clerk(FINANCE)
    issued(cast.individual, at=desk.at)
    works = desk.receive_all([(4_680, f"virement {number}") for number in range(60)], name="DURAND", iban=PAYER)
    finance.get(PAGE)

    with django_assert_max_num_queries(8):
        page = text(finance.get(PAGE, {"lot": "a-choisir"}))
    assert page.count("VIREMENT") + page.count("virement") >= 50
    assert "1 à 50 sur 60" in page
    with django_assert_max_num_queries(24):
        opened(finance, works[0], lot="a-choisir")


def test_lines_are_searched_by_text_name_and_amount_and_by_statement(desk: MatchingDesk) -> None:
    finance = clerk(FINANCE)
    desk.receive(1_234, "un loyer", name="DUPONT")
    other = desk.receive(5_678, "une rente", name="MARTIN")

    def shown(**query: str) -> set[str]:
        page = text(finance.get(PAGE, {"lot": "sans-piste", **query}))
        return {name for name in ("DUPONT", "MARTIN") if name in page}

    assert shown() == {"DUPONT", "MARTIN"}
    assert shown(q="loyer") == shown(q="12,34") == shown(q="dupont") == {"DUPONT"}
    assert shown(statement=str(other.line.statement_id)) == {"MARTIN"}
    assert shown(statement="x", account="999999999999", page="x") == {"DUPONT", "MARTIN"}
    assert finance.get(PAGE, {"line": "99999"}).status_code == 404


def test_the_to_do_page_says_what_waits_since_when(desk: MatchingDesk) -> None:
    assert bank_queues(at=desk.at)[0].count == 0
    desk.receive(1_234, "un loyer")
    [queue] = bank_queues(at=desk.at)

    assert (queue.count, queue.oldest_at) == (1, desk.at)
    assert isinstance(queue.oldest_at, datetime)
    finance = clerk(FINANCE)
    assert "Lignes bancaires à rapprocher" in text(finance.get(reverse("admin:index")))
    assert User.objects.filter(is_staff=True).exists()
