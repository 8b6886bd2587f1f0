"""The verbs of Chorus Pro."""
