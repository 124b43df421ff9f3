"""Publication of a release on the Hugging Face Hub: the payload, the state of the Hub, and the steps between
the two.
"""
