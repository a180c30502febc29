"""Steps and bootstrap actions: what a cluster runs."""
