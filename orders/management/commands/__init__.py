"""Commands about orders and who placed them."""
