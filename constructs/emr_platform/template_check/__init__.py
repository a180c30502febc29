"""Checks EMR's resources in any CloudFormation template by the rules for environment files. Pure."""
