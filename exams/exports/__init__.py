"""Results as files: CSV, workbooks and documents to print."""
