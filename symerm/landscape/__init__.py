"""Critical points of shallow networks: exact losses, types, classification, enumeration."""
