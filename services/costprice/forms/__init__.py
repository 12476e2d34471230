"""The Excel form of the study: written from a content, and read back into one.

``write_form`` makes the form, blank or filled; ``read_form`` reads what a provider sends back. Both follow one layout,
so that what is written can be read. What cannot be read as a form at all is refused by name (:class:`NotAForm`); what
can be read but is wrong becomes a finding at its sheet and cell.
"""

from services.costprice.forms.archive import NotAForm
from services.costprice.forms.layout import ContentTooLarge
from services.costprice.forms.reader import FormReading, read_form
from services.costprice.forms.writer import blank_content, write_form

__all__ = ["ContentTooLarge", "FormReading", "NotAForm", "blank_content", "read_form", "write_form"]
