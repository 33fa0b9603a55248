"""The pages of an import by CSV, whatever its lines are about: upload, columns, preview, job."""
