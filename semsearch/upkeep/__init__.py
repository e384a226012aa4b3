"""Whether an index is whole, and what mends it; whether saved answers still hold."""
