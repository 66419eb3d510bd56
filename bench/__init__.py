"""`make bench`: how fast, how big, how soon up; beside moto's server, on the same machine in the same run."""
