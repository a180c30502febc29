"""The EC2 instances of a cluster: groups and fleets, and their volumes."""
