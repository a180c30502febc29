"""A tenant of a shared cluster: its role, its part of the buckets, its queue, its database."""
