"""Finding people: the index by name, pinyin, telephone, card and address, kept true with the records."""
