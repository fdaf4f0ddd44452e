"""Suara Anak: a city asks its children, understands their answers, and answers back."""
