"""What couriers do: who they are, what their numbers mean, where a parcel went and where it is. Pure."""
