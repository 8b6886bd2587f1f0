"""The doors to the providers. Nothing else speaks to them."""
