"""`python -m crlm.pathway.pages`: write the pages of the rules."""

from crlm.pathway.pages import FOLDER, write_pages

if __name__ == "__main__":
    write_pages(FOLDER)
