"""The controls of the bank, `/_control/bank/…`: what becomes of debits, and what other people send to our account."""

from __future__ import annotations

from datetime import date

from sandbox.bank import fates, ledger
from sandbox.bank.fates import Fate, Kind
from sandbox.bank.files import FILE, give_back
from sandbox.control.actions import action
from sandbox.store import Json
from sandbox.world import World


@action("GET", "bank/state")
def state(world: World, _options: Json) -> Json:
    """Our account, the fates that were decided, and what is on the account today."""
    account = ledger.account_of(world)
    balance = ledger.balance_before(world, account, date.max)
    return {"account": account, "balance_cents": balance, "fates": fates.decided(world.store)}


@action("GET", "bank/accounts/{}")
def account(_world: World, _options: Json, word: str) -> Json:
    """A French IBAN whose account number begins with the word: RAM04 is refused, TMD06 comes back, S is silence."""
    return {"iban": fates.account(word)}


@action("POST", "bank/fates/{}")
def decide(world: World, options: Json, key: str) -> Json:
    """What becomes of the debits of an account, a mandate or an end-to-end id: kind, reason, days, charges, times."""
    fates.tell(world.store, key, fates.told(options))
    return state(world, {})


@action("POST", "bank/transfers")
def transfer(world: World, options: Json) -> Json:
    """A transfer arrives, or leaves (`cents` negative): text, structured, name, iban, end_to_end, day, account."""
    return ledger.transfer(world, options)


@action("POST", "bank/fees")
def fee(world: World, options: Json) -> Json:
    """The bank keeps a fee: `cents`, `text`, `day`."""
    text = str(options.get("text", "FRAIS DE TENUE DE COMPTE"))
    code = ("ACMT", "MDOP", "CHRG")
    return ledger.book(
        world, ledger.account_of(world), ledger.day_of(world, options), -int(options["cents"]), code=code, text=text
    )


@action("POST", "bank/returns/{}")
def give_back_now(world: World, options: Json, end_to_end: str) -> Json:
    """A debit that settled comes back on `day`, for `reason` (MD06), with `charges` in cents."""
    debits = (debit for file in world.store.all(FILE) for debit in file["debits"] if not file["reason"])
    found = next((debit for debit in debits if debit["end_to_end"] == end_to_end), None)
    if found is None:
        raise ValueError("no such debit")
    fate = Fate(Kind.RETURN, str(options.get("reason", "MD06")), 0, int(options.get("charges", 0)))
    part = {name: found[name] for name in ("end_to_end", "mandate", "cents", "name", "iban", "text")}
    return give_back(world, ledger.account_of(world), part, ledger.day_of(world, options), fate)


def restore(world: World) -> None:
    """Every debit pays."""
    fates.forget(world.store)
