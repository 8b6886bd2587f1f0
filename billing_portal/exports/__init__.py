"""Files for finance, made in the background: what there is, asking for one, making it, keeping it for seven days."""
