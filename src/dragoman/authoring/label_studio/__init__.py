"""Label Studio: labels out to a browser and back, losing nothing."""
