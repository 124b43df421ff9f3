"""The schema: label sets, records, submissions and columns, from which all other formats are derived."""
