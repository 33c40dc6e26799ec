"""The demo: a street of eight shops and the people who walk it; never in production."""
