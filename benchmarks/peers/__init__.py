"""One job, done by cloudtag and by what else it could be done with, side by side on one broker."""
