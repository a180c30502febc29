"""Turns properties of templates into what an environment file would hold: the inverse of rendering."""
