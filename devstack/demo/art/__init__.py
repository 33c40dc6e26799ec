"""How the demo's pictures were painted; nothing runs this but a person with a brush."""
