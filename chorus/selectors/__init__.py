"""The questions about Chorus Pro."""
