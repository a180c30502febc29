"""Whether environments are apart: what the principals of one may do to the resources of another."""
