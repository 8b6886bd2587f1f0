"""The only doors to Chorus Pro."""
