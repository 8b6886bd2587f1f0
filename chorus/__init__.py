"""Chorus Pro: where invoices to public bodies go, what they must say, and what became of them."""
