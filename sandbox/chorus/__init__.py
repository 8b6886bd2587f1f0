"""Chorus Pro behind PISTE, imitated: the State's portal for invoices to public bodies, under `/chorus/`."""

PREFIX = "/chorus"
"""Where the imitation lives on the sandbox's server."""
