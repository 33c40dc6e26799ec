"""The demo's shops, one module each: who keeps it, what it says, what lies on its shelf."""
