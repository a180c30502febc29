"""Turns what people have already into environment files. One folder for each format."""
