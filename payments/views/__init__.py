"""The pages of money: a person's wallet, and the house's own desk."""
