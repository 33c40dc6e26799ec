"""Three months of a street's life, told by calling the jobs the pages call, clock moved."""
