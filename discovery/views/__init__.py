"""The doors of discovery."""
