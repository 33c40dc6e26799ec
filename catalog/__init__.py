"""The catalogue: products, photos, stock, endorsements, and the pages they make."""
