"""An application for workers of tests: what a worker left that was killed, others take up soon."""
