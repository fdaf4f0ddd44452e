"""Write the committed files that are made from code: ``make schema``."""

from pathlib import Path

from survey_app import inventory_document, rights_document
from survey_app.api import openapi
from survey_app.questionnaire import SCHEMA_FILE, json_schema

ROOT = Path(__file__).parents[1]
DATA = ROOT / "docs" / "data.md"
FILES = {
    DATA: lambda: inventory_document.put_into(DATA.read_text(encoding="utf-8")),
    ROOT / "docs" / "openapi.json": openapi.document,
    ROOT / "docs" / "rights.md": rights_document.document,
    ROOT / "questionnaires" / SCHEMA_FILE: json_schema,
}

if __name__ == "__main__":
    for path, content in FILES.items():
        path.write_text(content(), encoding="utf-8")
