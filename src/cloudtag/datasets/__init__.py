"""Public data sets as events. Reading their files needs the `import` extra (pyarrow)."""
