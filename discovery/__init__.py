"""Discovery: strolling, recommending and searching, friends first."""
