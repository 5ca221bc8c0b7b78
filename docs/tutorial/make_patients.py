"""Make patients.xlsx, the SYNTHETIC spreadsheet of the tutorial: 120 invented patients, with a centre's usual habits.

    python docs/tutorial/make_patients.py

Survival follows a Weibull model with hazard ratios 1.6 (positive nodes), 1.25 (per doubling of the largest diameter) and
0.8 (chemotherapy before surgery); nobody in it is a patient.
"""

from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

HEADERS = (
    "Study no", "Sex", "Age at surgery", "Number of metastases", "Largest (mm)", "Nodes primary", "CEA (ug/L)",
    "Chemo before surgery", "Follow-up (months)", "Status", "synthetic",
)  # fmt: skip


def rows(n: int = 120, seed: int = 20240501) -> list[list[object]]:
    """The patients, as a spreadsheet would hold them: codes, blanks and an "unk" here and there."""
    random = np.random.default_rng(seed)
    made: list[list[object]] = []
    for number in range(1, n + 1):
        age = int(np.clip(random.normal(64, 10), 29, 87))
        metastases = int(1 + min(random.poisson(1.4), 9))
        largest = round(float(np.clip(random.lognormal(3.3, 0.55), 5, 150)))
        nodes = bool(random.random() < 0.55)
        chemotherapy = bool(random.random() < 0.45)
        cea: object = round(float(random.lognormal(2.2, 1.3)), 1)
        risk = np.log(1.6) * nodes + np.log(1.25) * np.log2(largest / 27) + np.log(0.8) * chemotherapy
        death = 75 * (-np.log(random.random()) / np.exp(risk)) ** (1 / 1.2)
        censoring = random.uniform(12, 110)
        made.append(
            [
                f"S{number:03d}",
                "M" if random.random() < 0.6 else "F",
                age,
                metastases,
                largest,
                "unk" if random.random() < 0.04 else ("N+" if nodes else "N0"),
                None if random.random() < 0.1 else cea,
                "yes" if chemotherapy else "no",
                round(float(min(death, censoring)), 1),
                "dead" if death <= censoring else "alive",
                1,
            ]
        )
    return made


def main() -> None:
    """Write the workbook beside this script."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Liver surgery"
    sheet["A1"] = "Liver surgery database (SYNTHETIC: invented for the crlm tutorial)"
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADERS))
    sheet.append([])
    sheet.append(HEADERS)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    for row in rows():
        sheet.append(row)
    for place in range(1, len(HEADERS) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 16
    notes = book.create_sheet("Notes")
    notes.append(["N+ means at least one positive lymph node in the specimen of the primary tumour."])
    book.save(Path(__file__).parent / "patients.xlsx")


if __name__ == "__main__":
    main()
