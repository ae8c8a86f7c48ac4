"""Fasta kontakter: GetCareManagers 1.0 (coreprocess:residentparticipation)."""
