"""`cloudtag decide`: what may be done, asked over HTTP."""
