"""The worker: Faust's app, tasks, the runner, what happens on a rebalance, what time it is."""
