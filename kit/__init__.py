"""Floor 0: clock, money, states, ids, locks, after-commit, web helpers; knows no room."""
