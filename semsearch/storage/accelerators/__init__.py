"""Files that make questions quick; the truth can make each of them again."""
