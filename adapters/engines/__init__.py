"""What processes of one platform share: word that something moved, and turns at what is one's."""
