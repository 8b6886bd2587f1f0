"""The doors to services that know who somebody is."""
