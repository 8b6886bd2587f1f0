"""VIES, imitated: the European service that says whether a VAT number is valid, under `/vies/`."""

PREFIX = "/vies"
"""Where the imitation lives on the sandbox's server."""
