"""What findings, tags and cases amount to: alerts, confirmations, permissions, penalties, consequences. Pure."""
