"""The leaderboard: submitted runs judged, ranked and shown."""
