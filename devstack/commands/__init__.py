"""What ``python -m devstack`` can be asked to do, one module a subject."""
