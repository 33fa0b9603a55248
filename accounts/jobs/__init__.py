"""The door to the job engine (Procrastinate): kinds of jobs, queueing, running, sweeping."""
