"""The three services of Zorgtarief and the program that runs them together."""
