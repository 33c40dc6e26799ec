"""The doors of the orders room: the bag, checkout, the shopper's pages and the vendor's."""
