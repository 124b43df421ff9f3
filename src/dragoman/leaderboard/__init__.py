"""The leaderboard: submitted runs are checked, ranked and published."""
