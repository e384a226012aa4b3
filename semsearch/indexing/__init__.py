"""From files to rows: what an index is made of and how it is kept up to date."""
