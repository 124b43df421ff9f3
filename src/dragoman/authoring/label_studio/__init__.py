"""Label Studio: lossless round trip of labels to annotation in a browser."""
