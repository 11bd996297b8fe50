"""The worker process for heavy jobs, and the jobs that run there."""
