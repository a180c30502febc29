"""Reports of problems: for people, and for the programs that show them to people."""
