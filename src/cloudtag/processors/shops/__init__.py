"""The `shops` processor: who may tag, what sellers' own violations cost them, what a shop says of itself."""
