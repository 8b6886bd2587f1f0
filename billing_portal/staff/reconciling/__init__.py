"""The page on which people reconcile bank lines: lists, one line with its candidates, decisions, many at once."""
