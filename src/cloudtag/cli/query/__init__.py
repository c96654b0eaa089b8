"""`cloudtag warehouse query`: a statement is read, asked, and its answer shown."""
