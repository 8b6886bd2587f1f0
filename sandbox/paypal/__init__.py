"""PayPal, imitated: Orders v2, Payments v2, Vault v3, Disputes v1 and signed webhooks, under `/paypal/`."""

PREFIX = "/paypal"
"""Where the imitation lives on the sandbox's server; the product is given it as PayPal's address."""
