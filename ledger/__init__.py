"""The ledger: double-entry truth about money, which only ever grows."""
