"""Reading submissions: in columns if they are valid, line by line if problems have to be reported."""
