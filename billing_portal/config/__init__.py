"""Settings by subject; billing_portal/settings.py gathers them. Each reads the same environment."""
