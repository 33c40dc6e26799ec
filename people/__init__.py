"""People: accounts, friends, blocks, and whom a person trusts."""
