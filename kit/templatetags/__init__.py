"""What templates may call, beyond what Django brings."""
