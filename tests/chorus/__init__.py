"""Documents on their way to Chorus Pro while everything goes wrong, drawn from a seed."""
