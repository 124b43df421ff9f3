"""The review kit: native readers judge gold in a page of their own, and what they say comes back as proposals."""
