"""Commands about share links."""
