"""The security of clusters: encryption, authentication, authorization, the metadata service."""
