"""Warnings that somebody has looked at and answered in the environment file."""
