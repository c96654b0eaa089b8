"""The decision service: what stands, kept by buyer, order and parcel, and the HTTP interface that answers from it."""
