"""Which construct goes into which stack, for each environment."""
