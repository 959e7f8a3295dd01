"""Customer satisfaction measurement for internet insurance."""
