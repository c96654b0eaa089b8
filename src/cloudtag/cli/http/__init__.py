"""HTTP as the desk and the decision service speak it: no client keeps others from being answered."""
