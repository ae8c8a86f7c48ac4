"""What a person has closed: the national register of blocks (ehr:blocking:querying)."""
