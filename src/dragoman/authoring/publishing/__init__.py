"""Publishing a release on the Hugging Face Hub: what goes, what the Hub holds, and the steps between the two."""
