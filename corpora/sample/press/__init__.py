"""The press of the sample corpus: reads sources, prints documents, writes down the truth."""
