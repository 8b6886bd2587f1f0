"""Our bank, imitated: it takes files of direct debits, answers them, keeps an account, and writes statements."""

PREFIX = "/bank"
"""Where the imitation lives on the sandbox's server."""
