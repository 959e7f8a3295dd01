"""The audit of the published file: an attacker who reads it and knows what is public looks for hidden
figures.
"""
