"""The review kit: native speakers review gold on a page of their own, and their answers become proposed decisions."""
