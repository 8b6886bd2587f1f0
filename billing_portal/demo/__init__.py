"""The demonstration: who plays in it, and the months they lived."""
