"""Pages of the catalogue: the vendor's editor and shelf, and endorsements."""
