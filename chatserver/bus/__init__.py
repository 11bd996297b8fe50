"""The bus that delivers notifications inside the process."""
