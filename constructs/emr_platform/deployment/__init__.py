"""Which environments are deployed, in which order, and what a change in the repository means to them."""
