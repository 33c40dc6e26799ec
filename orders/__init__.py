"""Orders: bag, checkout, protected payment, dispatch and receipt."""
