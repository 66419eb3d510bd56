"""What this server has beside AWS's services: who it is, and for test suites a clean start and posted contents."""
