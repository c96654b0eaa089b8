"""How fast the whole pipeline is, measured against what is possible with less, and only counted when it is right."""
