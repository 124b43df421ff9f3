"""Running systems: every document once, every answer kept, nothing lost when interrupted."""
