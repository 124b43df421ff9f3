"""The schema: label sets, records, submissions and columns. Defined once; everything else is derived."""
